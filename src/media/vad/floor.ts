/** How loud a line is when nobody speaks, followed frame by frame: what is clearly louder may be speech. */

/** dB above the floor at which a frame is loud, and below which it no longer is. */
const start = 9
const stop = 6
/** dBFS below which nothing is speech. */
const quietest = -50
/** The floor stays within these, dBFS. */
const lowest = -70
const highest = -25
/** dB per 10 ms, and the part of a fall taken per 10 ms. */
const rise = { quiet: 0.05, speaking: 0.015 }
const fall = 0.3
/** A sound whose level varies by less than `steadyRange` dB for half a second is the line's own, however loud. Voices vary more. */
const steadyFrames = 50
const steadyRange = 5

export class NoiseFloor {
  #floor: number | undefined
  #least = Infinity
  #most = -Infinity
  #steady = 0
  #loud = false

  get level(): number {
    return this.#floor ?? lowest
  }

  /** Takes the level (dBFS) of the next 10 ms; true when it stands out. */
  loud(level: number, speaking: boolean): boolean {
    this.#floor = this.#follow(level, speaking)
    if (this.#isSteady(level)) this.#floor = within(level, lowest, highest)
    this.#loud = level > Math.max(quietest, this.#floor + (this.#loud || speaking ? stop : start))
    return this.#loud
  }

  #follow(level: number, speaking: boolean): number {
    // A call that begins with speech is heard from the first dip on: the floor falls with it.
    if (this.#floor === undefined) return within(level, lowest, highest)
    const above = level - this.#floor
    const step = above < 0 ? above * fall : Math.min(above, speaking ? rise.speaking : rise.quiet)
    return within(this.#floor + step, lowest, highest)
  }

  #isSteady(level: number): boolean {
    this.#least = Math.min(this.#least, level)
    this.#most = Math.max(this.#most, level)
    if (this.#most - this.#least > steadyRange) {
      this.#least = level
      this.#most = level
      this.#steady = 0
    }
    return ++this.#steady >= steadyFrames
  }
}

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value))
