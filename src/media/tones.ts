/** Sounds made by arithmetic: for tests, beeps and comfort. Levels are in dBFS as `measure.level` reads them: a full sine is 0. */

export interface Shape {
  /** Hz. */
  readonly rate: number
  readonly ms: number
  /** dBFS of the whole sound. Default −10. */
  readonly level?: number
}

const defaultLevel = -10

export function sine(frequency: number, shape: Shape): Int16Array {
  return sines([{ frequency, level: shape.level ?? defaultLevel }], shape)
}

/** Two sines, each 3 dB below the level: together they have it. */
export function dualTone(low: number, high: number, shape: Shape): Int16Array {
  const level = (shape.level ?? defaultLevel) - 10 * Math.log10(2)
  return sines(
    [
      { frequency: low, level },
      { frequency: high, level },
    ],
    shape,
  )
}

/** Any sum of sines with levels of their own; cut off at the limits where they do not fit. */
export function sines(
  parts: readonly { readonly frequency: number; readonly level: number }[],
  shape: Pick<Shape, 'rate' | 'ms'>,
): Int16Array {
  const waves = parts.map(({ frequency, level }) => ({
    step: (2 * Math.PI * frequency) / shape.rate,
    amplitude: 32767 * 10 ** (level / 20),
  }))
  return fill(shape, (index) => {
    let sum = 0
    for (const wave of waves) sum += wave.amplitude * Math.sin(wave.step * index)
    return sum
  })
}

export function silence(shape: Pick<Shape, 'rate' | 'ms'>): Int16Array {
  return new Int16Array(samples(shape))
}

/** White noise, evenly distributed. The same seed gives the same noise. Louder than −1.8 dBFS it would not fit. */
export function noise(seed: number, shape: Shape): Int16Array {
  const random = generator(seed)
  // A full sine's RMS is 1/√2, that of even noise is 1/√3 of its peak.
  const peak = 32767 * 10 ** ((shape.level ?? defaultLevel) / 20) * Math.sqrt(3 / 2)
  return fill(shape, () => peak * (2 * random() - 1))
}

/** What an answering machine says before it records: one tone, with soft edges. */
export function beep(shape: Partial<Shape> & { readonly rate: number; readonly frequency?: number }): Int16Array {
  const { frequency = 1000, rate, ms = 300, level = defaultLevel } = shape
  return soften(sine(frequency, { rate, ms, level }), Math.round(rate * 0.005))
}

/** Fades the edges in place, so that they do not click. */
export function soften(pcm: Int16Array, edge: number): Int16Array {
  const length = Math.min(edge, pcm.length >> 1)
  for (let index = 0; index < length; index++) {
    const weight = (index + 0.5) / length
    pcm[index] = Math.round(pcm[index]! * weight)
    pcm[pcm.length - 1 - index] = Math.round(pcm[pcm.length - 1 - index]! * weight)
  }
  return pcm
}

/** One sound after the other. */
export function concat(...sounds: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(sounds.reduce((length, sound) => length + sound.length, 0))
  let at = 0
  for (const sound of sounds) {
    whole.set(sound, at)
    at += sound.length
  }
  return whole
}

/** One sound over the other, cut off at the limits; as long as the longer one. */
export function overlay(a: Int16Array, b: Int16Array): Int16Array {
  return Int16Array.from({ length: Math.max(a.length, b.length) }, (_, index) =>
    clamp((a[index] ?? 0) + (b[index] ?? 0)),
  )
}

function fill(shape: Pick<Shape, 'rate' | 'ms'>, value: (index: number) => number): Int16Array {
  return Int16Array.from({ length: samples(shape) }, (_, index) => clamp(Math.round(value(index))))
}

const samples = (shape: Pick<Shape, 'rate' | 'ms'>) => Math.round((shape.rate * shape.ms) / 1000)
const clamp = (value: number) => Math.max(-32768, Math.min(32767, value))

/** Numbers in [0, 1): a 32-bit counter through a mixing function (splitmix). */
function generator(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
