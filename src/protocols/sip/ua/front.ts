/** The side of a session that its user sees: its state, its events, and an end that is told exactly once. */
import type { Session, SessionEnd, SessionEvent } from './contract.ts'

export class Front {
  state: Session['state']
  readonly #listeners: ((event: SessionEvent) => void)[] = []
  readonly #onError: ((error: unknown) => void) | undefined

  constructor(state: Session['state'], onError: ((error: unknown) => void) | undefined) {
    this.state = state
    this.#onError = onError
  }

  get ended(): boolean {
    return this.state === 'ended'
  }

  listen(listener: (event: SessionEvent) => void): void {
    this.#listeners.push(listener)
  }

  /** False: nobody listens. A listener that throws harms neither the session nor the stack. */
  tell(event: SessionEvent): boolean {
    if (this.ended && event.type !== 'ended') return true
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#onError?.(error)
      }
    }
    return this.#listeners.length > 0
  }

  /** Only the first end counts. */
  end(end: SessionEnd): boolean {
    if (this.ended) return false
    this.state = 'ended'
    this.tell({ type: 'ended', end })
    return true
  }
}
