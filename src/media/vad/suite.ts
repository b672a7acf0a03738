/** What every detector must hear, and what it must not: sounds made by arithmetic, and the tests that all kinds pass. */
import { afterEach, expect, test } from 'vitest'
import { concat, dualTone, noise, overlay, silence } from '../tones.ts'
import type { Vad, VadEvent, VadFactory } from './vad.ts'

/** A voice-like sound: pulses at a wandering pitch through three formants, swelling four times a second as syllables do. */
export function voiceLike(rate: number, ms: number, loudness = -18): Int16Array {
  const formants = [
    [700, 80],
    [1200, 100],
    [2500, 150],
  ].map(([frequency, width]) => {
    const pole = Math.exp((-Math.PI * width!) / rate)
    return {
      one: 2 * pole * Math.cos((2 * Math.PI * frequency!) / rate),
      two: -pole * pole,
      gain: 1 - pole,
      last: 0,
      before: 0,
    }
  })
  const raw = new Float64Array(Math.round((rate * ms) / 1000))
  let phase = 1
  for (let index = 0; index < raw.length; index++) {
    const time = index / rate
    phase += (120 * (1 + 0.05 * Math.sin(2 * Math.PI * 3 * time))) / rate
    const pulse = phase >= 1 ? 1 : 0
    phase -= pulse
    for (const formant of formants) {
      const value = pulse * formant.gain + formant.one * formant.last + formant.two * formant.before
      formant.before = formant.last
      formant.last = value
      raw[index]! += value
    }
    raw[index]! *= 0.55 - 0.45 * Math.cos(2 * Math.PI * 4 * time)
  }
  const rms = Math.hypot(...raw.subarray(0, rate)) / Math.sqrt(Math.min(raw.length, rate))
  const gain = (32767 * 10 ** (loudness / 20)) / Math.SQRT2 / rms
  return Int16Array.from(raw, (value) => Math.max(-32768, Math.min(32767, Math.round(value * gain))))
}

export interface Subject {
  readonly factory: VadFactory
  /** Tells pauses of 200 ms too. */
  readonly pausing: VadFactory
  /** Resolves when all verdicts on what was written are in. */
  settled(): Promise<void>
}

/** Writes 20 ms at a time, waiting for verdicts as real time would. Returns `started 500` and the like. */
export async function events(subject: Subject, vad: Vad, pcm: Int16Array): Promise<readonly Heard[]> {
  const heard: Heard[] = []
  using _ = vad.listen(({ type, atMs, decidedMs }) => heard.push({ type, atMs, decidedMs }))
  const frame = (vad.rate * 20) / 1000
  for (let at = 0; at < pcm.length; at += frame) {
    vad.write(pcm.subarray(at, at + frame))
    await subject.settled()
  }
  return heard
}

export interface Heard {
  readonly type: VadEvent['type']
  readonly atMs: number
  readonly decidedMs: number
}

export interface Expected {
  /** Ms by which a start or an end may be misdated. Default 60. */
  readonly tolerance?: number
  /** Tells voices from tones and noise that begin suddenly. */
  readonly discerning: boolean
  /** Keeps hearing a made-up voice to its end; the model alone loses it. Default true. */
  readonly steady?: boolean
}

