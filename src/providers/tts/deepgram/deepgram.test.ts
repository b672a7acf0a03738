import { describe, expect, test } from 'vitest'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import { speakerConformance } from '../../../../test/conformance/tts.ts'
import type { SpeakerEvent, SpeakerInput } from '../../../spec/speech.ts'
import { deepgramSpeaker } from './deepgram.ts'

const key = 'dg-1234567890'
const frame = (message: object) => ({ text: JSON.stringify(message) })
const sound = { binary: new Uint8Array(1600) }

speakerConformance('deepgram aura', {
  spec: deepgramSpeaker,
  settings: { key },
  wire: {
    ready: [],
    audio: () => [sound],
    spoken: () => [frame({ type: 'Flushed', sequence_id: 0 })],
    cancelled: () => [frame({ type: 'Cleared', sequence_id: 0 })],
    failed: () => [frame({ type: 'Error', code: 'NET-0000', description: 'KEY oops' })],
  },
})

speakerConformance('deepgram flux', {
  spec: deepgramSpeaker,
  settings: { key, model: 'flux-haley-en' },
  wire: {
    ready: [frame({ type: 'Connected', request_id: 'r', model_name: 'flux-haley-en' })],
    audio: () => [sound],
    spoken: () => [
      frame({ type: 'Flushed', speech_id: 'dg_sp_1' }),
      frame({ type: 'SpeechMetadata', speech_id: 'dg_sp_1', audio_duration_ms: 200 }),
    ],
    cancelled: () => [frame({ type: 'SpeechInterrupted', audio_played_ms: 100 })],
    failed: () => [frame({ type: 'Error', code: 'NET-0000', description: 'KEY oops' })],
  },
})

function open(settings: object = {}) {
  const config = deepgramSpeaker.settings.parse({ key, ...settings })
  const session = new Stepper<SpeakerInput, SpeakerEvent>(
    deepgramSpeaker.socket.begin(config),
    deepgramSpeaker.socket.step,
  )
  session.give({ type: 'opened' })
  const sent = (input: SpeakerInput): unknown[] =>
    session.give(input).messages.map((message) => ('text' in message ? JSON.parse(message.text) : message))
  const hear = (message: object) => session.give({ type: 'message', message: frame(message) }).events
  return { config, sent, hear }
}

test('the address has voice and format, the header the key', () => {
  const target = (settings: object) => outcome(deepgramSpeaker.socket.connect(open(settings).config, now))
  expect(target({ speed: 1.1 })).toEqual({
    url: 'wss://api.deepgram.com/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=8000&speed=1.1',
    headers: { authorization: `Token ${key}` },
  })
  expect(target({ model: 'flux-haley-en' }).url).toMatch('/v2/speak?model=flux-haley-en&')
})

describe('the words', () => {
  test('of aura and of flux differ where a sentence is called off', () => {
    const aura = open()
    expect(aura.sent({ type: 'speak', context: 'a', text: 'Hello.' })).toEqual([
      { type: 'Speak', text: 'Hello.' },
      { type: 'Flush' },
    ])
    expect(aura.sent({ type: 'cancel', context: 'a' })).toEqual([{ type: 'Clear' }])
    expect(aura.sent({ type: 'finish' })).toEqual([{ type: 'Close' }])
    const flux = open({ model: 'flux-haley-en' })
    flux.sent({ type: 'speak', context: 'a', text: 'Hello.' })
    expect(flux.sent({ type: 'cancel', context: 'a' })).toEqual([{ type: 'Interrupt' }])
  })

  test('a text longer than is taken at once goes in pieces, and loses nothing', () => {
    const text = 'word '.repeat(900)
    const sent = open().sent({ type: 'speak', context: 'a', text }) as { type: string; text: string }[]
    const pieces = sent.filter(({ type }) => type === 'Speak').map((message) => message.text)
    expect(pieces.join('')).toBe(text)
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(2000)
  })

  test('an interruption that a flux voice ignores ends with the sentence', () => {
    const { sent, hear } = open({ model: 'flux-haley-en' })
    sent({ type: 'speak', context: 'a', text: 'One.' })
    sent({ type: 'cancel', context: 'a' })
    expect(hear({ type: 'Warning', code: 'NO_AUDIO_GENERATED', description: 'nothing to interrupt' })).toEqual([])
    expect(sent({ type: 'speak', context: 'b', text: 'Two.' })).toEqual([])
    expect(hear({ type: 'SpeechMetadata', speech_id: 'x' })).toMatchObject([{ type: 'usage' }])
  })
})

test.each([
  [{ type: 'Warning', code: 'EXCESSIVE_FLUSH', description: 'Flush limit exceeded' }, 'vendor.rate-limited'],
  [{ type: 'Error', code: 'DATA-0000', description: 'bad' }, 'settings.invalid'],
  [{ type: 'Error', err_code: 'INVALID_AUTH', err_msg: 'bad' }, 'vendor.credentials'],
  [{ type: 'Error', code: 'NET-0001', description: 'bad' }, 'vendor.failed'],
])('%j is named', (message, code) => {
  const { sent, hear } = open()
  sent({ type: 'speak', context: 'a', text: 'One.' })
  expect(hear(message)[0]).toMatchObject({ type: 'failed', code })
})

test.each([
  ['NET-0001 idle', 'vendor.failed'],
  ['DATA-0000', 'settings.invalid'],
  ['whatever', undefined],
])('a close for "%s" is %s', (reason, code) => {
  expect(deepgramSpeaker.socket.explainClose?.(1011, reason)?.code).toBe(code)
})
