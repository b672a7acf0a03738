import { afterAll, describe, expect, test } from 'vitest'
import { settle } from '../../lib/clock.ts'
import { Scope } from '../../lib/scope.ts'
import { loadFlite, type Voice } from '../../providers/tts/local/flite.ts'
import { decodeUlaw, encodeUlaw } from '../codecs/g711.ts'
import { level } from '../measure.ts'
import { resampled } from '../resample.ts'
import { concat, noise, overlay, silence } from '../tones.ts'
import { createVad } from './create.ts'
import { events, type Subject, vadSuite } from './suite.ts'

const scope = new Scope('test')
const auto = await createVad({ kind: 'auto', scope })
const silero = await createVad({ kind: 'silero', scope })
afterAll(() => scope.close())

function subject(vads: typeof auto): Subject {
  return {
    factory: vads.factory(),
    pausing: vads.factory({ pause: 200 }),
    async settled() {
      while (vads.stats.behind > 0) await settle()
    },
  }
}

const onLine = (voice: Int16Array, noiseBelow: number) => {
  const whole = concat(silence({ rate: 8000, ms: 1000 }), voice, silence({ rate: 8000, ms: 1200 }))
  const hiss = noise(5, { rate: 8000, ms: whole.length / 8, level: level(voice) - noiseBelow })
  return decodeUlaw(encodeUlaw(overlay(whole, hiss)))
}

const audible = (pcm: Int16Array) => {
  const loud = Array.from({ length: Math.floor(pcm.length / 80) }, (_, frame) => frame).filter(
    (frame) => level(pcm.subarray(frame * 80, frame * 80 + 80)) > -42,
  )
  return { onset: 1000 + loud[0]! * 10, end: 1010 + loud.at(-1)! * 10 }
}

/** A detector for each sound, all written frame by frame in step. */
async function inStep(sounds: readonly Int16Array[]): Promise<readonly (readonly string[])[]> {
  const calls = sounds.map((pcm) => ({ pcm, vad: silero.factory()(8000), heard: new Array<string>() }))
  for (const { vad, heard } of calls) vad.listen(({ type, atMs }) => heard.push(`${type} ${atMs}`))
  const longest = Math.max(...sounds.map(({ length }) => length))
  for (let at = 0; at < longest; at += 160) {
    for (const { pcm, vad } of calls) vad.write(pcm.subarray(at, at + 160))
    await subject(silero).settled()
  }
  for (const { vad } of calls) vad[Symbol.dispose]()
  return calls.map(({ heard }) => heard)
}

describe('with the model in its worker', () => {
  vadSuite('auto', async () => subject(auto), { discerning: true })
  vadSuite('silero', async () => subject(silero), { discerning: true, tolerance: 90, steady: false })
})

describe('spoken sentences over µ-law', async () => {
  const flite = await loadFlite()
  const say = async (text: string, voice: Voice) => {
    const pcm = await flite.synthesize({ text, voice, speed: 1 })
    return resampled(pcm, 16_000, 8000)
  }

  const sentences = [
    ['rms', 'I would like to book a table for two.'],
    ['slt', 'Yes please.'],
    ['awb', 'Hello?'],
    ['kal16', 'What time do you open?'],
    ['rms', 'She is fine.'],
    ['slt', 'Can you transfer me to somebody?'],
    ['awb', 'My name is John Smith.'],
    ['kal16', 'No.'],
  ] as const

  test.each(sentences)('%s: "%s" is one turn, clean and 15 dB above noise', async (voice, text) => {
    const pcm = await say(text, voice)
    const { onset, end } = audible(pcm)
    for (const below of [60, 15]) {
      const heard = await events(subject(auto), auto.factory()(8000), onLine(pcm, below))
      expect(heard.map(({ type }) => type)).toEqual(['started', 'ended'])
      // In noise a leading s or sh is not heard: the vowel behind it is the onset.
      expect(Math.abs(heard[0]!.atMs - onset)).toBeLessThanOrEqual(below === 60 ? 70 : 110)
      expect(heard[0]!.decidedMs - heard[0]!.atMs).toBeLessThanOrEqual(below === 60 ? 160 : 220)
      expect(Math.abs(heard[1]!.atMs - end)).toBeLessThanOrEqual(160)
    }
  })

  // Noise at its start leaves a model in doubt for longest.
  const soft = [
    'She is fine.',
    'Sorry, what?',
    'For two.',
    'Stop, please.',
    'Hello?',
    'Four of us.',
    'Thank you.',
    'Hold on.',
  ]
  test('soft and hissing onsets are decided within the window, or one frame later, in five of six', async () => {
    const delays: number[] = []
    for (const voice of ['rms', 'slt', 'awb', 'kal16'] as const)
      for (const text of soft) {
        const pcm = await say(text, voice)
        const heard = await events(subject(auto), auto.factory()(8000), onLine(pcm, 45))
        const started = heard.find(({ type }) => type === 'started')
        delays.push(started ? started.decidedMs - started.atMs : Infinity)
      }
    const late = delays.filter((delay) => delay > auto.factory()(8000).windowMs + 20)
    expect(late.length).toBeLessThanOrEqual(delays.length / 6)
  })

  test('thirty calls at once hear what each would hear alone', async () => {
    const lines = await Promise.all(sentences.map(async ([voice, text]) => onLine(await say(text, voice), 30)))
    const alone: (readonly string[])[] = []
    for (const line of lines) alone.push(await inStep([line]).then(([only]) => only!))
    const before = silero.stats
    const calls = Array.from({ length: 30 }, (_, call) => call % lines.length)
    expect(await inStep(calls.map((line) => lines[line]!))).toEqual(calls.map((line) => alone[line]))
    const { chunks, messages, skipped } = silero.stats
    expect(skipped).toBe(0)
    expect((chunks - before.chunks) / (messages - before.messages)).toBeGreaterThan(4)
  })
})
