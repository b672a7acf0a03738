/** A recorded call, run again: the same inputs at the same times, through the same code, with nothing of the world attached. */
import { LibError } from '../lib/failure.ts'
import { silentLogger } from '../lib/log.ts'
import type { RecordedInput } from '../lib/recording.ts'
import { replay, ReplayClock, replayIds } from '../lib/replay.ts'
import { Scope } from '../lib/scope.ts'
import { openCodec, type OpenCodec } from '../media/codecs/open.ts'
import type { PlayoutTap } from '../media/playout-options.ts'
import type { CallCommand, Origin } from '../spec/call.ts'
import type { CarrierSpec, StreamEvent, WireMessage } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallEvent, CallTimer } from '../spec/event.ts'
import type { JournalEntry } from '../store/contract.ts'
import { replayedTalk, silentSocket, type SilentSocket, type TalkReplay } from './cast.ts'
import type { Engine } from './engine.ts'
import { givenOrder, givenWire, type InputKind, type Inputs, type OutputKind } from './inputs.ts'
import { LiveCall, type Played, type Worked, type World } from './live.ts'
import type { Call } from './machine.ts'
import { attach, type Attachment } from './media.ts'
import type { CallRecording } from './recording.ts'

export interface Replayed {
  /** What the journal holds of the call, in order. */
  readonly entries: readonly JournalEntry[]
  /** What went to the carrier over the media socket, in order. */
  readonly sent: readonly WireMessage[]
}

export interface ReplayOptions {
  /** The call before its first input. */
  readonly call: Call
  /** All that the recording holds; outputs among it are passed over. */
  readonly inputs: readonly RecordedInput[]
  readonly carriers: ReadonlyMap<string, CarrierSpec>
  /** Copies of what the caller heard. */
  readonly heard?: PlayoutTap
}

const outputs: ReadonlySet<string> = new Set<OutputKind>(['sent', 'entry'])

/**
 * Rejects with an OffhookError: `recording.diverged` when the call draws or waits for something it did not then,
 * `recording.invalid` when what was recorded makes no sense, `provider.unknown` when its carrier is not here.
 */
export async function replayCall(options: ReplayOptions): Promise<Replayed> {
  try {
    return await run(options)
  } catch (error) {
    if (error instanceof OffhookError) throw error
    const message = `The call cannot be run again: ${error instanceof Error ? error.message : String(error)}`
    const diverged = error instanceof LibError && error.code === 'recording.diverged'
    throw new OffhookError(diverged ? 'recording.diverged' : 'recording.invalid', message, { cause: error })
  }
}

async function run({ call, inputs, carriers, heard }: ReplayOptions): Promise<Replayed> {
  const clock = new ReplayClock(inputs)
  const scope = new Scope(`replay ${call.plan.id}`)
  const stage = new Stage(call, carriers, clock, replayIds(inputs), scope, heard)
  await stage.open(inputs)
  try {
    await replay(
      inputs.filter(({ kind }) => !outputs.has(kind)),
      clock,
      (input) => stage.deliver(input),
    )
    // Closing says goodbye in its own way: that is not the call's.
    return { entries: [...stage.entries], sent: [...stage.sent] }
  } finally {
    // What a call says when it is closed in mid-sentence is in no recording that a crash cut short.
    await scope.close().catch(() => undefined)
  }
}

class Stage {
  readonly entries: JournalEntry[] = []
  readonly sent: WireMessage[] = []
  readonly #turns = new Map<string, () => void>()
  readonly #live: LiveCall
  readonly #carriers: ReadonlyMap<string, CarrierSpec>
  readonly #codecs: OpenCodec[] = []
  #talk: TalkReplay | undefined
  #socket: SilentSocket | undefined

  constructor(
    call: Call,
    carriers: ReadonlyMap<string, CarrierSpec>,
    clock: ReplayClock,
    ids: Engine['ids'],
    scope: Scope,
    heard?: PlayoutTap,
  ) {
    this.#carriers = carriers
    const journal = {
      append: (entry: JournalEntry) => {
        this.entries.push(entry)
        return Promise.resolve({ ...entry, position: this.entries.length })
      },
    }
    // A replay has no world: of the engine it needs the journal, a clock and silence.
    const engine = {
      carriers,
      clock,
      ids,
      scope,
      logger: silentLogger,
      store: { journal },
      count: () => undefined,
    } as unknown as Engine
    const inputs: Inputs = {
      ...{ clock, ids, kept: true, busy: false },
      take: (_, __, run) => run(),
      note: () => undefined,
    }
    this.#live = new LiveCall(engine, call, inputs, this.#world())
    if (heard) this.#live.recording = listener(heard)
  }

  /** Codecs that must be opened beforehand, in the order in which lines will want them. */
  async open(inputs: readonly RecordedInput[]): Promise<void> {
    for (const { kind, data } of inputs)
      if (kind === 'attach') {
        const { carrier, started } = this.#start(data)
        if (carrier.listen) this.#codecs.push(await openCodec(started.format, started.sends))
      }
  }

