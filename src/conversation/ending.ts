/** The end of a call that lasts too long is announced: to the caller, or to the agent, which says it in its own words. */
import type { Clock, Timer } from '../lib/clock.ts'
import type { ConversationSettings } from './contract.ts'
import type { Waiters } from './waiters.ts'

export interface EndingOptions {
  readonly clock: Clock
  readonly waiters: Waiters
  readonly settings: Pick<ConversationSettings, 'endWarning' | 'endWarningTo' | 'endWarningText'>
  /** Neither side speaks or is about to. */
  readonly quiet: () => boolean
  readonly say: (text: string) => void
  readonly tell: (text: string) => void
}

export class Ending {
  readonly #options: EndingOptions
  #timer: Timer | undefined
  #told = false

  constructor(options: EndingOptions) {
    this.#options = options
  }

  /** The call is ended in `ms`. Again when that changes. Nothing is announced for which there is no time. */
  in(ms: number): void {
    const { clock, settings } = this.#options
    const { endWarning } = settings
    this.#timer?.cancel()
    if (endWarning === 0 || ms <= endWarning || this.#told) return
    this.#timer = clock.timer(ms - endWarning, () => this.#announce())
  }

  close(): void {
    this.#timer?.cancel()
  }

  /** In the next pause; without one for half of the time, all the same. */
  #announce(): void {
    const { waiters, settings, quiet, say, tell } = this.#options
    const { endWarning, endWarningTo, endWarningText } = settings
    this.#told = true
    const seconds = String(Math.round(endWarning / 1000))
    const text = endWarningText.replaceAll('{seconds}', seconds)
    const announce = endWarningTo === 'caller' ? say : tell
    void waiters.wait(() => quiet() || undefined, endWarning / 2, true).then(() => announce(text))
  }
}
