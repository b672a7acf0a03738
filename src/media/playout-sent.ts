/** What was sent last: sound that a carrier has and the caller has not heard can be taken back and said again. */

export class SentSound {
  readonly #ring: Int16Array
  #end = 0
  #kept = 0

  /** Keeps the last `samples`. */
  constructor(samples: number) {
    this.#ring = new Int16Array(samples)
  }

  add(frame: Int16Array): void {
    const ring = this.#ring
    const first = Math.min(frame.length, ring.length - this.#end)
    ring.set(frame.subarray(0, first), this.#end)
    ring.set(frame.subarray(first), 0)
    this.#end = (this.#end + frame.length) % ring.length
    this.#kept = Math.min(ring.length, this.#kept + frame.length)
  }

  /** Takes the newest back: at most `count` samples, fewer where no more are kept. */
  take(count: number): Int16Array {
    const ring = this.#ring
    const length = Math.min(count, this.#kept)
    const from = (this.#end - length + ring.length) % ring.length
    const taken = new Int16Array(length)
    const first = Math.min(length, ring.length - from)
    taken.set(ring.subarray(from, from + first))
    taken.set(ring.subarray(0, length - first), first)
    this.#end = from
    this.#kept -= length
    return taken
  }
}
