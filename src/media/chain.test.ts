import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AudioSink } from '../spec/audio.ts'
import { chain, fit, framer, gain, gate, into, mute, tap } from './chain.ts'
import { dominantFrequency, level } from './measure.ts'
import { concat, sine } from './tones.ts'

interface Ear extends AudioSink {
  readonly chunks: Int16Array[]
  readonly flushes: () => number
}

function ear(rate = 8000, name = 'ear'): Ear {
  const chunks: Int16Array[] = []
  let flushes = 0
  return {
    rate,
    chunks,
    flushes: () => flushes,
    write: (pcm) => void chunks.push(pcm.slice()),
    flush: () => void flushes++,
    toString: () => name,
  }
}

/** Appends a decimal digit, so that a sample shows its way. */
const plus = (name: string, add: number) => (next: AudioSink) =>
  into(next, name, (pcm) => next.write(pcm.map((sample) => sample * 10 + add)))

describe('a chain', () => {
  test('passes sound through its stages in the order they are listed, and prints them so', () => {
    const sink = ear()
    const path = chain(sink, plus('one', 1), plus('two', 2), plus('three', 3))
    path.write(Int16Array.of(0, 4))
    expect(sink.chunks).toEqual([Int16Array.of(123, 4123)])
    expect(`${path}`).toBe('one → two → three → ear')
  })

  test('without stages is the sink itself', () => {
    const sink = ear()
    expect(chain(sink)).toBe(sink)
    expect(chain(sink, fit(8000))).toBe(sink)
  })

  test('takes the rate it is fitted to', () => {
    const sink = ear(24000)
    const path = chain(sink, fit(8000), gain(-6))
    expect(path.rate).toBe(8000)
    expect(`${path}`).toBe('8000→24000 Hz → gain -6 dB → ear')
    path.write(sine(1000, { rate: 8000, ms: 200 }))
    const heard = concat(...sink.chunks).subarray(1000)
    expect(dominantFrequency(heard, 24000)).toBeCloseTo(1000, 0)
    expect(level(heard)).toBeCloseTo(-16, 1)
  })

  test('flushes each stage before the next', () => {
    const order: string[] = []
    const sink: AudioSink = {
      rate: 8000,
      write: () => undefined,
      flush: () => void order.push('sink'),
      toString: () => 'sink',
    }
    const stage = (name: string) => (next: AudioSink) =>
      into(
        next,
        name,
        () => undefined,
        () => void order.push(name),
      )
    chain(sink, stage('one'), stage('two')).flush?.()
    expect(order).toEqual(['one', 'two', 'sink'])
  })
})

describe('a tap', () => {
  test('copies the sound to a second sink at the rate of that sink, flushes included', () => {
    const [main, side] = [ear(8000), ear(16000, 'recorder')]
    const path = chain(main, tap(side))
    path.write(sine(700, { rate: 8000, ms: 100 }))
    path.flush?.()
    expect(concat(...main.chunks)).toEqual(sine(700, { rate: 8000, ms: 100 }))
    expect(dominantFrequency(concat(...side.chunks).subarray(200, 1400), 16000)).toBeCloseTo(700, -1)
    expect([main.flushes(), side.flushes()]).toEqual([1, 1])
    expect(`${path}`).toBe('tap(8000→16000 Hz → recorder) → ear')
  })
})

describe('gate and mute', () => {
  test('a shut gate lets nothing pass', () => {
    const sink = ear()
    let open = false
    const path = chain(
      sink,
      gate(() => open),
    )
    path.write(Int16Array.of(1))
    open = true
    path.write(Int16Array.of(2))
    expect(sink.chunks).toEqual([Int16Array.of(2)])
  })

  test('a muted path is silent for as long', () => {
    const sink = ear()
    let muted = true
    const path = chain(
      sink,
      mute(() => muted),
    )
    path.write(Int16Array.of(1, 2))
    muted = false
    path.write(Int16Array.of(3))
    expect(sink.chunks).toEqual([Int16Array.of(0, 0), Int16Array.of(3)])
  })
})

test('gain cuts off at the limits instead of wrapping around', () => {
  const sink = ear()
  chain(sink, gain(6.0206)).write(Int16Array.of(100, -100, 20000, -20000))
  expect(sink.chunks).toEqual([Int16Array.of(200, -200, 32767, -32768)])
})

describe('a framer', () => {
  test('cuts any chunks into exact frames that hold the same samples', () => {
    fc.assert(
      fc.property(fc.array(fc.int16Array({ maxLength: 400 }), { maxLength: 8 }), (chunks) => {
        const sink = ear()
        const path = chain(sink, framer(20))
        for (const chunk of chunks) path.write(chunk)
        const said = concat(...chunks)
        const whole = Math.floor(said.length / 160)
        expect(sink.chunks.map((frame) => frame.length)).toEqual(Array(whole).fill(160))
        expect(concat(...sink.chunks)).toEqual(said.slice(0, whole * 160))
      }),
    )
  })

  test('fills the last frame up with silence when flushed, and only if there is one', () => {
    const sink = ear()
    const path = chain(sink, framer(1))
    path.write(Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9))
    path.flush?.()
    path.flush?.()
    expect(sink.chunks).toEqual([Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8), Int16Array.of(9, 0, 0, 0, 0, 0, 0, 0)])
    expect(sink.flushes()).toBe(2)
  })
})