  deliver({ kind, data }: RecordedInput): void {
    const live = this.#live
    switch (kind as InputKind) {
      case 'post':
        return void live.post(data as unknown as CallEvent) // recorded from a CallEvent
      case 'effects':
        return this.#turn(String((data as readonly unknown[])[0])) // recorded from a list of ids
      case 'attach':
        return this.#attach(data)
      case 'wire':
        return live.leg?.receive(messageOf(data))
      case 'closed':
        return this.#socket?.end(data as unknown as { code: number; reason: string }) // recorded by leg.ts
      case 'talk':
        this.#talk = replayedTalk(live, data)
        return
      case 'tool':
        live.toolWorkedNow(data as unknown as Worked) // recorded by live.ts
        return
      case 'play':
        live.playNow(data as unknown as Played) // recorded by live.ts
        return
      case 'write':
        return live.conversation?.read(String(data))
      case 'interrupt':
        return live.conversation?.interrupt()
      case 'command': {
        const { command, origin } = data as unknown as { command: CallCommand; origin: Origin } // recorded by live.ts
        return void live.ask(command, origin)
      }
      case 'order':
        return live.order((data as unknown as Parameters<typeof givenOrder>[0][]).map(givenOrder)) // recorded by live.ts
      case 'instead': {
        const { command, why } = data as unknown as { command: CallCommand; why: string } // recorded by live.ts
        // How it went came back as an event of its own.
        return void live.instead(command, why).catch(() => undefined)
      }
      case 'remind': {
        const { timer, delay } = data as unknown as { timer: CallTimer; delay: number } // recorded by live.ts
        return live.remind(timer, delay)
      }
      case 'agent-open':
      case 'agent-failed':
      case 'agent':
      case 'audio':
      case 'voice':
        return this.#talk?.deliver(kind, data)
      default:
        // A timer, a gap: nothing to deliver, and nothing unknown that a newer version would have written.
        if (kind !== 'gap')
          throw new OffhookError('recording.invalid', `The recording holds an input "${kind}" that is not known`)
    }
  }

  #turn(id: string): void {
    const run = this.#turns.get(id)
    if (!run) throw new OffhookError('recording.diverged', `The replay went another way: effect ${id} is not due here`)
    this.#turns.delete(id)
    run()
  }

  #attach(data: unknown): void {
    const { carrier, stream, state, started } = this.#start(data)
    this.#socket = silentSocket((message) => void this.sent.push(message))
    const codec = this.#codecs.shift()
    attach(this.#live, this.#socket, { carrier, stream, state, started, ...(codec ? { codec } : {}) })
  }

  /** The start of a line, read again. */
  #start(data: unknown): Attachment {
    const { carrier: name, before } = data as { carrier: string; before: Parameters<typeof givenWire>[0][] } // recorded by media.ts
    const carrier = this.#carriers.get(name)
    if (!carrier?.stream)
      throw new OffhookError('provider.unknown', `The recording is of a carrier "${name}" that is not here`)
    const { stream } = carrier
    let state = stream.begin()
    let started: (StreamEvent & { readonly type: 'started' }) | undefined
    for (const message of before) {
      const step = stream.step(state, { type: 'message', message: givenWire(message) })
      state = step.state
      started ??= step.events.find((event) => event.type === 'started')
    }
    if (!started) throw new OffhookError('recording.invalid', 'The recording has no start message of the media stream')
    return { carrier, stream, state, started }
  }

  #world(): World {
    const nothing = () => Promise.resolve()
    return {
      carryOut: nothing,
      lookUp: nothing,
      openTalk: nothing,
      useTool: () => undefined,
      finish: async (live) => {
        live.clearTimers()
        await live.conversation?.[Symbol.asyncDispose]()
      },
      turn: (_, ids, run) => void this.#turns.set(ids[0] ?? '', run),
    }
  }
}

/** What the caller hears passes a recording's place on the line. */
function listener(heard: PlayoutTap): CallRecording {
  return {
    name: 'replay',
    said: { rate: 0, write: () => undefined, toString: () => 'nowhere' },
    heard,
    finish: () => Promise.resolve(0),
  }
}

function messageOf(data: RecordedInput['data']): WireMessage {
  return data instanceof Uint8Array ? { binary: data } : { text: String(data) }
}

export interface Difference {
  readonly what: 'event' | 'message'
  /** From 0. */
  readonly at: number
  readonly recorded: string | undefined
  readonly replayed: string | undefined
}

/**
 * Holds a replay against what the recording says left the call. Undefined: identical; of a recording that a crash cut
 * short, as far as it goes. `'unknown'`: it kept no outputs.
 */
export function compare(recorded: readonly RecordedInput[], replayed: Replayed): Difference | undefined | 'unknown' {
  const kept = (kind: OutputKind) => recorded.filter((input) => input.kind === kind).map(({ data }) => data)
  const entries = kept('entry').map((data) => JSON.stringify(data))
  const sent = kept('sent').map((data) => shown(messageOf(data)))
  if (entries.length === 0 && sent.length === 0) return 'unknown'
  const whole = replayed.entries.slice(0, entries.length).some(({ event }) => event.type === 'call.ended')
  const again = replayed.entries.map(({ sequence, at, event }) => JSON.stringify({ sequence, at, event }))
  const said = replayed.sent.map(shown)
  return (
    firstDifference('event', entries, whole ? again : again.slice(0, entries.length)) ??
    firstDifference('message', sent, whole ? said : said.slice(0, sent.length))
  )
}

function firstDifference(
  what: Difference['what'],
  recorded: readonly string[],
  replayed: readonly string[],
): Difference | undefined {
  for (let at = 0; at < Math.max(recorded.length, replayed.length); at++)
    if (recorded[at] !== replayed[at]) return { what, at, recorded: recorded[at], replayed: replayed[at] }
  return undefined
}

function shown(message: WireMessage): string {
  return 'text' in message ? message.text : `base64:${Buffer.from(message.binary).toString('base64')}`
}
