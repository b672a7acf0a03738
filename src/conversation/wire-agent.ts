/** Runs a vendor's agent over its socket: the translator is pure, this is its hands and ears. */
import type { Timer } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import { redactText, secretHider } from '../lib/redact.ts'
import type { Socket, SocketClose, SocketMessage } from '../lib/socket/socket.ts'
import { fit } from '../media/chain.ts'
import { createSource, type Emitter } from '../media/port.ts'
import type {
  AgentBody,
  AgentEmit,
  AgentInput,
  AgentOrder,
  AgentSession,
  AgentWireEvent,
  Brief,
} from '../spec/agent.ts'
import type { AudioSink } from '../spec/audio.ts'
import type { Operation } from '../spec/http.ts'
import type { PartHost, SocketTarget } from '../spec/speech.ts'
import { closedError, nowOf, reachVendor, type Connect } from './vendor.ts'

export type WireBody = Extract<AgentBody<Readonly<Record<string, unknown>>>, { by: 'wire' }>

export interface WireAgentOptions {
  /** For people: named in failures. */
  readonly name: string
  readonly body: WireBody
  readonly config: Readonly<Record<string, unknown>>
  readonly brief: Brief
  readonly host: PartHost
  readonly connect: Connect
  readonly logger: Logger
  readonly emit: AgentEmit
  /** Hidden wherever the vendor repeats them. */
  readonly secrets?: readonly string[]
}

/** Rejects when the vendor cannot be reached or refuses. */
export async function openWireAgent(options: WireAgentOptions): Promise<AgentSession> {
  const { body, config, brief, host } = options
  let target: SocketTarget | undefined
  const noted = function* (): Operation<SocketTarget> {
    target = yield* body.open(config, brief, nowOf(host))
    return target
  }
  const socket = await reachVendor(noted(), options)
  return new WireAgent(socket, options, target ?? { url: '', headers: {} })
}

/** A line that says nothing for so long is silent, ms; how often that is looked at. Shorter gaps are late frames, not missing ones. */
const gap = 300
const look = 100

class WireAgent implements AgentSession {
  readonly turns
  readonly greets
  readonly port
  readonly #socket: Socket
  readonly #options: WireAgentOptions
  readonly #hide: (text: string) => string
  readonly #voice: Emitter
  /** From the agent's rate to the port's, and from the port's to what the agent hears. */
  #mouth: AudioSink
  #ears: AudioSink
  #state: unknown
  #listening = false
  #closed = false
  #ending = false
  #heardUntil = 0
  #lookAt = 0
  #watch: Timer | undefined

  constructor(socket: Socket, options: WireAgentOptions, target: SocketTarget) {
    const { body, config, brief, secrets = [] } = options
    const { hears, speaks } = body.rates(config)
    this.#socket = socket
    this.#options = options
    this.#hide = secretHider(secrets)
    this.turns = body.turns(config)
    this.greets = body.greets ?? false
    this.#voice = createSource(speaks)
    this.#mouth = this.#mouthAt(speaks)
    this.#ears = this.#earsAt(hears)
    const toString = () => `${options.name} ${this.#ears}`
    const pipe = (sink: AudioSink) => this.#listen(sink)
    this.port = {
      microphone: { rate: speaks, pipe },
      speaker: { rate: hears, write: (pcm: Int16Array) => this.#hear(pcm), toString },
    }
    this.#state = body.begin(config, brief, target)
    this.#step({ type: 'opened' })
  }

  /** Nothing is read before somebody listens: an agent may speak with its very first message. */
  #listen(sink: AudioSink): Disposable {
    const pipe = this.#voice.pipe(sink)
    if (!this.#listening) {
      this.#listening = true
      this.#socket.onClose((close) => this.#ended(close))
      this.#socket.onMessage((message) => this.#step({ type: 'message', message: wireMessage(message) }))
    }
    return pipe
  }

