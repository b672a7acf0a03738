import { describe, expect, test } from 'vitest'
import { recogniserConformance } from '../../../../test/conformance/stt.ts'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import type { RecogniserEvent, RecogniserInput } from '../../../spec/speech.ts'
import { speechmaticsRecogniser } from './speechmatics.ts'

const key = 'speechmatics-key-0123'
const { socket } = speechmaticsRecogniser

function says(message: string, fields: object = {}) {
  return { text: JSON.stringify({ message, ...fields }) }
}

const started = says('RecognitionStarted', { id: 'x' })
const partial = (transcript: string) => says('AddPartialTranscript', { metadata: { transcript } })
const final = (transcript: string) => says('AddTranscript', { metadata: { transcript } })
const end = says('EndOfUtterance', { metadata: {} })
const forced = says('EndOfUtterance', { metadata: {}, forced: true })
const failed = says('Error', { type: 'not_authorised', reason: 'key KEY is not known' })

recogniserConformance('speechmatics', {
  spec: speechmaticsRecogniser,
  settings: { key },
  wire: {
    ready: [started],
    heard: [partial('hello'), final('hello '), final('there ')],
    flushed: [forced],
    failed: [failed],
  },
})

recogniserConformance('speechmatics (turns of its own)', {
  spec: speechmaticsRecogniser,
  settings: { key, turns: 'vendor' },
  wire: { ready: [started], heard: [partial('hello'), final('hello there ')], turnEnded: [end], failed: [failed] },
})

function session(settings: object = {}) {
  const config = speechmaticsRecogniser.settings.parse({ key, ...settings })
  const stepper = new Stepper<RecogniserInput, RecogniserEvent>(socket.begin(config), socket.step.bind(socket))
  const tell = (...messages: { readonly text: string }[]) =>
    messages.flatMap((message) => stepper.give({ type: 'message', message }).events)
  return {
    stepper,
    tell,
    opening: stepper.give({ type: 'opened' }).messages,
    target: outcome(socket.connect(config, now)),
  }
}

function start(settings: object) {
  const [message] = session(settings).opening
  return JSON.parse(message && 'text' in message ? message.text : '')
}

describe('the start', () => {
  test('names everything before sound', () => {
    expect(session().target).toEqual({
      url: 'wss://eu.rt.speechmatics.com/v2',
      headers: { authorization: `Bearer ${key}` },
    })
    expect(start({ terms: ['Acme'] })).toEqual({
      message: 'StartRecognition',
      audio_format: { type: 'raw', encoding: 'pcm_s16le', sample_rate: 8000 },
      transcription_config: {
        language: 'en',
        model: 'enhanced',
        enable_partials: true,
        max_delay: 1,
        max_delay_mode: 'flexible',
        additional_vocab: [{ content: 'Acme' }],
      },
    })
  })

  test('keeps the silence that ends a turn below the delay of final words', () => {
    const { transcription_config: config } = start({ turns: 'vendor', delay: 0.7, silence: 1.5 })
    expect(config.conversation_config.end_of_utterance_silence_trigger).toBeCloseTo(0.6)
  })
})

describe('turns of ours', () => {
  test('are forced to end: words with their spacing, and signs where they belong', () => {
    const { stepper, tell } = session()
    tell(started)
    expect(tell(partial('I nee'), final('I need '), partial('help'), final('help'), final('. '))).toEqual([
      { type: 'text', text: 'I nee', final: false },
      { type: 'text', text: 'I need', final: false },
      { type: 'text', text: 'I need help', final: false },
      { type: 'text', text: 'I need help', final: false },
      { type: 'text', text: 'I need help.', final: false },
    ])
    expect(stepper.give({ type: 'flush' }).messages).toEqual([{ text: '{"message":"ForceEndOfUtterance"}' }])
    expect(tell(end, final('Now. '), forced)).toEqual([
      { type: 'text', text: 'I need help. Now.', final: false },
      { type: 'text', text: 'I need help. Now.', final: true },
      { type: 'flushed' },
    ])
  })

  test('are told the last number of sound at the end', () => {
    const { stepper } = session()
    const pcm = new Int16Array(160)
    for (let at = 0; at < 7; at++) stepper.give({ type: 'audio', pcm })
    const messages = stepper.give({ type: 'finish' }).messages
    expect(messages.map((one) => ('text' in one ? one.text : one.binary.length))).toEqual([
      960,
      '{"message":"EndOfStream","last_seq_no":3}',
    ])
  })
})

test('turns of the vendor’s begin with words, and end once', () => {
  const { tell } = session({ turns: 'vendor' })
  tell(started)
  const told = tell(partial(''), partial('yes'), final('Yes. '), end, end, says('AudioAdded', { seq_no: 3 }))
  expect(told.map(({ type }) => type)).toEqual(['turn-started', 'text', 'text', 'text', 'turn-ended'])
})

test.each([
  ['not_allowed', 'vendor.credentials'],
  ['quota_exceeded', 'vendor.rate-limited'],
  ['invalid_language', 'settings.invalid'],
  ['idle_timeout', 'vendor.timeout'],
  ['job_error', 'vendor.failed'],
  ['never_heard_of', 'vendor.failed'],
])('error %s is %s', (type, code) => {
  expect(session().tell(says('Error', { type, reason: 'so' }))).toMatchObject([
    { code, message: expect.stringContaining('so') },
  ])
})

test('close codes are told where they say something', () => {
  expect(socket.explainClose?.(4005, 'quota_exceeded')).toMatchObject({ code: 'vendor.rate-limited' })
  expect(socket.explainClose?.(1006, '')).toBeUndefined()
})
