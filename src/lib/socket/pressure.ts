/** Watches how much waits to be sent: when to say "slower", when "go on", and when to give up. */

export class Pressure {
  readonly #highWater: number
  readonly #hardCap: number
  #congested = false
  #congestions = 0

  constructor(highWater: number, hardCap: number) {
    this.#highWater = highWater
    this.#hardCap = hardCap
  }

  get congested(): boolean {
    return this.#congested
  }

  get congestions(): number {
    return this.#congestions
  }

  /** After sending. `risen`: the mark was passed just now. */
  grew(bufferedBytes: number): 'fine' | 'risen' | 'congested' | 'overflowing' {
    if (bufferedBytes > this.#hardCap) return 'overflowing'
    if (this.#congested) return 'congested'
    if (bufferedBytes <= this.#highWater) return 'fine'
    this.#congested = true
    this.#congestions++
    return 'risen'
  }

  /** After something left. True when that ended a congestion. */
  shrank(bufferedBytes: number): boolean {
    if (!this.#congested || bufferedBytes > this.#highWater / 2) return false
    this.#congested = false
    return true
  }
}
