/** The timers of a talk that run: set and cancelled as `turns.ts` says. */
import type { Clock, Timer } from '../lib/clock.ts'
import type { ConversationEvent } from './contract.ts'
import type { TurnRules, TurnTimer } from './turn.ts'

export class Alarms {
  readonly #clock: Clock
  readonly #ring: (timer: TurnTimer) => void
  readonly #running = new Map<TurnTimer, Timer>()

  constructor(clock: Clock, ring: (timer: TurnTimer) => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Takes the place of one of this name. */
  set(timer: TurnTimer, delay: number): void {
    this.cancel(timer)
    this.#running.set(
      timer,
      this.#clock.timer(delay, () => this.#ring(timer)),
    )
  }

  cancel(timer: TurnTimer): void {
    this.#running.get(timer)?.cancel()
    this.#running.delete(timer)
  }

  close(): void {
    for (const timer of this.#running.values()) timer.cancel()
    this.#running.clear()
  }
}

/** What is told of an agent that lets others wait. */
export function tooLate(what: 'ready' | 'reply', { agentTimeout }: TurnRules): ConversationEvent {
  const limit = `${agentTimeout / 1000} s`
  const message = what === 'ready' ? `not ready within ${limit}` : `no reply begun within ${limit}`
  return { type: 'agent.failed', code: 'vendor.timeout', message: `the agent was ${message}` }
}
