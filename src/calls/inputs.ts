/**
 * The one door through which the outside reaches a call: wire messages, agent events, voice activity, timers, results.
 *
 * Every input is recorded with the time it came, and time stands still until the next: whatever the call does in
 * between sees one instant. So the same inputs, at the same times, make the same call, bit for bit (see replay.ts).
 */
import type { Clock, Timer } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'

export type InputKind = 'wire' | 'closed' | 'agent' | 'voice' | 'audio' | 'timer' | 'tick' | 'post' | 'attach'

/** Where inputs are kept; `data` must hold no secret. */
export interface InputLog {
  input(kind: InputKind, time: number, data: unknown): void
  /** An id or fraction that the call drew: replay hands out the same. */
  drawn(value: string | number): void
}

export interface Inputs {
  /** Time as the call knows it: that of its latest input. Its timers are inputs when they fire. */
  readonly clock: Clock
  readonly ids: Ids
  /** Lets an input in: records it, moves the call's time, runs what it causes. */
  take<T>(kind: InputKind, data: unknown, run: () => T): T
  /** Remembers what an asynchronous result was, when it is one (a tool's answer, a command's outcome). */
  readonly replaying: boolean
}

export function liveInputs(clock: Clock, ids: Ids, log?: InputLog): Inputs {
  let now = clock.now()
  let monotonic = clock.monotonic()
  let timers = 0

  const take = <T>(kind: InputKind, data: unknown, run: () => T): T => {
    now = clock.now()
    monotonic = clock.monotonic()
    log?.input(kind, monotonic, data)
    return run()
  }
  const timer = (delay: number, run: () => void): Timer => {
    const number = timers++
    return clock.timer(delay, () => take('timer', number, run))
  }
  return {
    clock: clockOver({ now: () => now, monotonic: () => monotonic, timer }),
    ids: log ? recordedIds(ids, log) : ids,
    take,
    replaying: false,
  }
}

function recordedIds(ids: Ids, log: InputLog): Ids {
  const keep = <T extends string | number>(value: T): T => {
    log.drawn(value)
    return value
  }
  // Tokens are secrets: they are neither recorded nor needed, since what they open is not replayed.
  return {
    id: (prefix) => keep(ids.id(prefix)),
    token: (bytes) => ids.token(bytes),
    fraction: () => keep(ids.fraction()),
  }
}

/** A clock from its three primitives. */
export function clockOver(parts: Pick<Clock, 'now' | 'monotonic' | 'timer'>): Clock {
  return {
    ...parts,
    sleep: (delay, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const stop = () => {
          timer.cancel()
          reject(signal?.reason)
        }
        const timer = parts.timer(delay, () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        })
        signal?.addEventListener('abort', stop, { once: true })
      }),
  }
}
