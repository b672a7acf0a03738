import { describe, expect, test } from 'vitest'
import { concat, dualTone, silence } from '../tones.ts'
import { autoVad } from './auto.ts'
import { loadFvad } from './fvad.ts'
import type { SpeechModel } from './silero-engine.ts'
import { voiceLike } from './suite.ts'

const fvad = await loadFvad()
const quiet = (ms: number) => silence({ rate: 8000, ms })

/** A detector whose model answers when the test says so. */
function setUp(answer: 'speech' | 'noise' | 'nothing' | readonly number[]) {
  const streams: { chunks: number; open: boolean; heard: (chunk: number, probability: number) => void }[] = []
  const model: SpeechModel = {
    open(_, heard) {
      const stream = { chunks: 0, open: true, heard }
      streams.push(stream)
      return {
        push(chunk) {
          expect(chunk).toHaveLength(256)
          const index = stream.chunks++
          if (typeof answer === 'object') heard(index, answer[index] ?? 0)
          else if (answer !== 'nothing') heard(index, answer === 'speech' ? 0.9 : 0.1)
        },
        [Symbol.dispose]: () => void (stream.open = false),
      }
    },
  }
  const stats = { candidates: 0, rejected: 0, fallbacks: 0 }
  const vad = autoVad({ rate: 8000, model, fvad: fvad.open(8000, 1), hangover: 600, stats })
  const heard: string[] = []
  vad.listen(({ type, atMs, decidedMs }) => heard.push(`${type} ${atMs} ${decidedMs}`))
  return { vad, heard, stats, streams }
}

describe('auto', () => {
  test('asks the model only when something begins, and no longer than it needs', () => {
    const { vad, heard, streams } = setUp('speech')
    vad.write(concat(quiet(1000), voiceLike(8000, 3000), quiet(1000)))
    expect(heard).toEqual(['started 1000 1060', 'ended 4000 4600'])
    // Two chunks of pre-roll and the first after the onset.
    expect(streams.map(({ chunks, open }) => [chunks, open])).toEqual([[3, false]])
  })

  test('what the model does not confirm never starts; it is asked again after 1, 2 and 4 s', () => {
    const { vad, heard, stats, streams } = setUp('noise')
    vad.write(concat(quiet(1000), voiceLike(8000, 10_000), quiet(1000)))
    expect(heard).toEqual([])
    expect(stats.rejected).toBe(4)
    expect(streams.every(({ open }) => !open)).toBe(true)
    const chunks = streams.reduce((sum, stream) => sum + stream.chunks, 0)
    expect(chunks).toBeLessThan(10_000 / 32 / 3)
  })

  test('when the model is more than 60 ms late the gate decides, and that is counted', () => {
    const { vad, heard, stats, streams } = setUp('nothing')
    vad.write(concat(quiet(1000), voiceLike(8000, 1000), quiet(1000)))
    expect(heard).toEqual(['started 1000 1160', 'ended 2000 2600'])
    expect(stats).toEqual({ candidates: 1, rejected: 0, fallbacks: 1 })
    streams[0]!.heard(2, 0.9)
    expect(heard).toHaveLength(2)
  })

  test('a verdict that comes between frames starts the turn at once', () => {
    const { vad, heard, streams } = setUp('nothing')
    vad.write(concat(quiet(1000), voiceLike(8000, 100)))
    expect(heard).toEqual([])
    streams[0]!.heard(0, 0.9)
    streams[0]!.heard(1, 0.9)
    expect(heard).toEqual([])
    streams[0]!.heard(2, 0.9)
    expect(heard).toEqual(['started 1000 1100'])
    expect(vad.speaking).toBe(true)
  })

  describe('a model in doubt', () => {
    /** Verdicts on two chunks before the onset, then on three within the window. */
    const doubts = [0.04, 0.02, 0.38, 0.25, 0.21]
    const swelling = voiceLike(8000, 400)

    test('is enough for a sound that swells, at the end of the window', () => {
      const { vad, heard } = setUp(doubts)
      vad.write(concat(quiet(1000), swelling))
      expect(heard).toEqual(['started 1000 1100'])
    })

    test('is not enough for a steady tone', () => {
      const { vad, heard } = setUp(doubts)
      vad.write(concat(quiet(1000), dualTone(770, 1336, { rate: 8000, ms: 400 })))
      expect(heard).toEqual([])
    })

    test.each([
      ['less of it', [0.04, 0.02, 0.3, 0.2, 0.2]],
      ['before the onset', [0.4, 0.4, 0.05, 0.1, 0.1]],
      ['after the window', [0.04, 0.02, 0, 0, 0, 0.49, 0.49, 0.49, 0.49, 0.49]],
    ])('%s is not enough', (_, verdicts) => {
      const { vad, heard } = setUp(verdicts)
      vad.write(concat(quiet(1000), swelling))
      expect(heard).toEqual([])
    })
  })

  test('a click never starts a turn, whatever the model thinks of it', () => {
    const { vad, heard, streams, stats } = setUp('speech')
    vad.write(concat(quiet(1000), voiceLike(8000, 45), quiet(1000)))
    expect(stats.candidates).toBe(1)
    expect(heard).toEqual([])
    expect(streams[0]!.open).toBe(false)
  })

  test('disposing in the middle of a question closes it', () => {
    const { vad, heard, streams } = setUp('nothing')
    vad.write(concat(quiet(1000), voiceLike(8000, 100)))
    vad[Symbol.dispose]()
    expect(streams[0]!.open).toBe(false)
    streams[0]!.heard(2, 0.9)
    expect(heard).toEqual([])
  })
})
