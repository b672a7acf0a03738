/** The data channel of a call: pings and RTVI messages in, what happens in the call out; bounded in every direction. */
import type { RTCDataChannel } from 'werift'
import type { Clock, Timer } from '../../../lib/clock.ts'
import type { Ids } from '../../../lib/ids.ts'
import { readClient, type ClientMessage } from '../../../protocols/rtvi/client.ts'
import {
  understands,
  versionFor,
  writeServer,
  writeGoodbye,
  type ServerMessage,
} from '../../../protocols/rtvi/server.ts'
import type { AgentEvent } from '../../../spec/agent.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { CallEvent } from '../../../spec/event.ts'
import type { LineCall } from '../../../spec/listen.ts'
import { Allowance } from './allowance.ts'
import { Teller } from './rtvi.ts'

export interface ChannelOptions {
  readonly call: LineCall
  readonly clock: Clock
  readonly ids: Ids
  readonly count: (name: 'line.dropped' | 'line.refused', why: string) => void
  /** False: there is no line that could take it. */
  readonly digit: (digit: string) => boolean
  /** The client gave a sign of life. */
  readonly alive: () => void
  /** The client wants to end the call. */
  readonly leave: (why: string) => void
  /** The client sends what no client sends. */
  readonly misbehaved: (why: string) => void
}

/** Messages kept until the channel opens. */
const mostKept = 50
/** Bytes. A client that takes nothing loses messages, not our memory. */
const mostBuffered = 1 << 20
const longestMessage = 65_536
/** How long a goodbye may take to arrive, ms. Clients close as soon as it does. */
const goodbyeLimit = 1500
const goodbyeStep = 20
/** The agent fell silent: pauses between words are shorter, ms. */
const stillAfter = 350

export class Channel {
  readonly #options: ChannelOptions
  readonly #teller = new Teller()
  readonly #allowance: Allowance
  #channel: RTCDataChannel | undefined
  #kept: string[] = []
  /** Clients that said they are ready, and wait for the agent. */
  #waiting: readonly (ClientMessage & { type: 'ready' })[] = []
  #levels: Disposable | undefined
  #sounded = -Infinity
  #still: Timer | undefined
  #closed = false
  /** The client pings: it is one that can be missed. */
  pinged = false

  constructor(options: ChannelOptions) {
    this.#options = options
    this.#allowance = new Allowance(options.clock)
  }

  get isOpen(): boolean {
    return this.#channel?.readyState === 'open'
  }

