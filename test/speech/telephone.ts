/** What a telephone does to speech: 8 kHz, µ-law, and noise on the line. */
import { decodeUlaw, encodeUlaw } from '../../src/media/codecs/g711.ts'
import { resampled } from '../../src/media/resample.ts'

export const noises = ['clean', 'white', 'pink'] as const
export type Noise = (typeof noises)[number]

/** 16 kHz speech as it arrives at the other end, 16 kHz again, with a quarter of a second of line before and after it. */
export function overTelephone(pcm: Int16Array, noise: Noise = 'clean', snr = 15): Int16Array {
  const framed = new Int16Array(pcm.length + 8000)
  framed.set(pcm, 4000)
  const sound = noise === 'clean' ? framed : withNoise(framed, pcm, noise, snr)
  return resampled(decodeUlaw(encodeUlaw(resampled(sound, 16_000, 8000))), 8000, 16_000)
}

/** Adds noise whose power is `snr` dB below that of `speech`. The same every time. */
export function withNoise(pcm: Int16Array, speech: Int16Array, kind: 'white' | 'pink', snr: number): Int16Array {
  const noise = kind === 'white' ? white(pcm.length) : pink(pcm.length)
  const gain = Math.sqrt(power(speech) / power(noise) / 10 ** (snr / 10))
  return Int16Array.from(pcm, (sample, index) => Math.max(-32768, Math.min(32767, sample + gain * noise[index]!)))
}

function power(samples: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < samples.length; index++) sum += samples[index]! ** 2
  return sum / samples.length
}

/** Uniform in [-1, 1), from a 32-bit linear congruential generator (Numerical Recipes' constants). */
function white(length: number): Float64Array {
  let state = 12345
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  })
}

/** 1/f: white noise through Paul Kellet's three-pole filter. */
function pink(length: number): Float64Array {
  let [slow, middle, fast] = [0, 0, 0]
  return white(length).map((sample) => {
    slow = 0.99765 * slow + sample * 0.099046
    middle = 0.963 * middle + sample * 0.2965164
    fast = 0.57 * fast + sample * 1.0526913
    return slow + middle + fast + sample * 0.1848
  })
}