  order(order: AgentOrder): void {
    // It ended the call in its own words; whoever wants more of it learns that it is gone.
    if (this.#ending && order.type !== 'tool-result') return this.#leave()
    // What a resampler still holds of the reply that is cut off is not the next one's.
    if (order.type === 'interrupt' && this.#mouth.rate !== this.#voice.rate)
      this.#mouth = this.#mouthAt(this.#mouth.rate)
    this.#step({ type: 'order', order })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#step({ type: 'leaving' })
    this.#end()
    await this.#socket[Symbol.asyncDispose]()
  }

  // ── sound ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #hear(pcm: Int16Array): void {
    this.#heardUntil = this.#options.host.clock.monotonic()
    this.#ears.write(pcm)
  }

  /** Vendors hear the end of speech in the silence after it, and tell time by sound: a line that sends none is silent. */
  #fill(): void {
    const { clock } = this.#options.host
    const now = clock.monotonic()
    // When we were held up ourselves, what the line sent meanwhile is waiting, too: silence would cut a word in two.
    const late = now - this.#lookAt
    this.#look()
    const missing = Math.floor(now - this.#heardUntil)
    if (missing < gap || late > look) return
    const { rate } = this.port.speaker
    for (let left = missing; left > 0; left -= 20) this.#hear(new Int16Array((rate * Math.min(20, left)) / 1000))
  }

  #look(): void {
    const { clock } = this.#options.host
    this.#lookAt = clock.monotonic() + look
    this.#watch = clock.timer(look, () => this.#fill())
  }

  #earsAt(rate: number): AudioSink {
    const write = (pcm: Int16Array) => this.#step({ type: 'audio', pcm })
    return { rate, write, toString: () => `${rate} Hz` }
  }

  #mouthAt(rate: number): AudioSink {
    const { rate: spoken } = this.#voice
    return fit(rate)({ rate: spoken, write: (pcm) => this.#voice.emit(pcm), toString: () => `${spoken} Hz` })
  }

  // ── the vendor ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Messages go before events are told: what an event brings about comes behind them. */
  #step(input: AgentInput): void {
    if (this.#closed || this.#ending) return
    const { body } = this.#options
    try {
      const { state, events, messages } = body.step(this.#state, input)
      this.#state = state
      for (const message of messages) this.#socket.send('text' in message ? message.text : message.binary)
      for (const event of events) this.#tell(event)
      if (input.type !== 'closed') return
      if (events.length === 0) this.#close(input)
      else this.#rest()
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error)
      this.#fail('internal', `${this.#options.name}: ${input.type} broke the translator: ${this.#hide(what)}`)
    }
  }

  #tell(event: AgentWireEvent): void {
    if (this.#closed) return
    const { emit, host, name } = this.#options
    switch (event.type) {
      case 'audio':
        return this.#mouth.write(event.pcm)
      case 'sound':
        this.#mouth = this.#mouthAt(event.speaks)
        this.#ears = fit(this.port.speaker.rate)(this.#earsAt(event.hears))
        return
      case 'reply-ended':
        this.#mouth.flush?.()
        return emit(event)
      case 'ready':
        this.#heardUntil = host.clock.monotonic()
        if (!this.#watch) this.#look()
        return emit(event)
      case 'failed':
        return emit({ ...event, message: `${name}: ${this.#hide(redactText(event.message))}` })
      case 'closed':
        return this.#leave()
      default:
        return emit(event)
    }
  }

  #ended(close: SocketClose): void {
    if (this.#closed) return
    if (close.by === 'peer') this.#step({ type: 'closed', code: close.code, reason: close.reason })
    else this.#close(close)
  }

  /** What the end of the socket means where the vendor has no words of its own for it. */
  #close(close: Pick<SocketClose, 'code' | 'reason'>): void {
    if (this.#closed) return
    const { name, secrets } = this.#options
    if (close.code === 1000 || close.code === 1005) return this.#leave()
    this.#fail('vendor.failed', closedError(name, close, secrets).message)
  }

  /** The socket is closed, but the last words may still be heard, and the tool called that ends the call. */
  #rest(): void {
    this.#ending = true
    this.#watch?.cancel()
  }

  #fail(code: 'internal' | 'vendor.failed', message: string): void {
    const { emit, logger } = this.#options
    logger.warn(message, { code })
    emit({ type: 'failed', code, message, fatal: true })
    this.#leave()
  }

  #leave(): void {
    if (this.#closed) return
    this.#end()
    this.#socket.close()
    this.#options.emit({ type: 'closed' })
  }

  #end(): void {
    this.#closed = true
    this.#watch?.cancel()
  }
}

function wireMessage({ data, binary }: SocketMessage) {
  return binary ? { binary: data } : { text: data.toString() }
}
