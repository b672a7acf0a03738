/** A call that was ordered by REST, up to where somebody answers: queued, dialled, rung, and limited in time. */
import type { SimulatedCall } from './call.ts'
import { ring, type Answered } from './ring.ts'
import { limit, queueTime, unlessOver } from './steps.ts'

export interface DialTimes {
  /** How long it rings. */
  readonly ringMs: number
  /** How long it may last. */
  readonly limitMs: number
}

/** Begins in the background; `then` is what the carrier does with whoever answered. */
export function placeCall<F>(
  call: SimulatedCall<F>,
  { ringMs, limitMs }: DialTimes,
  then: (answered: Answered) => Promise<void>,
): void {
  const { scope, world } = call
  const place = async () => {
    await world.clock.sleep(queueTime(call), scope.signal)
    call.progress('initiated')
    const result = await ring(call, { timeoutMs: ringMs, signal: scope.signal })
    if (result.type === 'ended') return
    limit(call, limitMs)
    await then(result)
  }
  world.background(unlessOver(call, place()))
}
