/** Runs one machine: executes what it puts out, keeps its timers, and knows when it is over. */
import type { Clock, Timer } from '../../../lib/clock.ts'
import { advance, type Input, type Machine, type Output, type States, type TimerName } from './machine.ts'

/** Timers of a whole stack, counted. */
export interface Count {
  timers: number
}

/** A timer that counts while it runs. */
export function countedTimer(clock: Clock, count: Count, after: number, run: () => void): Timer {
  let running = true
  const stop = () => {
    if (running) count.timers--
    running = false
  }
  count.timers++
  const timer = clock.timer(after, () => {
    stop()
    run()
  })
  const cancel = () => {
    stop()
    timer.cancel()
  }
  return { cancel, [Symbol.dispose]: cancel }
}

export interface RunOptions<State extends string> {
  readonly states: States<State>
  readonly machine: Machine<State>
  readonly clock: Clock
  readonly count: Count
  /** Everything but timers. What it does may lead to further inputs: they wait until this one is done with. */
  readonly act: (output: Exclude<Output, { type: 'set' | 'clear' }>) => void
  /** Once, after the last output. */
  readonly ended: () => void
}

export class Run<State extends string> {
  readonly #options: RunOptions<State>
  #machine: Machine<State>
  readonly #timers = new Map<TimerName, Timer>()
  readonly #inputs: Input[] = []
  #busy = false
  #over = false

  constructor(options: RunOptions<State>) {
    this.#options = options
    this.#machine = options.machine
  }

  get machine(): Machine<State> {
    return this.#machine
  }

  get over(): boolean {
    return this.#over
  }

  feed(input: Input): void {
    this.#inputs.push(input)
    if (this.#busy) return
    this.#busy = true
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) this.#step(next)
    } finally {
      this.#busy = false
    }
  }

  /** Over at once, without a word. Idempotent. */
  stop(): void {
    if (this.#over) return
    this.#over = true
    for (const timer of this.#timers.keys()) this.#clear(timer)
    this.#options.ended()
  }

  #step(input: Input): void {
    if (this.#over) return
    const { machine, outputs } = advance(this.#options.states, this.#machine, input)
    this.#machine = machine
    for (const output of outputs) {
      // Stopped by what an output led to.
      if (this.#over) return
      if (output.type === 'set') this.#set(output.timer, output.after)
      else if (output.type === 'clear') this.#clear(output.timer)
      else this.#options.act(output)
    }
    if (machine.state === 'terminated') this.stop()
  }

  #set(timer: TimerName, after: number): void {
    this.#clear(timer)
    const { clock, count } = this.#options
    this.#timers.set(
      timer,
      countedTimer(clock, count, after, () => {
        this.#timers.delete(timer)
        this.feed({ type: 'timer', timer })
      }),
    )
  }

  #clear(timer: TimerName): void {
    this.#timers.get(timer)?.cancel()
    this.#timers.delete(timer)
  }
}
