/** The picture of a sound that Whisper-like networks look at: 80 bands of mel, 100 columns a second, logarithmic. Pure. */

/** Hz */
export const melRate = 16_000
export const melBands = 80
/** Sound that a network for ends of turns hears: what was said last, ms. */
export const smartTurnMs = 8_000
/** Samples under one window, and from one to the next. */
const window = 400
const hop = 160

/** `sound` at 16 kHz, −1 … 1, a whole number of 10 ms. Rows are bands, from low to high. */
export function melOf(sound: Float32Array): Float32Array {
  const columns = sound.length / hop
  const padded = reflected(sound)
  const picture = new Float32Array(melBands * columns)
  const re = new Float64Array(window)
  const im = new Float64Array(window)
  const power = new Float64Array(window / 2 + 1)
  for (let column = 0; column < columns; column++) {
    for (let at = 0; at < window; at++) re[at] = padded[column * hop + at]! * hann[at]!
    im.fill(0)
    const [realPart, imaginary] = transform(re, im)
    for (let bin = 0; bin < power.length; bin++) power[bin] = realPart[bin]! ** 2 + imaginary[bin]! ** 2
    for (const [band, { from, weights }] of bands.entries()) {
      let sum = 0
      for (const [index, weight] of weights.entries()) sum += weight * power[from + index]!
      picture[band * columns + column] = Math.log10(Math.max(1e-10, sum))
    }
  }
  return levelled(picture)
}

/** Nothing is more than 80 dB below the loudest; most of it lies within ±1. */
function levelled(picture: Float32Array): Float32Array {
  let loudest = -Infinity
  for (const value of picture) loudest = Math.max(loudest, value)
  return picture.map((value) => (Math.max(value, loudest - 8) + 4) / 4)
}

/** The first window is centred on the first sample: what would lie before it is what follows, mirrored. */
function reflected(sound: Float32Array): Float32Array {
  const half = window / 2
  const all = new Float32Array(sound.length + window)
  all.set(sound, half)
  for (let at = 0; at < half; at++) {
    all[half - 1 - at] = sound[at + 1] ?? 0
    all[half + sound.length + at] = sound[sound.length - 2 - at] ?? 0
  }
  return all
}

const hann = Float64Array.from({ length: window }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / window))

// ── bands ────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Band {
  /** First bin that counts. */
  readonly from: number
  readonly weights: Float64Array
}

/** Slaney's scale: linear up to 1 kHz, logarithmic above. */
const corner = { hertz: 1_000, mel: 15, step: Math.log(6.4) / 27 }

function melOfHertz(hertz: number): number {
  if (hertz < corner.hertz) return (hertz * 3) / 200
  return corner.mel + Math.log(hertz / corner.hertz) / corner.step
}

function hertzOfMel(mel: number): number {
  return mel < corner.mel ? (mel * 200) / 3 : corner.hertz * Math.exp((mel - corner.mel) * corner.step)
}

/** Triangles of equal area, each from the peak of the one before to the peak of the next. */
const bands: readonly Band[] = Array.from({ length: melBands }, (_, band) => {
  const peak = (index: number) => hertzOfMel((melOfHertz(melRate / 2) * index) / (melBands + 1))
  const [low, middle, high] = [peak(band), peak(band + 1), peak(band + 2)]
  const hertz = (bin: number) => (bin * melRate) / window
  const from = Math.ceil((low * window) / melRate)
  const to = Math.floor((high * window) / melRate)
  const weights = Float64Array.from({ length: Math.max(0, to - from + 1) }, (__, index) => {
    const at = hertz(from + index)
    const share = Math.min((at - low) / (middle - low), (high - at) / (high - middle))
    return (Math.max(0, share) * 2) / (high - low)
  })
  return { from, weights }
})

// ── Fourier transform of 400 = 2·2·2·2·25 samples ────────────────────────────────────────────────────────────────────

type Parts = readonly [Float64Array, Float64Array]

/** Halves while it can; what is odd is multiplied out. */
function transform(re: Float64Array, im: Float64Array): Parts {
  const size = re.length
  if (size % 2 === 1) return multiplied(re, im)
  const half = size / 2
  const [evenRe, evenIm] = transform(every(re, 0), every(im, 0))
  const [oddRe, oddIm] = transform(every(re, 1), every(im, 1))
  const outRe = new Float64Array(size)
  const outIm = new Float64Array(size)
  for (let bin = 0; bin < half; bin++) {
    const [cos, sin] = [cosines[(bin * window) / size]!, -sines[(bin * window) / size]!]
    const turnedRe = cos * oddRe[bin]! - sin * oddIm[bin]!
    const turnedIm = cos * oddIm[bin]! + sin * oddRe[bin]!
    outRe[bin] = evenRe[bin]! + turnedRe
    outIm[bin] = evenIm[bin]! + turnedIm
    outRe[bin + half] = evenRe[bin]! - turnedRe
    outIm[bin + half] = evenIm[bin]! - turnedIm
  }
  return [outRe, outIm]
}

function multiplied(re: Float64Array, im: Float64Array): Parts {
  const size = re.length
  const outRe = new Float64Array(size)
  const outIm = new Float64Array(size)
  for (let bin = 0; bin < size; bin++) {
    for (let at = 0; at < size; at++) {
      const angle = (((bin * at) % size) * window) / size
      const [cos, sin] = [cosines[angle]!, -sines[angle]!]
      outRe[bin]! += cos * re[at]! - sin * im[at]!
      outIm[bin]! += cos * im[at]! + sin * re[at]!
    }
  }
  return [outRe, outIm]
}

function every(values: Float64Array, from: 0 | 1): Float64Array {
  const out = new Float64Array(values.length / 2)
  for (let at = 0; at < out.length; at++) out[at] = values[at * 2 + from]!
  return out
}

const cosines = Float64Array.from({ length: window }, (_, at) => Math.cos((2 * Math.PI * at) / window))
const sines = Float64Array.from({ length: window }, (_, at) => Math.sin((2 * Math.PI * at) / window))
