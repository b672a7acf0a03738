/**
 * The one door through which the outside reaches a call: wire messages, agent events, voice activity, timers, results.
 *
 * Every input is recorded with the time it came, and the call's time stands still until the next: whatever it does in
 * between sees one instant. An input that comes while another is handled (an agent that answers at once) waits for its
 * end. So the same inputs, at the same times, make the same call, bit for bit (see replay.ts).
 */
import { sleepOn, type Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { JsonValue } from '../lib/json.ts'
import { noRecorder, type InputRecorder } from '../lib/recorder.ts'
import { recordingClock, recordingIds } from '../lib/replay.ts'
import type { StreamOrder, WireMessage } from '../spec/carrier.ts'

/**
 * `post`: an event; `effects`: their turn has come; `attach`: a media socket was claimed; `wire`, `closed`: what came over it;
 * `talk`: the conversation begins; `agent-open`, `agent-failed`, `agent`, `audio`: its agent; `voice`: voice activity;
 * `tool`: how a tool of the user's went; `play`: words or a sound from the API; `write`: words the caller wrote; `command`: asked by the engine itself; `order`: for the stream; `instead`: what the engine does
 * for a carrier that cannot; `remind`: a timer set after a restart.
 */
export type InputKind =
  | 'post'
  | 'effects'
  | 'attach'
  | 'wire'
  | 'closed'
  | 'talk'
  | 'agent-open'
  | 'agent-failed'
  | 'agent'
  | 'audio'
  | 'voice'
  | 'tool'
  | 'play'
  | 'write'
  | 'interrupt'
  | 'command'
  | 'order'
  | 'instead'
  | 'remind'

/** What left the call, kept beside its inputs so that a replay can be held against it: `sent` over the media socket, `entry` of the journal. */
export type OutputKind = 'sent' | 'entry'

export interface Inputs {
  /** Time as the call knows it: that of its latest input. Its timers are inputs when they fire. */
  readonly clock: Clock
  readonly ids: Ids
  /** True when somebody keeps the inputs: then all the call's time must come from `clock`. */
  readonly kept: boolean
  /** An input is being handled: the next one waits, and must keep no reference to what may change meanwhile. */
  readonly busy: boolean
  /** Lets an input in: records it, moves the call's time, runs what it causes. `data` holds no secret. */
  take(kind: InputKind, data: () => JsonValue | Uint8Array, run: () => void): void
  /** Keeps what left the call. */
  note(kind: OutputKind, data: () => JsonValue | Uint8Array): void
}

export function liveInputs(clock: Clock, ids: Ids, recorder?: InputRecorder): Inputs {
  const stepped = recordingClock(clock, recorder ?? noRecorder)
  const turns = new Turns()
  const own: Clock = {
    now: stepped.now,
    monotonic: stepped.monotonic,
    timer: (delay, run) =>
      stepped.timer(delay, () => {
        if (recorder) turns.join()
        turns.run(run)
      }),
    sleep: (delay, signal) => sleepOn(own, delay, signal),
  }
  const admit = (kind: InputKind, data: JsonValue | Uint8Array, run: () => void): void => {
    // Within one run of the event loop it is one instant: of matter only to a recording.
    const joined = recorder !== undefined && turns.join()
    const time = joined ? stepped.monotonic() : stepped.step()
    recorder?.input(kind, data, joined ? { time, joined } : { time })
    turns.run(run)
  }
  return {
    clock: own,
    ids: recorder ? recordingIds(ids, recorder, own) : ids,
    kept: recorder !== undefined,
    get busy() {
      return turns.busy
    },
    take(kind, data, run) {
      const value = recorder ? data() : null
      if (turns.busy) turns.later(() => admit(kind, value, run))
      else admit(kind, value, run)
    },
    note: (kind, data) => recorder?.input(kind, data(), { time: stepped.monotonic() }),
  }
}

/** One input at a time; and whether the event loop has turned since the last one. */
class Turns {
  busy = false
  #still = false
  #draining = false
  readonly #waiting: (() => void)[] = []

  /** True when nothing that waited can have gone on since the input before. */
  join(): boolean {
    if (this.#still) return true
    this.#still = true
    // Runs before any microtask that the input sets.
    queueMicrotask(() => (this.#still = false))
    return false
  }

  later(admit: () => void): void {
    this.#waiting.push(admit)
  }

  run(run: () => void): void {
    this.busy = true
    try {
      run()
    } finally {
      this.busy = false
      this.#drain()
    }
  }

  #drain(): void {
    if (this.#draining) return
    this.#draining = true
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next()
    } finally {
      this.#draining = false
    }
  }
}

/** A value as the recording keeps it. The call's own values are plain: this only says so to the compiler. */
export function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null)) as JsonValue // what JSON.parse returns is a JsonValue
}

/** A wire message inside other data: JSON knows no bytes. */
export function keptWire(message: WireMessage): JsonValue {
  return 'text' in message ? { text: message.text } : { base64: Buffer.from(message.binary).toString('base64') }
}

export function givenWire(kept: { readonly text: string } | { readonly base64: string }): WireMessage {
  return 'text' in kept ? kept : { binary: new Uint8Array(Buffer.from(kept.base64, 'base64')) }
}

/** An order inside other data. */
export function keptOrder(order: StreamOrder): JsonValue {
  return order.type === 'audio' ? { type: 'audio', base64: Buffer.from(order.payload).toString('base64') } : order
}

export function givenOrder(
  kept: Exclude<StreamOrder, { type: 'audio' }> | { type: 'audio'; base64: string },
): StreamOrder {
  return 'base64' in kept ? { type: 'audio', payload: new Uint8Array(Buffer.from(kept.base64, 'base64')) } : kept
}

export function wireInput(message: WireMessage): JsonValue | Uint8Array {
  return 'text' in message ? message.text : message.binary
}
