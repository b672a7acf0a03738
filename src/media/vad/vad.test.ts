import { describe, expect, test } from 'vitest'
import { Scope } from '../../lib/scope.ts'
import { concat, noise, silence } from '../tones.ts'
import { createVad, type VadKind } from './create.ts'
import { vadSuite, voiceLike } from './suite.ts'

const settled = () => Promise.resolve()

async function open(kind: VadKind) {
  const vads = await createVad({ kind, scope: new Scope('test') })
  return { factory: vads.factory(), pausing: vads.factory({ pause: 200 }), settled }
}

describe('detectors that decide at once', () => {
  vadSuite('energy', () => open('energy'), { discerning: false })
  vadSuite('fvad', () => open('fvad'), { discerning: false, tolerance: 80 })

  test.each(['energy', 'fvad'] as const)('%s decides the same however the sound is cut', async (kind) => {
    const pcm = concat(silence({ rate: 8000, ms: 503 }), voiceLike(8000, 700), silence({ rate: 8000, ms: 900 }))
    const { factory } = await open(kind)
    const hear = (length: number) => {
      using vad = factory(8000)
      const heard: unknown[] = []
      vad.listen(({ type, atMs, decidedMs }) => heard.push([type, atMs, decidedMs]))
      for (let at = 0; at < pcm.length; at += length) vad.write(pcm.subarray(at, at + length))
      return heard
    }
    expect(hear(160)).toHaveLength(2)
    for (const length of [1, 7, 80, 333, pcm.length]) expect(hear(length)).toEqual(hear(160))
  })

  test('energy follows the line: its noise, the end of that, and speech from the start', async () => {
    const { factory } = await open('energy')
    const hear = (pcm: Int16Array) => {
      using vad = factory(8000)
      const heard: string[] = []
      vad.listen(({ type }) => heard.push(type))
      vad.write(pcm)
      return heard
    }
    const quiet = (ms: number) => silence({ rate: 8000, ms })
    const hiss = (ms: number, level: number) => noise(5, { rate: 8000, ms, level })
    expect(hear(concat(hiss(1000, -46), quiet(1000), voiceLike(8000, 500, -38)))).toEqual(['started'])
    expect(hear(concat(voiceLike(8000, 1000), quiet(1000)))).toEqual(['started', 'ended'])
    expect(hear(concat(quiet(2000), hiss(2000, -58)))).toEqual([])
    expect(hear(concat(quiet(1000), hiss(20_000, -40)))).toSatisfy(
      (heard) => heard.length === 0 || heard.at(-1) === 'ended',
    )
  })

  test('the silence that ends a turn is a setting', async () => {
    const { factory } = await createVad({ kind: 'fvad', scope: new Scope('test') })
    using vad = factory({ hangover: 250 })(8000)
    const waited: number[] = []
    vad.listen(({ type, atMs, decidedMs }) => type === 'ended' && waited.push(decidedMs - atMs))
    vad.write(concat(silence({ rate: 8000, ms: 500 }), voiceLike(8000, 500), silence({ rate: 8000, ms: 500 })))
    expect(waited).toEqual([250])
  })

  test('a disposed detector says no more, and its place in memory is given back', async () => {
    const { factory } = await open('fvad')
    const heard: unknown[] = []
    for (let call = 0; call < 20_000; call++) {
      const vad = factory(8000)
      vad.listen((event) => heard.push(event))
      vad[Symbol.dispose]()
      vad[Symbol.dispose]()
      if (call === 0) vad.write(concat(silence({ rate: 8000, ms: 100 }), voiceLike(8000, 500)))
    }
    expect(heard).toEqual([])
  })

  test('prints its path', async () => {
    const { factory } = await open('energy')
    expect([String(factory(8000)), String(factory(24_000))]).toEqual(['vad(energy)', '24000→8000 Hz → vad(energy)'])
  })
})
