/**
 * The one door through which the outside reaches a call: wire messages, agent events, voice activity, timers, results.
 *
 * Every input is recorded with the time it came, and the call's time stands still until the next: whatever it does in
 * between sees one instant. So the same inputs, at the same times, make the same call, bit for bit (see replay.ts).
 */
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { JsonValue } from '../lib/json.ts'
import type { InputRecorder } from '../lib/recorder.ts'
import { recordingClock, recordingIds } from '../lib/replay.ts'
import type { WireMessage } from '../spec/carrier.ts'

/**
 * `post`: an event; `effects`: their turn has come; `attach`: a media socket was claimed; `wire`, `closed`: what came over it;
 * `talk`: the conversation begins; `agent-open`, `agent`, `audio`: its agent; `voice`: voice activity; `say`: words from the API.
 */
export type InputKind =
  | 'post'
  | 'effects'
  | 'attach'
  | 'wire'
  | 'closed'
  | 'talk'
  | 'agent-open'
  | 'agent'
  | 'audio'
  | 'voice'
  | 'say'

export interface Inputs {
  /** Time as the call knows it: that of its latest input. Its timers are inputs when they fire. */
  readonly clock: Clock
  readonly ids: Ids
  /** True when somebody keeps the inputs: then all the call's time must come from `clock`. */
  readonly kept: boolean
  /** Lets an input in: records it, moves the call's time, runs what it causes. `data` holds no secret. */
  take<T>(kind: InputKind, data: () => JsonValue | Uint8Array, run: () => T): T
}

export function liveInputs(clock: Clock, ids: Ids, recorder?: InputRecorder): Inputs {
  const stepped = recordingClock(clock, recorder ?? nobody)
  return {
    clock: stepped,
    ids: recorder ? recordingIds(ids, recorder, stepped) : ids,
    kept: recorder !== undefined,
    take(kind, data, run) {
      const time = stepped.step()
      if (recorder) recorder.input(kind, data(), { time })
      return run()
    },
  }
}

const nobody: InputRecorder = {
  input: () => undefined,
  dropped: 0,
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}

/** A value as the recording keeps it. The call's own values are plain: this only says so to the compiler. */
export function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null)) as JsonValue // what JSON.parse returns is a JsonValue
}

export function wireInput(message: WireMessage): JsonValue | Uint8Array {
  return 'text' in message ? message.text : message.binary
}
