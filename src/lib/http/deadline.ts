/** A time limit that several waits share, and that follows the caller's own signal. */
import type { Clock, Timer } from '../clock.ts'
import type { LibError } from '../failure.ts'

export interface Deadline {
  readonly signal: AbortSignal
  /** Stops the time; the caller's signal still counts. */
  pause(): void
  /** Gives `delay` ms from now. */
  restart(delay: number, reason: () => LibError): void
  /** No timer and no listener is left. */
  end(): void
}

/** A signal that aborts after `delay` ms, or with the caller's. */
export function deadline(
  clock: Clock,
  delay: number,
  reason: () => LibError,
  caller: AbortSignal | undefined,
): Deadline {
  const controller = new AbortController()
  const follow = () => controller.abort(caller?.reason)
  if (caller?.aborted) follow()
  caller?.addEventListener('abort', follow, { once: true })
  let timer: Timer = clock.timer(delay, () => controller.abort(reason()))
  return {
    signal: controller.signal,
    pause: () => timer.cancel(),
    restart(next, late) {
      timer.cancel()
      timer = clock.timer(next, () => controller.abort(late()))
    },
    end() {
      timer.cancel()
      caller?.removeEventListener('abort', follow)
    },
  }
}
