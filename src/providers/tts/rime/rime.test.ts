import { expect, test } from 'vitest'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import { speakerConformance } from '../../../../test/conformance/tts.ts'
import type { SpeakerEvent, SpeakerInput } from '../../../spec/speech.ts'
import { rimeSpeaker } from './rime.ts'

const key = 'rime-1234567890'
const frame = (message: object) => ({ text: JSON.stringify(message) })
const chunk = (contextId: string | null) => ({
  type: 'chunk',
  data: Buffer.alloc(1600).toString('base64'),
  contextId,
})

speakerConformance('rime', {
  spec: rimeSpeaker,
  settings: { key },
  wire: {
    ready: [],
    audio: (context) => [frame(chunk(context)), frame({ type: 'timestamps', word_timestamps: {}, contextId: context })],
    spoken: (contextId) => [frame({ type: 'done', contextId })],
    cancelled: (contextId) => [frame({ type: 'done', contextId })],
    failed: () => [frame({ type: 'error', message: 'KEY oops' })],
  },
})

function open(settings: object = {}) {
  const config = rimeSpeaker.settings.parse({ key, ...settings })
  const session = new Stepper<SpeakerInput, SpeakerEvent>(rimeSpeaker.socket.begin(config), rimeSpeaker.socket.step)
  session.give({ type: 'opened' })
  const sent = (input: SpeakerInput): unknown[] =>
    session.give(input).messages.map((message) => ('text' in message ? JSON.parse(message.text) : message))
  const hear = (message: object) => session.give({ type: 'message', message: frame(message) }).events
  return { config, sent, hear }
}

test('the address has voice, model and format, the header the key', () => {
  expect(outcome(rimeSpeaker.socket.connect(open({ language: 'spa' }).config, now))).toEqual({
    url: 'wss://users-ws.rime.ai/ws3?speaker=astra&modelId=coda&lang=spa&audioFormat=pcm&samplingRate=8000&segment=never',
    headers: { authorization: `Bearer ${key}` },
  })
})

test('one sentence is made at a time, since texts that wait are joined', () => {
  const { sent, hear } = open()
  expect(sent({ type: 'speak', context: 'a', text: 'One.' })).toEqual([
    { text: 'One.', contextId: 'a' },
    { operation: 'flush' },
  ])
  expect(sent({ type: 'speak', context: 'b', text: 'Two.' })).toEqual([])
  expect(sent({ type: 'cancel', context: 'a' })).toEqual([{ operation: 'clear' }])
  expect(hear(chunk('a'))).toEqual([])
  expect(hear({ type: 'done', contextId: 'a' })).toMatchObject([{ type: 'usage' }])
})

test('events without a name are those of the sentence being made', () => {
  const { sent, hear } = open()
  sent({ type: 'speak', context: 'a', text: 'One.' })
  expect(hear(chunk(null))).toMatchObject([{ type: 'audio', context: 'a' }])
  expect(hear({ type: 'done', contextId: null })).toEqual([{ type: 'spoken', context: 'a' }])
})

test.each([
  ['Unauthorized', 'vendor.credentials'],
  ['Invalid speaker: x', 'settings.invalid'],
  ['Rate limit reached', 'vendor.rate-limited'],
  ['oops', 'vendor.failed'],
])('"%s" is named', (message, code) => {
  const { sent, hear } = open()
  sent({ type: 'speak', context: 'a', text: 'One.' })
  expect(hear({ type: 'error', message })[0]).toMatchObject({ type: 'failed', code })
})
