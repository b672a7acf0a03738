import { describe, expect, test } from 'vitest'
import { recogniserConformance } from '../../../../test/conformance/stt.ts'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import type { RecogniserEvent, RecogniserInput } from '../../../spec/speech.ts'
import { sonioxRecogniser } from './soniox.ts'

const key = 'soniox-key-0123456789'
const { socket } = sonioxRecogniser

/** `*` marks a token as not final. */
function tokens(...pieces: string[]) {
  const list = pieces.map((piece) => ({
    text: piece.replace('*', ''),
    is_final: !piece.endsWith('*'),
    confidence: 0.9,
  }))
  return { text: JSON.stringify({ tokens: list, final_audio_proc_ms: 1, total_audio_proc_ms: 2 }) }
}

const failed = { text: '{"tokens":[],"error_code":401,"error_message":"Incorrect API key provided: KEY"}' }

recogniserConformance('soniox', {
  spec: sonioxRecogniser,
  settings: { key },
  wire: {
    ready: [],
    heard: [tokens('hel*'), tokens('hel', 'lo', ' there*'), tokens(' there')],
    flushed: [tokens('<fin>')],
    failed: [failed],
  },
})

recogniserConformance('soniox (turns of its own)', {
  spec: sonioxRecogniser,
  settings: { key, turns: 'vendor' },
  wire: { ready: [], heard: [tokens('hello', ' there')], turnEnded: [tokens('<end>')], failed: [failed] },
})

function session(settings: object = {}) {
  const config = sonioxRecogniser.settings.parse({ key, ...settings })
  const stepper = new Stepper<RecogniserInput, RecogniserEvent>(socket.begin(config), socket.step.bind(socket))
  const tell = (...messages: { readonly text: string }[]) =>
    messages.flatMap((message) => stepper.give({ type: 'message', message }).events)
  return { stepper, tell, opening: stepper.give({ type: 'opened' }), target: outcome(socket.connect(config, now)) }
}

function started(settings: object) {
  const [message] = session(settings).opening.messages
  return JSON.parse(message && 'text' in message ? message.text : '')
}

test('the key travels in the first message, nowhere else', () => {
  const { target, opening } = session({ terms: ['Acme'] })
  expect(target).toEqual({ url: 'wss://stt-rt.soniox.com/transcribe-websocket', headers: {} })
  expect(opening.events).toEqual([{ type: 'ready' }])
  expect(started({ terms: ['Acme'] })).toEqual({
    api_key: key,
    model: 'stt-rt-v5',
    audio_format: 'pcm_s16le',
    sample_rate: 8000,
    num_channels: 1,
    language_hints: ['en'],
    enable_endpoint_detection: false,
    context: { terms: ['Acme'] },
  })
  expect(started({ turns: 'vendor', delay: 700 })).toMatchObject({
    enable_endpoint_detection: true,
    max_endpoint_delay_ms: 700,
  })
})

describe('turns of ours', () => {
  test('are finalized: final tokens once, the others anew with each message', () => {
    const { stepper, tell } = session()
    expect(tell(tokens('I*'), tokens('I', ' nee*', 'd*'), tokens(' need', ' help*'))).toEqual([
      { type: 'text', text: 'I', final: false },
      { type: 'text', text: 'I need', final: false },
      { type: 'text', text: 'I need help', final: false },
    ])
    expect(stepper.give({ type: 'flush' }).messages).toEqual([{ text: '{"type":"finalize"}' }])
    expect(tell(tokens(' help', '.', '<fin>', ' And*'))).toEqual([
      { type: 'text', text: 'I need help.', final: true },
      { type: 'flushed' },
      { type: 'text', text: 'And', final: false },
    ])
  })

  test('answer no flush that was not asked for, and none twice', () => {
    const { stepper, tell } = session()
    expect(tell(tokens('<fin>'))).toEqual([])
    stepper.give({ type: 'flush' })
    expect(tell(tokens('<fin>', '<fin>'))).toEqual([{ type: 'flushed' }])
  })
})

describe('turns of the vendor’s', () => {
  test('end with a token', () => {
    const { tell } = session({ turns: 'vendor' })
    const told = tell(tokens('I*'), tokens('I', ' need'), tokens(' help', '<end>'), tokens('Now*'))
    expect(told.map((event) => ('text' in event ? event.text : event.type))).toEqual([
      ...['turn-started', 'I', 'I need', 'I need help', 'turn-ended', 'turn-started', 'Now'],
    ])
  })

  test('may come whole, in one message; silence is none', () => {
    expect(
      session({ turns: 'vendor' })
        .tell(tokens('yes', '<end>'))
        .map(({ type }) => type),
    ).toEqual([...['turn-started', 'text', 'turn-ended']])
    expect(session({ turns: 'vendor' }).tell(tokens('<end>'))).toEqual([])
  })
})

test('is kept by a message, and left with an empty one', () => {
  const { stepper } = session()
  expect(stepper.give({ type: 'idle' }).messages).toEqual([{ text: '{"type":"keepalive"}' }])
  expect(stepper.give({ type: 'finish' }).messages).toEqual([{ text: '' }])
})

test.each([
  [400, 'settings.invalid'],
  [402, 'vendor.refused'],
  [408, 'vendor.failed'],
  [429, 'vendor.rate-limited'],
  [503, 'vendor.failed'],
])('error %d is %s', (error_code, code) => {
  const message = { text: JSON.stringify({ tokens: [], error_code, error_message: 'no' }) }
  expect(session().tell(message)).toMatchObject([{ type: 'failed', code, fatal: true }])
})
