/** Messages made late by the jitter fault, never out of order: one queue and one timer, so that nothing can overtake. */
import type { Timer } from '../../src/lib/clock.ts'
import type { World } from './world.ts'

interface Late {
  readonly due: number
  readonly write: () => void
}

export class LateQueue {
  readonly #world: Pick<World, 'clock' | 'ids' | 'faults'>
  readonly #waiting: Late[] = []
  #timer: Timer | undefined

  constructor(world: Pick<World, 'clock' | 'ids' | 'faults'>) {
    this.#world = world
  }

  /** Until the last one has left, ms. */
  get restMs(): number {
    return Math.max(0, (this.#waiting.at(-1)?.due ?? 0) - this.#world.clock.monotonic())
  }

  /** Writes at once when nothing waits and no fault says otherwise. Only media is delayed of its own; what follows waits behind it. */
  send(media: boolean, write: () => void): void {
    const { clock, ids, faults } = this.#world
    const delay = media && faults.mediaJitterMs ? ids.fraction() * faults.mediaJitterMs : 0
    const last = this.#waiting.at(-1)
    if (!last && delay === 0) return write()
    this.#waiting.push({ due: Math.max(last?.due ?? 0, clock.monotonic() + delay), write })
    if (!this.#timer) this.#timer = this.#arm()
  }

  #arm(): Timer | undefined {
    const first = this.#waiting[0]
    const { clock } = this.#world
    return first && clock.timer(Math.max(0, first.due - clock.monotonic()), () => this.#leave())
  }

  #leave(): void {
    // Timers may come a fraction of a millisecond early.
    const now = this.#world.clock.monotonic() + 0.5
    while (this.#waiting[0] && this.#waiting[0].due <= now) this.#waiting.shift()!.write()
    this.#timer = this.#arm()
  }
}