export function vadSuite(
  name: string,
  open: () => Promise<Subject>,
  { tolerance = 60, discerning, steady = true }: Expected,
): void {
  const open_: Vad[] = []
  afterEach(() => open_.splice(0).forEach((vad) => vad[Symbol.dispose]()))

  const hear = async (pcm: Int16Array, rate = 8000) => {
    const subject = await open()
    const vad = subject.factory(rate)
    open_.push(vad)
    return { vad, heard: await events(subject, vad, pcm) }
  }
  test.each([8000, 16_000, 24_000])(`${name}: hears speech in silence at %i Hz, and dates it`, async (rate) => {
    const { vad, heard } = await hear(concat(quiet(1000, rate), voiceLike(rate, 1500), quiet(1500, rate)), rate)
    expect(heard.map(({ type }) => type)).toEqual(['started', 'ended'])
    const [started, ended] = heard
    expect(Math.abs(started!.atMs - 1000)).toBeLessThanOrEqual(tolerance)
    expect(started!.decidedMs - 1000).toBeLessThanOrEqual(vad.windowMs + 20)
    expect(Math.abs(ended!.atMs - 2500)).toBeLessThanOrEqual(tolerance * 2)
    expect(ended!.decidedMs - ended!.atMs).toBeGreaterThanOrEqual(600)
    expect(ended!.decidedMs - ended!.atMs).toBeLessThanOrEqual(700)
    expect(vad.speaking).toBe(false)
  })

  test(`${name}: hears speech 15 dB above noise, and its end`, async () => {
    const speech = concat(quiet(1000), voiceLike(8000, 1500), quiet(1500))
    const { heard } = await hear(overlay(speech, line(4000, -33)))
    expect(heard.map(({ type }) => type)).toEqual(['started', 'ended'])
    expect(Math.abs(heard[0]!.atMs - 1000)).toBeLessThanOrEqual(tolerance)
    expect(Math.abs(heard[1]!.atMs - 2500)).toBeLessThanOrEqual(tolerance * 4)
  })

  test(`${name}: hears a soft voice`, async () => {
    const { heard } = await hear(concat(quiet(500), voiceLike(8000, 800, -32), quiet(1000)))
    expect(heard.map(({ type }) => type)).toEqual(['started', 'ended'])
  })

  test(`${name}: a pause within a turn does not end it, a longer one does`, async () => {
    const word = voiceLike(8000, 500)
    const pcm = concat(quiet(500), word, quiet(350), word, quiet(1000), word, quiet(1000))
    const { heard } = await hear(pcm)
    expect(heard.map(({ type }) => type)).toEqual(['started', 'ended', 'started', 'ended'])
  })

  test.runIf(steady)(
    `${name}: tells pauses and their ends when it is asked to, and a click is no end of one`,
    async () => {
      const subject = await open()
      const vad = subject.pausing(8000)
      open_.push(vad)
      const word = voiceLike(8000, 1500)
      const click = noise(3, { rate: 8000, ms: 10, level: -12 })
      const pcm = concat(quiet(500), word, quiet(350), word, quiet(300), click, quiet(900))
      const heard = await events(subject, vad, pcm)
      expect(heard.map(({ type }) => type)).toEqual(['started', 'paused', 'resumed', 'paused', 'ended'])
      const [, paused, resumed] = heard
      expect(Math.abs(paused!.atMs - 2000)).toBeLessThanOrEqual(tolerance * 2)
      expect(paused!.decidedMs - paused!.atMs).toBeGreaterThanOrEqual(200)
      expect(paused!.decidedMs - paused!.atMs).toBeLessThanOrEqual(280)
      expect(Math.abs(resumed!.atMs - 2350)).toBeLessThanOrEqual(tolerance * 2)
      expect(resumed!.decidedMs - 2350).toBeLessThanOrEqual(120)
    },
  )

  test.runIf(steady)(`${name}: asked to rest, it ends a turn in silence, and what follows starts anew`, async () => {
    const subject = await open()
    const vad = subject.pausing(8000)
    open_.push(vad)
    const word = voiceLike(8000, 1500)
    await events(subject, vad, concat(quiet(500), word, quiet(350)))
    expect(vad.speaking).toBe(true)
    vad.rest?.()
    expect(vad.speaking).toBe(false)
    const heard = await events(subject, vad, concat(quiet(100), word, quiet(900)))
    expect(heard.map(({ type }) => type)).toEqual(['started', 'paused', 'ended'])
  })

  test.each([
    ['silence', quiet(3000)],
    ['a noisy line', line(3000, -30)],
    ['clicks', clicks(10, 300)],
    ['taps', clicks(50, 400)],
  ])(`${name}: %s is not speech`, async (_, pcm) => {
    expect((await hear(pcm)).heard).toEqual([])
  })

  if (!discerning) return
  const tones = concat(...keypad.map(([low, high]) => concat(dualTone(low, high, { rate: 8000, ms: 120 }), quiet(80))))
  test.each([
    ['keypad tones', concat(quiet(500), tones, quiet(500))],
    ['a long keypad tone', concat(quiet(500), dualTone(770, 1336, { rate: 8000, ms: 1000 }), quiet(500))],
    ['noise that begins suddenly', concat(quiet(500), line(1500, -24), quiet(500))],
  ])(`${name}: %s is not speech`, async (_, pcm) => {
    expect((await hear(pcm)).heard).toEqual([])
  })
}

const quiet = (ms: number, rate = 8000) => silence({ rate, ms })
const line = (ms: number, level: number) => noise(7, { rate: 8000, ms, level })

/** ITU-T Q.23, the pairs of 1, 5, 9 and D. */
const keypad = [
  [697, 1209],
  [770, 1336],
  [852, 1477],
  [941, 1633],
] as const

function clicks(ms: number, every: number): Int16Array {
  const one = concat(noise(3, { rate: 8000, ms, level: -12 }), silence({ rate: 8000, ms: every - ms }))
  return concat(silence({ rate: 8000, ms: 500 }), one, one, one, one, one)
}
