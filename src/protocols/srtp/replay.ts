/** What was received already (RFC 3711 §3.3.2): the last indices of one source, so that no packet counts twice. */

/** At least 64 are asked for. */
const size = 128

export class ReplayWindow {
  readonly #seen = new Float64Array(size).fill(-1)
  #highest = -1

  /** The highest index so far; −1 before the first. */
  get highest(): number {
    return this.#highest
  }

  /** Never seen, and not too old to know. */
  isFresh(index: number): boolean {
    return index > this.#highest - size && this.#seen[index % size] !== index
  }

  /** Only once it is authentic. */
  mark(index: number): void {
    this.#seen[index % size] = index
    if (index > this.#highest) this.#highest = index
  }
}

/** The 48-bit index of a packet whose upper half must be guessed (§3.3.1): the one nearest to the highest. */
export function indexOf(sequence: number, highest: number): number {
  if (highest < 0) return sequence
  const step = ((sequence - (highest & 0xffff) + 0x1_8000) & 0xffff) - 0x8000
  const index = highest + step
  return index < 0 ? sequence : index
}
