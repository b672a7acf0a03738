/** Kaiser-windowed low-pass filters cut into phases, computed once per ratio of rates and shared by all resamplers. */

import { workbench } from './kernel.ts'

export interface Polyphase {
  /** Output samples per input sample is `up / down`, in lowest terms. */
  readonly up: number
  readonly down: number
  /** Input samples that weigh in one output sample: a multiple of four, for the oldest of which the weights may be 0. */
  readonly taps: number
  /** `taps` coefficients for each of the `up` phases, oldest input first. Each phase passes 0 Hz exactly. */
  readonly coefficients: Float64Array
  /** Where the same stand on the workbench. */
  readonly weights: number
  /** Half the length of the whole filter, in input samples. */
  readonly delay: number
}

/**
 * Length in samples of the lower rate. Delay is half of it: 3 ms at 8 kHz. With the attenuation it gives the width of the
 * transition, 0.126 of the lower rate: at 8 kHz 3.4 kHz passes whole (−0.05 dB) and everything from 4.31 kHz on is silent.
 */
const length = 48
/** dB. A full-scale tone in the stop band ends below half a step of 16 bit, which is −96 dB. */
const attenuation = 98
/** Middle of the transition (−6 dB), as a part of the lower rate. */
const cutoff = 0.4745

const shared = new Map<string, Polyphase>()

export function polyphase(from: number, to: number): Polyphase {
  const divisor = greatestCommonDivisor(from, to)
  const key = `${to / divisor}/${from / divisor}`
  const known = shared.get(key)
  if (known) return known
  const filter = design(to / divisor, from / divisor)
  shared.set(key, filter)
  return filter
}

function design(up: number, down: number): Polyphase {
  const span = length * Math.max(up, down)
  const taps = Math.ceil(span / up / 4) * 4
  const coefficients = new Float64Array(taps * up)
  // An even span around a whole centre: the delay is a whole number of samples, and sounds stay aligned.
  const centre = span / 2
  const beta = 0.1102 * (attenuation - 8.7)
  const width = cutoff / Math.max(up, down)
  for (let phase = 0; phase < up; phase++) {
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      const at = phase + (taps - 1 - tap) * up - centre
      const edge = (2 * at) / span
      const window = Math.abs(edge) < 1 ? bessel(beta * Math.sqrt(1 - edge * edge)) : 0
      const value = sinc(2 * width * at) * window
      coefficients[phase * taps + tap] = value
      sum += value
    }
    for (let tap = 0; tap < taps; tap++) coefficients[phase * taps + tap]! /= sum
  }
  return { up, down, taps, coefficients, weights: workbench().keep(coefficients), delay: centre / up }
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
