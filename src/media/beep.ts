/** Hears the beep of an answering machine: one steady tone between 400 and 2000 Hz, 120 ms or longer. */
import type { AudioSink } from '../spec/audio.ts'
import { power, rms } from './measure.ts'

export interface Beep {
  readonly frequency: number
  /** How long it lasted, to a block of 20 ms. */
  readonly ms: number
}

const blockMs = 20
/** Hz and ms; a hair more than 400–2000, since a tone at the edge is measured on either side of it. */
const limits = { lowest: 395, highest: 2005, shortest: 120 }
/** Root mean square of −42 dBFS: quieter tones are somebody else's. */
const quietest = (32768 / Math.SQRT2) * 10 ** (-42 / 20)
/** Part of the energy that must be in the tone: 0.8 still hears through noise 7 dB below it. */
const purity = 0.8
/** Hz around the run's mean: a beep stands still, a voice and a siren do not. */
const wander = 25

/**
 * A sink that calls `heard` when a beep ends: then the machine records. Ringing and busy tones of one frequency (425 Hz in much of
 * Europe) are beeps to it as well: whoever dials knows whether the call was answered.
 */
export function beepDetector(rate: number, heard: (beep: Beep) => void): AudioSink {
  const block = new Int16Array(Math.round((rate * blockMs) / 1000))
  let held = 0
  let blocks = 0
  let mean = 0
  const end = () => {
    if (blocks * blockMs >= limits.shortest) heard({ frequency: Math.round(mean), ms: blocks * blockMs })
    blocks = 0
  }
  const advance = () => {
    const frequency = pureTone(block, rate)
    if (frequency === undefined || (blocks > 0 && Math.abs(frequency - mean) > wander)) end()
    if (frequency === undefined) return
    mean = (mean * blocks + frequency) / (blocks + 1)
    blocks++
  }
  return {
    rate,
    write(pcm) {
      for (const sample of pcm) {
        block[held++] = sample
        if (held < block.length) continue
        held = 0
        advance()
      }
    },
    flush() {
      end()
      held = 0
    },
    toString: () => 'beep detector',
  }
}

/** The frequency of a block that is one tone and little else. */
function pureTone(block: Int16Array, rate: number): number | undefined {
  const loudness = rms(block)
  if (loudness < quietest) return undefined
  const frequency = refine(block, guess(block, rate), rate)
  if (!(frequency >= limits.lowest && frequency <= limits.highest)) return undefined
  return power(block, frequency, rate) >= purity * loudness ** 2 ? frequency : undefined
}

/** Pisarenko: a sine's autocorrelation is cos kω; two lags give ω, and white noise has no part in either. */
function guess(block: Int16Array, rate: number): number {
  const lag = Math.max(1, Math.round(rate / 8000))
  const one = autocorrelation(block, lag)
  const two = autocorrelation(block, 2 * lag)
  const root = Math.hypot(two, Math.sqrt(8) * one)
  const cosine = two > 0 ? (two + root) / (4 * one) : (2 * one) / (root - two)
  return (Math.acos(Math.max(-1, Math.min(1, cosine))) * rate) / (2 * Math.PI * lag)
}

/** The tone's phase moves between the two halves of the block by what the guess is wrong. */
function refine(block: Int16Array, frequency: number, rate: number): number {
  const half = block.length >> 1
  const step = (2 * Math.PI * frequency) / rate
  const moved = phase(block.subarray(half, 2 * half), step) - phase(block.subarray(0, half), step) - step * half
  const wrapped = moved - 2 * Math.PI * Math.round(moved / (2 * Math.PI))
  return frequency + (wrapped * rate) / (2 * Math.PI * half)
}

function autocorrelation(block: Int16Array, lag: number): number {
  let sum = 0
  for (let index = lag; index < block.length; index++) sum += block[index]! * block[index - lag]!
  return sum / (block.length - lag)
}

/** Phase at the part's start of its tone with `step` radians per sample. */
function phase(part: Int16Array, step: number): number {
  let re = 0
  let im = 0
  for (let index = 0; index < part.length; index++) {
    re += part[index]! * Math.cos(step * index)
    im -= part[index]! * Math.sin(step * index)
  }
  return Math.atan2(im, re)
}