  /** Another one takes the first one's place: a client that began anew. */
  open(channel: RTCDataChannel): void {
    this.#channel = channel
    channel.stateChanged.subscribe((state) => {
      if (state === 'open' && channel === this.#channel) this.#flush()
    })
    channel.onMessage.subscribe((message) => {
      if (channel === this.#channel && !this.#closed) this.#received(message)
    })
    if (this.isOpen) this.#flush()
  }

  seen(seen: CallEvent | AgentEvent): void {
    if (seen.type === 'agent.connected') this.#ready()
    for (const message of this.#teller.tell(seen, this.#options.clock.now())) this.#tell(message)
  }

  /** A frame of the agent's sound was sent. */
  sounded(): void {
    const now = this.#options.clock.monotonic()
    this.#sounded = now
    if (this.#still || this.#closed) return
    this.#tell({ type: 'bot-started-speaking', data: undefined })
    this.#listenForSilence(stillAfter)
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#still?.cancel()
    this.#levels?.[Symbol.dispose]()
    if (!this.isOpen) return
    this.#put(writeGoodbye())
    // Closing the connection under it would overtake it; a client that hears it closes first.
    for (let waited = 0; waited < goodbyeLimit && this.isOpen; waited += goodbyeStep)
      await this.#options.clock.sleep(goodbyeStep)
  }

  #listenForSilence(delay: number): void {
    this.#still = this.#options.clock.timer(delay, () => {
      const left = this.#sounded + stillAfter - this.#options.clock.monotonic()
      if (left > 0) return this.#listenForSilence(left)
      this.#still = undefined
      this.#tell({ type: 'bot-stopped-speaking', data: undefined })
    })
  }

  // ── in ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #received(message: string | Buffer): void {
    const verdict = this.#allowance.spend()
    if (verdict === 'flood') return this.#options.misbehaved('more messages on the data channel than any client sends')
    if (verdict === 'over') return this.#options.count('line.refused', 'rate')
    if (typeof message !== 'string') return this.#refuse('binary', 'The data channel takes text, not bytes')
    if (message.length > longestMessage)
      return this.#refuse('size', `A message of ${message.length} characters: ${longestMessage} are allowed`)
    this.#options.alive()
    const read = readClient(message)
    this.#act(read).catch((error: unknown) => {
      const why = error instanceof OffhookError ? error.message : 'The message could not be handled'
      if ('id' in read) this.#answer(read.id, { type: 'error-response', data: { error: why } })
    })
  }

  async #act(message: ClientMessage): Promise<void> {
    const { call, leave, digit } = this.#options
    switch (message.type) {
      case 'ping':
        this.pinged = true
        return
      case 'track':
        return
      case 'ready':
        this.#waiting = [...this.#waiting, message]
        this.#levels ??= call.levels((caller, agent) => this.#loud(caller, agent))
        if (call.ready) this.#ready()
        return
      case 'message':
        return this.#message(message)
      case 'text':
        return this.#text(message)
      case 'digits':
        if (!message.digits.every(digit))
          throw new OffhookError('call.state', 'Keys count only while media is connected')
        return
      case 'disconnect':
        return leave('the caller hung up')
      case 'result':
        throw new OffhookError('command.unsupported', 'No function call waits for a result of the client')
      case 'refused':
        return this.#answer(message.id, { type: 'error-response', data: { error: message.why } })
      case 'malformed':
        return this.#refuse('malformed', message.why)
      default:
        message satisfies never
    }
  }

  /** `interrupt` is ours: it quiets whichever agent speaks. Everything else is between the client and the agent. */
  async #message({ id, name, data }: ClientMessage & { type: 'message' }): Promise<void> {
    const { call } = this.#options
    const answer = name === 'interrupt' ? call.interrupt() : await call.message(name, data)
    this.#answer(id, { type: 'server-response', data: { t: name, d: answer ?? null } })
  }

  #text({ content, immediate, aloud }: ClientMessage & { type: 'text' }): void {
    if (!immediate || !aloud)
      throw new OffhookError('command.unsupported', 'Agents here answer at once and aloud: leave out the options')
    if (!this.#options.call.write(content)) throw new OffhookError('call.state', 'Nobody is there yet to read it')
  }

  #ready(): void {
    for (const { id, version } of this.#waiting) {
      this.#answer(id, { type: 'bot-ready', data: { version: versionFor(version), about: { library: 'offhook' } } })
      if (!understands(version))
        this.#answer(id, {
          type: 'error-response',
          data: { error: `RTVI ${version.slice(0, 20)} is not known here: 2.1 is` },
        })
    }
    this.#waiting = []
  }

  #loud(caller: number, agent: number): void {
    this.#tell({ type: 'user-audio-level', data: { value: linear(caller) } })
    this.#tell({ type: 'bot-audio-level', data: { value: linear(agent) } })
  }

  #refuse(why: string, sentence: string): void {
    this.#options.count('line.refused', why)
    this.#tell({ type: 'error', data: { error: sentence, message: sentence, fatal: false } })
  }

  // ── out ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #tell(message: ServerMessage): void {
    this.#answer(this.#options.ids.id('r').slice(-8), message)
  }

  #answer(id: string, message: ServerMessage): void {
    if (!this.#closed) this.#put(writeServer(message, id))
  }

  #put(text: string): void {
    const channel = this.#channel
    if (!channel || !this.isOpen) {
      if (this.#kept.length < mostKept) this.#kept.push(text)
      else this.#options.count('line.dropped', 'not open')
    } else if (channel.bufferedAmount > mostBuffered) this.#options.count('line.dropped', 'congested')
    else channel.send(text)
  }

  #flush(): void {
    const kept = this.#kept
    this.#kept = []
    for (const text of kept) this.#put(text)
  }
}

/** From dBFS to the share of full scale, in thousandths. */
function linear(decibels: number): number {
  return Math.round(1000 * 10 ** (decibels / 20)) / 1000
}
