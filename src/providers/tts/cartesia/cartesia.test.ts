import { expect, test } from 'vitest'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import { speakerConformance } from '../../../../test/conformance/tts.ts'
import type { SpeakerEvent, SpeakerInput } from '../../../spec/speech.ts'
import { cartesiaSpeaker } from './cartesia.ts'

const key = 'sk_car_1234567890'
const frame = (message: object) => ({ text: JSON.stringify(message) })
const chunk = (context_id: string) =>
  frame({
    type: 'chunk',
    context_id,
    data: Buffer.alloc(1600).toString('base64'),
    done: false,
    status_code: 206,
    step_time: 3,
  })

speakerConformance('cartesia', {
  spec: cartesiaSpeaker,
  settings: { key },
  wire: {
    ready: [],
    audio: (context) => [chunk(context), frame({ type: 'timestamps', context_id: context, done: false })],
    spoken: (context_id) => [frame({ type: 'done', context_id, done: true, status_code: 200 })],
    failed: (context_id) => [
      frame({ type: 'error', title: 'Bad', message: 'KEY is no good', status_code: 500, context_id, done: true }),
    ],
  },
})

function open(settings: object = {}) {
  const config = cartesiaSpeaker.settings.parse({ key, ...settings })
  const session = new Stepper<SpeakerInput, SpeakerEvent>(
    cartesiaSpeaker.socket.begin(config),
    cartesiaSpeaker.socket.step,
  )
  session.give({ type: 'opened' })
  const sent = (input: SpeakerInput): unknown[] =>
    session.give(input).messages.map((message) => ('text' in message ? JSON.parse(message.text) : message))
  const hear = (message: object) => session.give({ type: 'message', message: frame(message) }).events
  return { config, sent, hear }
}

test('the address has the version, the header the key', () => {
  const { url, headers } = outcome(cartesiaSpeaker.socket.connect(open().config, now))
  expect(url).toBe('wss://api.cartesia.ai/tts/websocket?cartesia_version=2026-03-01')
  expect(headers).toEqual({ 'x-api-key': key })
})

test('a sentence is one generation with all that it needs; an interruption calls it off', () => {
  const { sent } = open({ rate: 16_000, speed: 1.2, emotion: 'calm', language: 'de' })
  expect(sent({ type: 'speak', context: 'say_1', text: 'Hello.' })).toEqual([
    {
      context_id: 'say_1',
      transcript: 'Hello.',
      continue: false,
      model_id: 'sonic-3.5',
      voice: { mode: 'id', id: 'a0e99841-438c-4a64-b679-ae501e7d6091' },
      language: 'de',
      output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 16_000 },
      max_buffer_delay_ms: 0,
      generation_config: { speed: 1.2, emotion: 'calm' },
    },
  ])
  expect(sent({ type: 'cancel', context: 'say_1' })).toEqual([{ context_id: 'say_1', cancel: true }])
  expect(open().sent({ type: 'speak', context: 'say_1', text: 'Hello.' })[0]).not.toHaveProperty('generation_config')
})

test.each([
  [{ status_code: 401, message: 'no such key' }, 'vendor.credentials'],
  [{ status_code: 402, message: 'no credits' }, 'vendor.refused'],
  [{ status_code: 404, message: 'voice not found' }, 'settings.invalid'],
  [{ status_code: 429, message: 'too many', error_code: 'concurrency_limited' }, 'vendor.rate-limited'],
  [{ status_code: 500, message: 'oops' }, 'vendor.failed'],
])('%j is named', (error, code) => {
  const { sent, hear } = open()
  sent({ type: 'speak', context: 'a', text: 'One.' })
  expect(hear({ type: 'error', title: 'x', context_id: 'a', done: true, ...error })).toMatchObject([
    { type: 'failed', code, context: 'a', fatal: false },
  ])
})
