/** The cheapest speech gate: louder than the noise that was there before, for long enough. */
import type { AudioSink } from '../spec/audio.ts'
import { level } from './measure.ts'

export interface EnergyOptions {
  /** dB above the noise floor at which speech starts. Default 10. */
  readonly start?: number
  /** dB above the noise floor below which it may end. Default 6. */
  readonly stop?: number
  /** dBFS below which nothing is speech. Default −50. */
  readonly quietest?: number
  /** Loud for this long starts speech, ms. Default 60. */
  readonly attack?: number
  /** Soft for this long ends it, ms. Default 300. */
  readonly release?: number
}

const defaults = { start: 10, stop: 6, quietest: -50, attack: 60, release: 300 } as const satisfies EnergyOptions

export interface EnergyGate extends AudioSink {
  readonly speaking: boolean
  /** The noise floor at this moment, dBFS. */
  readonly floor: number
}

const frameMs = 20
/** The floor stays within these, dBFS: below, a line's own hiss; above, it must be speech. */
const lowestFloor = -70
const highestFloor = -30
/** A call may begin with speech: the first frame sets the floor no higher. */
const highestFirstFloor = -45
/** The floor falls with the pauses between words and rises slowly: dB per frame, and the part of a fall taken per frame. */
const rise = { quiet: 0.1, speaking: 0.03 }
const fall = 0.3

/** A sink that calls `changed` when speech starts and when it has ended. */
export function energyGate(
  rate: number,
  changed: (speaking: boolean) => void,
  options: EnergyOptions = {},
): EnergyGate {
  const { start, stop, quietest, attack, release } = { ...defaults, ...options }
  const frame = new Int16Array(Math.round((rate * frameMs) / 1000))
  let held = 0
  let floor: number | undefined
  let speaking = false
  let contrary = 0

  const advance = (loudness: number) => {
    floor = follow(floor, loudness, speaking)
    const threshold = Math.max(quietest, floor + (speaking ? stop : start))
    contrary = loudness > threshold === speaking ? 0 : contrary + frameMs
    if (contrary < (speaking ? release : attack)) return
    contrary = 0
    speaking = !speaking
    changed(speaking)
  }
  return {
    rate,
    get speaking() {
      return speaking
    },
    get floor() {
      return floor ?? lowestFloor
    },
    write(pcm) {
      for (let at = 0; at < pcm.length;) {
        const part = pcm.subarray(at, at + frame.length - held)
        frame.set(part, held)
        held += part.length
        at += part.length
        if (held < frame.length) continue
        held = 0
        advance(level(frame))
      }
    },
    flush() {
      held = 0
      contrary = 0
      if (!speaking) return
      speaking = false
      changed(false)
    },
    toString: () => 'energy gate',
  }
}

function follow(floor: number | undefined, loudness: number, speaking: boolean): number {
  if (floor === undefined) return within(loudness, lowestFloor, highestFirstFloor)
  const step =
    loudness < floor ? (loudness - floor) * fall : Math.min(loudness - floor, rise[speaking ? 'speaking' : 'quiet'])
  return within(floor + step, lowestFloor, highestFloor)
}

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value))
