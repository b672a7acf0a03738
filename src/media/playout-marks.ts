/** Marks in a playout: who wants to know when which sound was heard, and what the carrier said about it. */
import type { Clock, Timer } from '../lib/clock.ts'
import type { Position } from './playout-position.ts'

export type Reached = (how: 'heard' | 'cleared') => void

interface Waiting {
  /** Samples written when the mark was set. */
  readonly at: number
  readonly reached: Reached
}

interface Sent {
  readonly name: string
  readonly position: number
  /** When the clock alone expects it. */
  due: number
  readonly reached: Reached
  readonly timer: Timer
}

export interface MarksOptions {
  readonly clock: Clock
  readonly position: Position
  /** Absent: the carrier echoes no marks, and the clock answers for it. */
  readonly sendMark: ((name: string) => void) | undefined
  /** How long after its expected time an echo counts as lost. */
  readonly margin: number
}

export class Marks {
  readonly #options: MarksOptions
  #waiting: Waiting[] = []
  #sent: Sent[] = []
  #count = 0
  /** Echoes that never came. */
  lost = 0

  constructor(options: MarksOptions) {
    this.#options = options
  }

  add(at: number, reached: Reached): void {
    this.#waiting.push({ at, reached })
  }

  /** Sends the marks whose sound has been sent up to sample `sent`. */
  pass(sent: number): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.at <= sent) this.#issue(this.#waiting.shift()!)
  }

  /** The carrier returned a mark. Unknown names belong to sound that was cleared, or came too late: they mean nothing. */
  returned(name: string, cleared: boolean): void {
    const index = this.#sent.findIndex((mark) => mark.name === name)
    const mark = this.#sent[index]
    if (!mark) return
    // Marks return in order: one that was skipped will not come any more.
    const reached = this.#sent.splice(0, index + 1)
    for (const { timer } of reached) timer.cancel()
    this.#bound()
    if (!cleared) {
      const earlier = this.#options.position.confirm(this.#options.clock.monotonic(), mark.position, mark.due)
      if (earlier > 0) for (const later of this.#sent) later.due -= earlier
    }
    for (const each of reached) each.reached(cleared ? 'cleared' : 'heard')
  }

  /** `back` samples will be sent again, the first of them as sample `sent`: their marks wait anew. */
  takeBack({ sent, back, rate }: { readonly sent: number; readonly back: number; readonly rate: number }): void {
    const from = this.#options.position.sent
    const again = this.#sent.map(({ position, reached, timer }) => {
      timer.cancel()
      return { at: sent + Math.max(0, Math.round(((position - from) * rate) / 1000)), reached }
    })
    this.#sent = []
    this.#waiting = [...again, ...this.#waiting.map(({ at, reached }) => ({ at: at + back, reached }))]
  }

  /** All outstanding marks are void; a later echo of theirs is not recognised. */
  drop(): void {
    const dropped = [...this.#sent, ...this.#waiting]
    for (const { timer } of this.#sent) timer.cancel()
    this.#sent = []
    this.#waiting = []
    for (const { reached } of dropped) reached('cleared')
  }

  #issue({ reached }: Waiting): void {
    const { clock, position, sendMark, margin } = this.#options
    const now = clock.monotonic()
    const name = `m${++this.#count}`
    const patience = position.heardAt(now) - now + (sendMark ? margin : 0)
    const timer = clock.timer(patience, () => this.#expired(name))
    this.#sent.push({ name, position: position.sent, due: Math.max(position.playedUntil, now), reached, timer })
    this.#bound()
    sendMark?.(name)
  }

  /** Without echoes this is the mark's moment; with them, the echo was lost and the clock decides. */
  #expired(name: string): void {
    const index = this.#sent.findIndex((mark) => mark.name === name)
    if (index < 0) return
    const [mark] = this.#sent.splice(index, 1)
    this.#bound()
    if (this.#options.sendMark) this.lost++
    mark!.reached('heard')
  }

  #bound(): void {
    const { position, sendMark } = this.#options
    position.ceiling = sendMark ? (this.#sent[0]?.position ?? Infinity) : Infinity
  }
}
