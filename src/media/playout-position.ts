/** Where the caller's ear is: a model of the carrier's playback by the clock, corrected by its marks. All positions in ms of sound sent. */

/** No carrier echoes slower than this; a later mark is a fault of the mark, not of the sound. */
const longestLag = 2000

export class Position {
  /** All sound sent so far. */
  sent = 0
  /** Monotonic time at which all that was sent has left a carrier without delay. */
  playedUntil = -Infinity
  /** How much later than that the caller hears it, as far as marks have told. */
  lag: number
  /** Not heard beyond this: the first mark the carrier still owes us. */
  ceiling = Infinity
  /** Known to be heard. */
  #floor = 0

  constructor(lag: number) {
    this.lag = lag
  }

  /** A frame goes out. Returns the monotonic time its first sample is due to be played. */
  advance(now: number, duration: number): number {
    // Before a gap moves the model on, what was heard by now stays heard.
    this.#floor = this.heard(now)
    const due = Math.max(this.playedUntil, now)
    this.playedUntil = due + duration
    this.sent += duration
    return due
  }

  /** Position heard at `now`. */
  heard(now: number): number {
    const estimate = this.sent - Math.max(0, this.playedUntil + this.lag - now)
    return Math.max(this.#floor, Math.min(estimate, this.ceiling))
  }

  /** When the caller has heard all that was sent. */
  heardAt(now: number): number {
    return Math.max(this.playedUntil + this.lag, now)
  }

  /** The carrier played up to `position`, which the model expected at `due`. Returns how far the model moved earlier. */
  confirm(now: number, position: number, due: number): number {
    this.#floor = Math.max(this.#floor, position)
    const observed = now - due
    if (observed >= 0) {
      // Half of each correction: the echo's own network time varies.
      const lag = Math.min(observed, longestLag)
      this.lag = this.lag === 0 ? lag : (this.lag + lag) / 2
      return 0
    }
    this.lag = 0
    this.playedUntil += observed
    return -observed
  }

  /** What was sent last, so many ms, will be sent again. */
  takeBack(ms: number, now: number): void {
    this.sent -= ms
    this.drop(now)
  }

  /** What was sent and not heard is gone. */
  drop(now: number): void {
    this.#floor = this.sent
    this.ceiling = Infinity
    this.playedUntil = Math.min(this.playedUntil, now)
  }
}
