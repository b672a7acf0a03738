/** A 2xx to an INVITE, repeated on every transport until its ACK comes (RFC 3261 §13.3.1.4). */
import type { Clock, Timer } from '../../../lib/clock.ts'
import { patience, type Times } from '../transaction/times.ts'

export interface Repeated {
  stop(): void
}

/** Sends at once, after T1, and so on to T2; `lost` after 64·T1. Reliable provisional responses are repeated alike (RFC 3262 §3), without T2. */
export function repeat(
  clock: Pick<Clock, 'timer'>,
  { times, most }: { readonly times: Times; readonly most: number },
  send: () => void,
  lost: () => void,
): Repeated {
  let again: Timer | undefined
  const schedule = (delay: number): void => {
    again = clock.timer(delay, () => {
      send()
      schedule(Math.min(delay * 2, most))
    })
  }
  const limit = clock.timer(patience(times), () => {
    again?.cancel()
    lost()
  })
  schedule(times.t1)
  send()
  return {
    stop() {
      again?.cancel()
      limit.cancel()
    },
  }
}
