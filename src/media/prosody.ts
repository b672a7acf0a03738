/** How the end of what was said sounds: its melody, its loudness, its last syllable. Pure. */
import { level } from './measure.ts'

export interface Prosody {
  /** Octaves by which the last syllable lies above what was usual before it. */
  readonly height: number
  /** Octaves a second over the last syllable. */
  readonly slope: number
  /** dB by which the last 100 ms of voice are softer than the loudest. */
  readonly fading: number
  /** Ms of voice without a break, at the end. */
  readonly lastVoice: number
  /** How much the pitch moves within the last 200 ms, octaves. */
  readonly wavering: number
}

/** Ms between two looks at the sound, and how much of it one look takes in. */
const hop = 15
const frame = 40
/** Sound is brought to about this rate first. Hz */
const workingRate = 4_000
/** Hz of the voices there are. */
const pitches = { lowest: 65, highest: 400 }
/** How alike a sound must be to itself, one period later, to be voice. */
const periodic = 0.55
/** dB below the loudest frame that still belong to what was said. */
const spoken = 26
/** Frames of the last syllable: 200 ms. */
const last = 14

/** `pcm` ends with what was said, or shortly after. Undefined when there is hardly any voice in it. */
export function prosodyOf(pcm: Int16Array, rate: number): Prosody | undefined {
  const step = Math.max(1, Math.round(rate / workingRate))
  const track = pitchTrack(slowed(pcm, step), rate / step)
  const loudest = track.reduce((most, { loudness }) => Math.max(most, loudness), -120)
  const voiced = track.filter(({ pitch, loudness }) => pitch > 0 && loudness > loudest - spoken)
  const end = voiced.at(-1)
  if (!end || voiced.length < 8) return undefined
  const recent = voiced.filter(({ at }) => at > end.at - last)
  const pitchesOf = (frames: readonly Frame[]) => frames.map(({ pitch }) => Math.log2(pitch))
  const usual = median(pitchesOf(voiced))
  const tail = pitchesOf(recent)
  return {
    height: median(tail.slice(-4)) - usual,
    slope: slopeOf(recent) * (1000 / hop),
    fading: loudest - mean(recent.slice(-7).map(({ loudness }) => loudness)),
    lastVoice: runAtEnd(voiced) * hop,
    wavering: Math.sqrt(mean(tail.map((pitch) => (pitch - mean(tail)) ** 2))),
  }
}

interface Frame {
  /** Its number. */
  readonly at: number
  /** Hz; 0 where there is no voice. */
  readonly pitch: number
  /** dBFS */
  readonly loudness: number
}

function pitchTrack(sound: Int16Array, rate: number): readonly Frame[] {
  const [length, stride] = [Math.round((rate * frame) / 1000), Math.round((rate * hop) / 1000)]
  const longest = Math.ceil(rate / pitches.lowest)
  const frames: Frame[] = []
  for (let start = 0; start + length + longest <= sound.length; start += stride) {
    const part = sound.subarray(start, start + length + longest)
    const loudness = level(part.subarray(0, length))
    frames.push({ at: frames.length, loudness, pitch: loudness < -50 ? 0 : pitchOf(part, length, rate) })
  }
  return frames
}

/** The period at which the sound is most like itself: the shortest of those that are nearly equally good. */
function pitchOf(sound: Int16Array, length: number, rate: number): number {
  const [shortest, longest] = [Math.floor(rate / pitches.highest), sound.length - length]
  const likeness = new Float64Array(longest + 1)
  const here = energyOf(sound, 0, length)
  let there = energyOf(sound, shortest, shortest + length)
  let best = shortest
  for (let lag = shortest; lag <= longest; lag++) {
    likeness[lag] = here === 0 || there === 0 ? 0 : product(sound, length, lag) / Math.sqrt(here * there)
    there += (sound[lag + length] ?? 0) ** 2 - sound[lag]! ** 2
    if (likeness[lag]! > likeness[best]!) best = lag
  }
  if (likeness[best]! < periodic) return 0
  for (let lag = shortest + 1; lag < best; lag++) {
    const peak = likeness[lag]! >= likeness[lag - 1]! && likeness[lag]! >= likeness[lag + 1]!
    if (!peak || likeness[lag]! < likeness[best]! * 0.8) continue
    best = lag
    break
  }
  return rate / refined(likeness, best)
}

function product(sound: Int16Array, length: number, lag: number): number {
  let sum = 0
  for (let index = 0; index < length; index++) sum += sound[index]! * sound[index + lag]!
  return sum
}

function energyOf(sound: Int16Array, from: number, to: number): number {
  let sum = 0
  for (let index = from; index < to; index++) sum += sound[index]! ** 2
  return sum
}

/** The top of the parabola through a peak and its neighbours. */
function refined(likeness: Float64Array, peak: number): number {
  const [before, at, after] = [likeness[peak - 1] ?? 0, likeness[peak]!, likeness[peak + 1] ?? 0]
  const bend = before - 2 * at + after
  const shift = bend === 0 ? 0 : (before - after) / (2 * bend)
  return peak + Math.max(-0.5, Math.min(0.5, shift))
}

function slowed(pcm: Int16Array, step: number): Int16Array {
  if (step === 1) return pcm
  const out = new Int16Array(Math.floor(pcm.length / step))
  for (let index = 0; index < out.length; index++) {
    let sum = 0
    for (let at = index * step; at < (index + 1) * step; at++) sum += pcm[at]!
    out[index] = sum / step
  }
  return out
}

/** Octaves per frame: the straight line through the pitches. */
function slopeOf(frames: readonly Frame[]): number {
  const [x, y] = [mean(frames.map(({ at }) => at)), mean(frames.map(({ pitch }) => Math.log2(pitch)))]
  const spread = mean(frames.map(({ at }) => (at - x) ** 2))
  return spread === 0 ? 0 : mean(frames.map(({ at, pitch }) => (at - x) * (Math.log2(pitch) - y))) / spread
}

/** Frames at the end that follow each other, but for a gap of one or two. */
function runAtEnd(voiced: readonly Frame[]): number {
  const end = voiced.at(-1)!.at
  let from = end
  for (const { at } of voiced.toReversed()) {
    if (from - at > 3) break
    from = at
  }
  return end - from + 1
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}
