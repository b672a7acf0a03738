/** The only source of time and timers: a real clock for the process, a virtual one for tests and replay. */

export interface Timer extends Disposable {
  /** Idempotent; after it the callback never runs. */
  cancel(): void
}

export interface Clock {
  /** Wall time, ms since 1970. For dates people and carriers read; may jump. */
  now(): number
  /** Milliseconds from an arbitrary start, fractional, never backwards. For durations and pacing. */
  monotonic(): number
  /** Runs `run` once after `delay` ms. Whoever sets a timer cancels it, or defers that to its scope. */
  timer(delay: number, run: () => void): Timer
  /** Resolves after `delay` ms; rejects with the signal's reason when aborted. */
  sleep(delay: number, signal?: AbortSignal): Promise<void>
}

/** Node fires longer timers at once, so they are set in laps. */
const longestDelay = 2_147_483_647

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(delay, run) {
    let handle = lap(delay, run, (next) => (handle = next))
    const cancel = () => clearTimeout(handle)
    return { cancel, [Symbol.dispose]: cancel }
  },
  sleep(delay, signal) {
    return sleepOn(realClock, delay, signal)
  },
}

function lap(delay: number, run: () => void, renewed: (handle: NodeJS.Timeout) => void): NodeJS.Timeout {
  if (!(delay > longestDelay)) return setTimeout(run, Math.max(0, delay))
  return setTimeout(() => renewed(lap(delay - longestDelay, run, renewed)), longestDelay)
}

interface Entry {
  readonly due: number
  readonly order: number
  readonly run: () => void
}

/** A clock that moves only when told. Timers of one instant run in the order they were set. */
export class VirtualClock implements Clock {
  readonly #start: number
  #elapsed = 0
  #order = 0
  readonly #timers = new Set<Entry>()

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#start = start
  }

  /** Timers set and not yet run or cancelled: a leak check for tests. */
  get pending(): number {
    return this.#timers.size
  }

  now(): number {
    return Math.floor(this.#start + this.#elapsed)
  }

  monotonic(): number {
    return this.#elapsed
  }

  timer(delay: number, run: () => void): Timer {
    const entry = { due: this.#elapsed + Math.max(0, delay || 0), order: this.#order++, run }
    this.#timers.add(entry)
    const cancel = () => void this.#timers.delete(entry)
    return { cancel, [Symbol.dispose]: cancel }
  }

  sleep(delay: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delay, signal)
  }

  /** Moves time forward, running every timer that falls due at its own instant. */
  advance(duration: number): void {
    const end = this.#elapsed + duration
    for (let next = this.#next(end); next; next = this.#next(end)) this.#fire(next)
    this.#elapsed = Math.max(this.#elapsed, end)
  }

  /** Like `advance`, and lets promises settle before and after every timer. */
  async advanceAsync(duration: number): Promise<void> {
    const end = this.#elapsed + duration
    await settle()
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#fire(next)
      await settle()
    }
    this.#elapsed = Math.max(this.#elapsed, end)
    await settle()
  }

  #next(end: number): Entry | undefined {
    let first: Entry | undefined
    for (const timer of this.#timers) {
      if (timer.due > end) continue
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer
    }
    return first
  }

  #fire(timer: Entry): void {
    this.#timers.delete(timer)
    this.#elapsed = Math.max(this.#elapsed, timer.due)
    timer.run()
  }
}

/** A sleep made of a clock's own timer: for whoever writes a clock. */
export function sleepOn(clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const timer = clock.timer(delay, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    const stop = () => {
      timer.cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** A few turns of the macrotask queue: enough for chains of awaits to finish. For tests and replay. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
