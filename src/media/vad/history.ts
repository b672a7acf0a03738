/** The last stretch of a sound, kept in a ring. */
export class History {
  readonly #ring: Int16Array
  #next = 0
  #length = 0

  constructor(length: number) {
    this.#ring = new Int16Array(length)
  }

  write(pcm: Int16Array): void {
    const ring = this.#ring
    const sound = pcm.length > ring.length ? pcm.subarray(pcm.length - ring.length) : pcm
    const first = sound.subarray(0, ring.length - this.#next)
    ring.set(first, this.#next)
    ring.set(sound.subarray(first.length), 0)
    this.#next = (this.#next + sound.length) % ring.length
    this.#length = Math.min(ring.length, this.#length + sound.length)
  }

  /** All that is kept, oldest first; a copy. */
  read(): Int16Array<ArrayBuffer> {
    const out = new Int16Array(this.#length)
    const from = (this.#next - this.#length + this.#ring.length) % this.#ring.length
    const first = this.#ring.subarray(from, Math.min(this.#ring.length, from + this.#length))
    out.set(first)
    out.set(this.#ring.subarray(0, this.#length - first.length), first.length)
    return out
  }
}
