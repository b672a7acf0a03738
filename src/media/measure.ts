/** What a sound is like: level, tones, likeness to another sound. Pure; for tests and for both ends of a call. */

/** Root of the mean square, in sample units. */
export function rms(pcm: Int16Array): number {
  let sum = 0
  for (const sample of pcm) sum += sample * sample
  return pcm.length === 0 ? 0 : Math.sqrt(sum / pcm.length)
}

/** dBFS: 0 is a sine that just fits (AES17). Silence, and anything below it, is −120. */
export function level(pcm: Int16Array): number {
  return decibels(rms(pcm))
}

/** Mean square of the part of the sound that is a tone of `frequency` Hz (Goertzel), in squared sample units. */
export function power(pcm: Int16Array, frequency: number, rate: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * frequency) / rate)
  let one = 0
  let two = 0
  for (const sample of pcm) {
    const zero = sample + turn * one - two
    two = one
    one = zero
  }
  return pcm.length === 0 ? 0 : (2 * (one * one + two * two - turn * one * two)) / pcm.length ** 2
}

/** The same in dBFS: what a pure tone of this level would read. */
export function toneLevel(pcm: Int16Array, frequency: number, rate: number): number {
  return decibels(Math.sqrt(power(pcm, frequency, rate)))
}

/** The strongest frequency in Hz, to a small part of `rate / length`; undefined for silence. */
export function dominantFrequency(pcm: Int16Array, rate: number): number | undefined {
  const size = powerOfTwo(pcm.length)
  const re = new Float64Array(size)
  for (let index = 0; index < pcm.length; index++) {
    re[index] = pcm[index]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / pcm.length))
  }
  const im = new Float64Array(size)
  transform(re, im)
  const energy = (bin: number) => re[bin]! ** 2 + im[bin]! ** 2
  let best = 0
  for (let bin = 1; bin < size / 2; bin++) if (energy(bin) > energy(best) || best === 0) best = bin
  if (best === 0 || energy(best) < 1) return undefined
  // A parabola through the logarithms of the peak and its neighbours.
  const [before, peak, after] = [best - 1, best, best + 1].map((bin) => Math.log(energy(bin) + 1e-9))
  const offset = (before! - after!) / (2 * (before! - 2 * peak! + after!))
  return ((best + (Number.isFinite(offset) ? offset : 0)) * rate) / size
}

export interface Likeness {
  /** Samples by which `heard` is later than `said`; negative when earlier. */
  readonly lag: number
  /** −1 … 1 over the part where both overlap at that lag; 1 is the same sound, whatever its level. */
  readonly correlation: number
}

/** Finds `said` in `heard`: the lag at which they are most alike. Both at one rate. */
export function compare(said: Int16Array, heard: Int16Array): Likeness {
  const size = powerOfTwo(said.length + heard.length)
  const products = crossCorrelation(said, heard, size)
  let lag = 0
  for (let shift = 1 - said.length; shift < heard.length; shift++) {
    if (products[(shift + size) % size]! > products[(lag + size) % size]!) lag = shift
  }
  return { lag, correlation: correlation(said, heard, lag) }
}

/** How alike two sounds are when the second is taken `lag` samples later: −1 … 1; 0 when one of them is silent. */
export function correlation(said: Int16Array, heard: Int16Array, lag = 0): number {
  let both = 0
  let first = 0
  let second = 0
  const end = Math.min(said.length, heard.length - lag)
  for (let index = Math.max(0, -lag); index < end; index++) {
    const a = said[index]!
    const b = heard[index + lag]!
    both += a * b
    first += a * a
    second += b * b
  }
  return first === 0 || second === 0 ? 0 : both / Math.sqrt(first * second)
}

/** dB by which `wanted` stands above its difference from `got` (same length, same lag). */
export function signalToNoise(wanted: Int16Array, got: Int16Array): number {
  let signal = 0
  let error = 0
  for (let index = 0; index < wanted.length; index++) {
    signal += wanted[index]! ** 2
    error += (wanted[index]! - (got[index] ?? 0)) ** 2
  }
  return error === 0 ? Infinity : 10 * Math.log10(signal / error)
}

const decibels = (value: number) => Math.max(-120, 20 * Math.log10((value * Math.SQRT2) / 32768))
const powerOfTwo = (length: number) => 2 ** Math.ceil(Math.log2(Math.max(4, length)))

/** Σ said[i] · heard[i + shift], at index `shift` modulo `size`. */
function crossCorrelation(said: Int16Array, heard: Int16Array, size: number): Float64Array {
  // Both are real: one transform carries `heard` in its real and `said` in its imaginary part.
  const re = new Float64Array(size)
  const im = new Float64Array(size)
  re.set(heard)
  im.set(said)
  transform(re, im)
  const productRe = new Float64Array(size)
  const productIm = new Float64Array(size)
  for (let bin = 0; bin < size; bin++) {
    const twin = (size - bin) % size
    const heardRe = re[bin]! + re[twin]!
    const heardIm = im[bin]! - im[twin]!
    const saidRe = im[bin]! + im[twin]!
    const saidIm = re[twin]! - re[bin]!
    productRe[bin] = heardRe * saidRe + heardIm * saidIm
    // Conjugated: a second forward transform then is the inverse one, but for the scale.
    productIm[bin] = heardRe * saidIm - heardIm * saidRe
  }
  transform(productRe, productIm)
  return productRe
}

/** Fast Fourier transform in place, radix 2. */
function transform(re: Float64Array, im: Float64Array): void {
  const size = re.length
  for (let index = 1, twin = 0; index < size; index++) {
    let bit = size >> 1
    for (; twin & bit; bit >>= 1) twin ^= bit
    twin ^= bit
    if (index < twin) swap(re, im, index, twin)
  }
  for (let span = 2; span <= size; span *= 2) butterflies(re, im, span)
}

function swap(re: Float64Array, im: Float64Array, a: number, b: number): void {
  ;[re[a], re[b]] = [re[b]!, re[a]!]
  ;[im[a], im[b]] = [im[b]!, im[a]!]
}

function butterflies(re: Float64Array, im: Float64Array, span: number): void {
  const half = span / 2
  for (let offset = 0; offset < half; offset++) {
    const cos = Math.cos((-2 * Math.PI * offset) / span)
    const sin = Math.sin((-2 * Math.PI * offset) / span)
    for (let top = offset; top < re.length; top += span) {
      const low = top + half
      const lowRe = re[low]! * cos - im[low]! * sin
      const lowIm = re[low]! * sin + im[low]! * cos
      re[low] = re[top]! - lowRe
      im[low] = im[top]! - lowIm
      re[top] = re[top]! + lowRe
      im[top] = im[top]! + lowIm
    }
  }
}
