/** Samples waiting to be sent: a growing flat buffer that hands out frames without copying them. */

/** What an empty queue keeps: 128 ms at 8 kHz, so that a silent call costs nothing. */
const smallest = 1024

export class SampleQueue {
  readonly #limit: number
  #samples = new Int16Array(smallest)
  #head = 0
  #tail = 0

  /** `limit`: samples it holds at most. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get length(): number {
    return this.#tail - this.#head
  }

  /** Copies what fits; returns how many samples were taken. */
  push(pcm: Int16Array): number {
    const taken = Math.min(pcm.length, this.#limit - this.length)
    if (taken <= 0) return 0
    if (this.#tail + taken > this.#samples.length) this.#makeRoom(taken)
    this.#samples.set(taken === pcm.length ? pcm : pcm.subarray(0, taken), this.#tail)
    this.#tail += taken
    return taken
  }

  /** The oldest `count` samples; valid until the next push. */
  take(count: number): Int16Array {
    const frame = this.#samples.subarray(this.#head, Math.min(this.#head + count, this.#tail))
    this.#head += frame.length
    if (this.#head === this.#tail) this.#rewind()
    return frame
  }

  /** These come before all that waits, whatever the limit: they were taken before. */
  putBack(pcm: Int16Array): void {
    const rest = this.#samples.subarray(this.#head, this.#tail)
    const joined = new Int16Array(Math.max(smallest, pcm.length + rest.length))
    joined.set(pcm)
    joined.set(rest, pcm.length)
    this.#samples = joined
    this.#head = 0
    this.#tail = pcm.length + rest.length
  }

  clear(): void {
    this.#head = this.#tail
    this.#rewind()
  }

  #rewind(): void {
    this.#head = 0
    this.#tail = 0
    if (this.#samples.length > smallest * 16) this.#samples = new Int16Array(smallest)
  }

  #makeRoom(more: number): void {
    const needed = this.length + more
    // Moving down only when a fifth is free, and growing by a quarter, keeps the copying O(1) a sample.
    const fits = needed <= this.#samples.length && this.#head * 5 >= this.#samples.length
    const roomier = fits ? this.#samples : new Int16Array(this.#sizeFor(needed))
    roomier.set(this.#samples.subarray(this.#head, this.#tail))
    this.#tail -= this.#head
    this.#head = 0
    this.#samples = roomier
  }

  /** A whole answer in one piece gets what it needs; what grows bit by bit gets more to come. */
  #sizeFor(needed: number): number {
    return Math.max(smallest, this.length === 0 ? needed : Math.ceil(needed * 1.25))
  }
}
