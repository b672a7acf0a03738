/** The end of a call that lasts too long is announced: to the caller, or to the agent, which says it in its own words. */
import type { Clock, Timer } from '../lib/clock.ts'
import { conversationDefaults, type ConversationSettings } from './contract.ts'
import type { Waiters } from './waiters.ts'

type Settings = Pick<ConversationSettings, 'endWarning' | 'endWarningTo' | 'endWarningText'>

export interface EndingOptions {
  readonly clock: Clock
  readonly waiters: Waiters
  readonly settings: Partial<Settings>
  /** Neither side speaks or is about to. */
  readonly quiet: () => boolean
  readonly say: (text: string) => void
  readonly tell: (text: string) => void
}

export class Ending {
  readonly #options: EndingOptions
  readonly #settings: Settings
  #timer: Timer | undefined
  #told = false

  constructor(options: EndingOptions) {
    this.#options = options
    // A recorded call that is older than these settings announced nothing.
    this.#settings = { ...conversationDefaults, endWarning: 0, ...options.settings }
  }

  /** The call is ended in `ms`. Again when that changes. Nothing is announced for which there is no time. */
  in(ms: number): void {
    const { clock } = this.#options
    const { endWarning } = this.#settings
    this.#timer?.cancel()
    if (endWarning === 0 || ms <= endWarning || this.#told) return
    this.#timer = clock.timer(ms - endWarning, () => this.#announce())
  }

  close(): void {
    this.#timer?.cancel()
  }

  /** In the next pause; without one for half of the time, all the same. */
  #announce(): void {
    const { waiters, quiet, say, tell } = this.#options
    const { endWarning, endWarningTo, endWarningText } = this.#settings
    this.#told = true
    const seconds = String(Math.round(endWarning / 1000))
    const text = endWarningText.replaceAll('{seconds}', seconds)
    const announce = endWarningTo === 'caller' ? say : tell
    void waiters.wait(() => quiet() || undefined, endWarning / 2, true).then(() => announce(text))
  }
}
