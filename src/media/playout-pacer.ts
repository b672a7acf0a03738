/** One timer for all playouts of a clock: wakes in slots of an absolute grid, so a hundred calls cost few timers and never drift. */
import type { Clock, Timer } from '../lib/clock.ts'

/** Somebody to be woken. Asks again after every wake; at most one wake is outstanding. */
export interface Sleeper {
  wake(): void
}

/** Width of a slot: every usual frame length (10, 20, 30, 60, 100 ms) is a whole number of them. */
export const slotMs = 5

/** Node cuts timers to whole milliseconds, so a tick may come up to this much before its slot. */
const earlyMs = 1

export class Pacer {
  readonly #clock: Clock
  readonly #slots = new Map<number, Set<Sleeper>>()
  readonly #asleep = new Map<Sleeper, number>()
  #timer: Timer | undefined
  #armed = Infinity
  #ticking = false
  #members = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A different slot for each who asks in turn, so that calls begun together do not tick together. */
  nextPhase(): number {
    return slotMs * this.#members++
  }

  /** Wakes `sleeper` at the last slot not after `at` (ms, monotonic), never within the current slot. Replaces its earlier wish. */
  sleep(sleeper: Sleeper, at: number): void {
    const current = this.#slotNow()
    const slot = Math.max(Math.floor(at / slotMs), current + 1)
    const before = this.#asleep.get(sleeper)
    if (before === slot) return
    if (before !== undefined) this.#leave(sleeper, before)
    this.#asleep.set(sleeper, slot)
    const mates = this.#slots.get(slot)
    if (mates) mates.add(sleeper)
    else this.#slots.set(slot, new Set([sleeper]))
    // Within a tick only the earliest of all new wishes is armed, at its end.
    if (slot < this.#armed && !this.#ticking) this.#arm(slot)
  }

  cancel(sleeper: Sleeper): void {
    const slot = this.#asleep.get(sleeper)
    if (slot === undefined) return
    this.#leave(sleeper, slot)
    this.#asleep.delete(sleeper)
    if (this.#slots.size === 0) this.#disarm()
  }

  #leave(sleeper: Sleeper, slot: number): void {
    const mates = this.#slots.get(slot)
    mates?.delete(sleeper)
    if (mates?.size === 0) this.#slots.delete(slot)
  }

  #arm(slot: number): void {
    this.#timer?.cancel()
    this.#armed = slot
    // Rounded up: a timer cut to whole milliseconds would come before the slot and have to be set again.
    const delay = Math.ceil(slot * slotMs - this.#clock.monotonic())
    this.#timer = this.#clock.timer(delay, () => this.#tick())
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#armed = Infinity
  }

  #tick(): void {
    this.#timer = undefined
    this.#armed = Infinity
    const current = this.#slotNow()
    const due = [...this.#slots.keys()].filter((slot) => slot <= current).toSorted((one, other) => one - other)
    this.#ticking = true
    try {
      for (const slot of due) this.#wakeAll(slot)
    } finally {
      this.#ticking = false
      this.#armNext()
    }
  }

  #armNext(): void {
    let next = Infinity
    for (const slot of this.#slots.keys()) if (slot < next) next = slot
    if (next < Infinity) this.#arm(next)
  }

  #wakeAll(slot: number): void {
    const mates = this.#slots.get(slot)
    this.#slots.delete(slot)
    for (const sleeper of mates ?? []) {
      // A mate's wake may have cancelled this one.
      if (this.#asleep.get(sleeper) !== slot) continue
      this.#asleep.delete(sleeper)
      sleeper.wake()
    }
  }

  #slotNow(): number {
    return Math.floor((this.#clock.monotonic() + earlyMs) / slotMs)
  }
}

const pacers = new WeakMap<Clock, Pacer>()

/** The pacer all playouts of this clock share. */
export function pacerOf(clock: Clock): Pacer {
  const known = pacers.get(clock)
  if (known) return known
  const pacer = new Pacer(clock)
  pacers.set(clock, pacer)
  return pacer
}
