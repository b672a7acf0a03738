/** A recorded call, run again: the same inputs at the same times, through the same code, with nothing of the world attached. */
import { isJsonObject } from '../lib/json.ts'
import { silentLogger } from '../lib/log.ts'
import type { RecordedInput } from '../lib/recording.ts'
import { replay, ReplayClock, replayIds } from '../lib/replay.ts'
import { Scope } from '../lib/scope.ts'
import { socketPair } from '../lib/socket/pair.ts'
import type { CallPlan } from '../spec/call.ts'
import type { CarrierSpec, StreamEvent, WireMessage } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallEvent } from '../spec/event.ts'
import type { JournalEntry } from '../store/contract.ts'
import { replayedTalk, type TalkReplay } from './cast.ts'
import type { Engine } from './engine.ts'
import { wireOf } from './leg.ts'
import { LiveCall, type World } from './live.ts'
import { newCall } from './machine.ts'
import { attach } from './media.ts'

export interface Replayed {
  /** What the journal holds of the call, in order. */
  readonly entries: readonly JournalEntry[]
  /** What went to the carrier over the media socket, in order. */
  readonly sent: readonly WireMessage[]
}

export interface ReplayOptions {
  readonly plan: CallPlan
  readonly inputs: readonly RecordedInput[]
  readonly carriers: ReadonlyMap<string, CarrierSpec>
}

/** Rejects with LibError `recording.diverged` when the call draws or waits for something it did not then. */
export async function replayCall({ plan, inputs, carriers }: ReplayOptions): Promise<Replayed> {
  const clock = new ReplayClock(inputs)
  await using scope = new Scope(`replay ${plan.id}`)
  const stage = new Stage(plan, carriers, clock, replayIds(inputs), scope)
  await replay(inputs, clock, (input) => stage.deliver(input))
  return { entries: stage.entries, sent: stage.sent }
}

class Stage {
  readonly entries: JournalEntry[] = []
  readonly sent: WireMessage[] = []
  readonly #turns = new Map<string, () => void>()
  readonly #live: LiveCall
  readonly #carriers: ReadonlyMap<string, CarrierSpec>
  readonly #clock: ReplayClock
  #talk: TalkReplay | undefined
  #closeSocket: ((code: number, reason: string) => void) | undefined

  constructor(
    plan: CallPlan,
    carriers: ReadonlyMap<string, CarrierSpec>,
    clock: ReplayClock,
    ids: Engine['ids'],
    scope: Scope,
  ) {
    this.#carriers = carriers
    this.#clock = clock
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
    const inputs = { clock, ids, kept: true, take: <T>(_: unknown, __: unknown, run: () => T) => run() }
    this.#live = new LiveCall(engine, newCall(plan), inputs, this.#world())
  }

  deliver({ kind, data }: RecordedInput): void {
    const live = this.#live
    switch (kind) {
      case 'post':
        return void live.post(data as unknown as CallEvent) // recorded from a CallEvent
      case 'effects':
        return this.#turn(String((data as readonly unknown[])[0])) // recorded from a list of ids
      case 'attach':
        return this.#attach(data)
      case 'wire':
        return live.leg?.receive(messageOf(data))
      case 'closed':
        if (isJsonObject(data as never))
          this.#closeSocket?.(Number(Reflect.get(Object(data), 'code')), String(Reflect.get(Object(data), 'reason')))
        return
      case 'talk':
        this.#talk = replayedTalk(live, data)
        return
      case 'say':
        return live.conversation?.say(String(data))
      default:
        return this.#talk?.deliver(kind, data)
    }
  }

  #turn(id: string): void {
    const run = this.#turns.get(id)
    if (!run) throw new OffhookError('internal', `The replay went another way: effect ${id} is not due here`)
    this.#turns.delete(id)
    run()
  }

  #attach(data: unknown): void {
    const { carrier: name, before, later } = data as { carrier: string; before: WireMessage[]; later: WireMessage[] } // recorded by media.ts
    const carrier = this.#carriers.get(name)
    if (!carrier?.stream)
      throw new OffhookError('provider.unknown', `The recording is of a carrier "${name}" that is not here`)
    const { stream } = carrier
    let state = stream.begin()
    let started: (StreamEvent & { readonly type: 'started' }) | undefined
    for (const message of before) {
      const step = stream.step(state, { type: 'message', message })
      state = step.state
      started ??= step.events.find((event) => event.type === 'started')
    }
    if (!started) throw new OffhookError('internal', 'The recording has no start message')
    const { near, far } = pairOn(this.#clock)
    far.onMessage((message) => void this.sent.push(wireOf(message)))
    this.#closeSocket = (code, reason) =>
      code === 1005 || code === 1006 ? far.terminate(reason) : far.close(code, reason)
    attach(this.#live, near, { carrier, stream, state, started, later })
  }

  #world(): World {
    const nothing = () => Promise.resolve()
    return {
      carryOut: nothing,
      lookUp: nothing,
      openTalk: nothing,
      finish: async (live) => {
        live.clearTimers()
        await live.conversation?.[Symbol.asyncDispose]()
      },
      turn: (_, ids, run) => void this.#turns.set(ids[0] ?? '', run),
    }
  }
}

function pairOn(clock: ReplayClock) {
  const [near, far] = socketPair({ clock })
  return { near, far }
}

function messageOf(data: RecordedInput['data']): WireMessage {
  return data instanceof Uint8Array ? { binary: data } : { text: String(data) }
}
