/** One band of G.722: adaptive quantiser and predictor, alike in encoder and decoder (ITU-T G.722 §6.2, block 3 and 4). */

/** What tells the bands apart. `coarse` drops the bits that a 48 kbit/s peer may steal: only the rest drives the adaptation. */
interface Tables {
  /** Decision levels, relative to the scale factor ×2¹² (table 14; higher band §6.2.2.1). */
  readonly levels: Int32Array
  /** Codes by interval, for a difference below zero and for the others. */
  readonly below: Int32Array
  readonly above: Int32Array
  /** Output of the inverse quantiser by code, ×2¹⁵ (QM6; QM2). */
  readonly fine: Int32Array
  /** The same by `code >> coarseShift` (QM4; QM2). */
  readonly coarse: Int32Array
  readonly coarseShift: number
  /** Step of the logarithmic scale factor by coarse code (W_L, W_H). */
  readonly steps: Int32Array
  readonly highestScale: number
  readonly scaleShift: number
}

const range = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index)
const mirror = (levels: readonly number[]) => [...levels.map((level) => -level), ...levels]
const outer = [24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576]
const inner = [6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728]
const coarse = [20456, 12896, 8968, 6288, 4240, 2584, 1200]

export const lowTables: Tables = {
  // oxfmt-ignore
  levels: Int32Array.of(35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023,
    1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919),
  below: Int32Array.from([63, 62, ...range(31, 4)]),
  above: Int32Array.from(range(61, 32)),
  fine: Int32Array.from([-136, -136, -136, -136, ...mirror([...outer, ...inner]), 432, 136, -432, -136]),
  coarse: Int32Array.from([0, ...mirror(coarse), 0]),
  coarseShift: 2,
  steps: Int32Array.of(-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60),
  highestScale: 18432,
  scaleShift: 8,
}

const highOutputs = Int32Array.of(-7408, -1616, 7408, 1616)

export const highTables: Tables = {
  levels: Int32Array.of(564),
  below: Int32Array.of(1, 0),
  above: Int32Array.of(3, 2),
  fine: highOutputs,
  coarse: highOutputs,
  coarseShift: 0,
  steps: Int32Array.of(798, -214, 798, -214),
  highestScale: 22528,
  scaleShift: 10,
}

/** 2¹¹ · 2^(n/32): the antilogarithm of the scale factor (table 15). */
const antilog = Int32Array.from({ length: 32 }, (_, index) => Math.round(2048 * 2 ** (index / 32)))
const zeros = 6

export class Band {
  readonly #tables: Tables
  #logScale = 0
  #scale: number
  /** Signal estimate and the part of it that comes from the zeros. */
  #estimate = 0
  #fromZeros = 0
  /** The two poles, and the last two reconstructed and partly reconstructed values. */
  #a1 = 0
  #a2 = 0
  #r1 = 0
  #p1 = 0
  #p2 = 0
  /** The six zeros and the last six quantised differences. */
  readonly #b = new Int32Array(zeros)
  readonly #d = new Int32Array(zeros)

  constructor(tables: Tables) {
    this.#tables = tables
    this.#scale = scaleFactor(0, tables.scaleShift)
  }

  encode(sample: number): number {
    const { levels, below, above } = this.#tables
    const difference = saturate16(sample - this.#estimate)
    const magnitude = difference < 0 ? ~difference : difference
    let interval = 0
    while (interval < levels.length && magnitude >= (levels[interval]! * this.#scale) >> 12) interval++
    const code = difference < 0 ? below[interval]! : above[interval]!
    this.#adapt(code)
    return code
  }

  decode(code: number): number {
    const sample = this.#estimate + ((this.#tables.fine[code]! * this.#scale) >> 15)
    this.#adapt(code)
    return sample > 16383 ? 16383 : sample < -16384 ? -16384 : sample
  }

  #adapt(code: number): void {
    const tables = this.#tables
    const coarseCode = code >> tables.coarseShift
    const difference = (tables.coarse[coarseCode]! * this.#scale) >> 15
    const log = ((this.#logScale * 127) >> 7) + tables.steps[coarseCode]!
    this.#logScale = log < 0 ? 0 : log > tables.highestScale ? tables.highestScale : log
    this.#scale = scaleFactor(this.#logScale, tables.scaleShift)
    this.#predict(difference)
  }

  /** Block 4: RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, FILTEP, FILTEZ, PREDIC. */
  #predict(difference: number): void {
    const reconstructed = saturate16(this.#estimate + difference)
    const partial = saturate16(this.#fromZeros + difference)
    this.#moveZeros(difference)
    const fromPoles = this.#movePoles(partial, reconstructed)
    this.#estimate = saturate16(fromPoles + this.#fromZeros)
  }

  #movePoles(partial: number, reconstructed: number): number {
    const sameAs1 = (partial ^ this.#p1) >= 0
    const sameAs2 = (partial ^ this.#p2) >= 0
    const slope = saturate16(this.#a1 << 2)
    const push = Math.min(sameAs1 ? -slope : slope, 32767) >> 7
    const a2 = clamp(push + (sameAs2 ? 128 : -128) + ((this.#a2 * 32512) >> 15), 12288)
    const a1 = clamp((sameAs1 ? 192 : -192) + ((this.#a1 * 32640) >> 15), 15360 - a2)
    const twice = saturate16(reconstructed << 1)
    const before = saturate16(this.#r1 << 1)
    this.#p2 = this.#p1
    this.#p1 = partial
    this.#r1 = reconstructed
    this.#a1 = a1
    this.#a2 = a2
    return saturate16(((a1 * twice) >> 15) + ((a2 * before) >> 15))
  }

  #moveZeros(difference: number): void {
    const b = this.#b
    const d = this.#d
    const gain = difference === 0 ? 0 : 128
    let sum = 0
    let newer = difference
    for (let index = 0; index < zeros; index++) {
      const delayed = d[index]!
      const moved = ((delayed ^ difference) >= 0 ? gain : -gain) + ((b[index]! * 32640) >> 15)
      b[index] = moved
      d[index] = newer
      sum += (moved * saturate16(newer << 1)) >> 15
      newer = delayed
    }
    this.#fromZeros = saturate16(sum)
  }
}

function scaleFactor(log: number, shift: number): number {
  const mantissa = antilog[(log >> 6) & 31]!
  const down = shift - (log >> 11)
  return (down < 0 ? mantissa << -down : mantissa >> down) << 2
}

const clamp = (value: number, limit: number) => (value > limit ? limit : value < -limit ? -limit : value)

export const saturate16 = (value: number) => (value > 32767 ? 32767 : value < -32768 ? -32768 : value)
