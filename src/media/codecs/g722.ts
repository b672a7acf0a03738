/** G.722 at 64 kbit/s: 16 kHz sound in two bands of 4 kHz, each ADPCM; one byte holds two samples (ITU-T G.722, mode 1). */
import { Band, highTables, lowTables, saturate16 } from './g722-band.ts'

// One byte:  | 7 6 | 5 4 3 2 1 0 |
//            | IH  | IL          |     higher band, lower band (§1.4.4)

/** Fresh encoder state. A last odd sample waits for its partner in the next call. */
export function g722Encoder(): (pcm: Int16Array) => Uint8Array {
  const low = new Band(lowTables)
  const high = new Band(highTables)
  const filter = new Qmf()
  let odd: number | undefined
  return (pcm) => {
    const bytes = new Uint8Array((pcm.length + (odd === undefined ? 0 : 1)) >> 1)
    let at = 0
    for (let index = 0; index < bytes.length; index++) {
      const older = odd ?? pcm[at++]!
      odd = undefined
      filter.push(older, pcm[at++]!)
      bytes[index] =
        (high.encode((filter.newer - filter.older) >> 14) << 6) | low.encode((filter.newer + filter.older) >> 14)
    }
    if (at < pcm.length) odd = pcm[at]
    return bytes
  }
}

/** Fresh decoder state. Every byte string is lawful. */
export function g722Decoder(): (bytes: Uint8Array) => Int16Array {
  const low = new Band(lowTables)
  const high = new Band(highTables)
  const filter = new Qmf()
  return (bytes) => {
    const pcm = new Int16Array(bytes.length * 2)
    for (let index = 0; index < bytes.length; index++) {
      const fromLow = low.decode(bytes[index]! & 0x3f)
      const fromHigh = high.decode(bytes[index]! >> 6)
      filter.push(fromLow + fromHigh, fromLow - fromHigh)
      pcm[2 * index] = saturate16(filter.newer >> 11)
      pcm[2 * index + 1] = saturate16(filter.older >> 11)
    }
    return pcm
  }
}

/** Every second coefficient of the 24-tap quadrature mirror filter (table 11), twice over, so that a window needs no wrapping. */
const half = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11]
const taps = half.length
const forOlder = Int32Array.from([...half, ...half])
const forNewer = forOlder.toReversed()

/** Filters the two samples of each pair through the two halves of the mirror filter. */
class Qmf {
  readonly #older = new Int32Array(taps)
  readonly #newer = new Int32Array(taps)
  #at = 0
  /** Filtered: the sums that encoder and decoder add and subtract. */
  older = 0
  newer = 0

  push(older: number, newer: number): void {
    this.#older[this.#at] = older
    this.#newer[this.#at] = newer
    this.#at = (this.#at + 1) % taps
    // The oldest value stands at #at: the coefficients are turned to it instead of the values being moved.
    const turn = taps - this.#at
    let first = 0
    let second = 0
    for (let index = 0; index < taps; index++) {
      first += this.#older[index]! * forOlder[turn + index]!
      second += this.#newer[index]! * forNewer[turn + index]!
    }
    this.older = first
    this.newer = second
  }
}
