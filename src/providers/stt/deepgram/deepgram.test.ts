import { describe, expect, test } from 'vitest'
import { recogniserConformance } from '../../../../test/conformance/stt.ts'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import type { RecogniserEvent, RecogniserInput } from '../../../spec/speech.ts'
import { deepgramRecogniser as deepgram } from './deepgram.ts'

const key = 'dg-key-0123456789'

function results(transcript: string, flags: object = {}) {
  const whole = { is_final: true, speech_final: false, from_finalize: false, ...flags }
  return { text: JSON.stringify({ type: 'Results', ...whole, channel: { alternatives: [{ transcript }] } }) }
}

function turnInfo(event: string, transcript = '') {
  return { text: JSON.stringify({ type: 'TurnInfo', event, transcript, turn_index: 0, sequence_id: 1 }) }
}

const connected = { text: '{"type":"Connected","request_id":"r","sequence_id":0}' }
const started = { text: '{"type":"SpeechStarted","channel":[0],"timestamp":0.9}' }
const utteranceEnd = { text: '{"type":"UtteranceEnd","channel":[0,1],"last_word_end":2.1}' }

recogniserConformance('deepgram (nova)', {
  spec: deepgram,
  settings: { key },
  wire: {
    ready: [],
    heard: [results('hello', { is_final: false }), results('hello there')],
    flushed: [results('', { from_finalize: true })],
    failed: [{ text: '{"type":"Error","description":"project of KEY is closed"}' }],
  },
})

recogniserConformance('deepgram (nova, turns of its own)', {
  spec: deepgram,
  settings: { key, turns: 'vendor' },
  wire: {
    ready: [],
    heard: [started, results('hello'), results('there')],
    turnEnded: [results('', { speech_final: true }), utteranceEnd],
    failed: [{ text: '{"type":"Error","description":"project of KEY is closed"}' }],
  },
})

recogniserConformance('deepgram (flux)', {
  spec: deepgram,
  settings: { key, model: 'flux-general-en' },
  wire: {
    ready: [connected],
    heard: [turnInfo('StartOfTurn', 'hello'), turnInfo('Update', 'hello there')],
    turnEnded: [turnInfo('EndOfTurn', 'hello there')],
    failed: [{ text: '{"type":"Error","code":"INTERNAL_SERVER_ERROR","description":"KEY"}' }],
  },
})

function session(settings: object = {}) {
  const config = deepgram.settings.parse({ key, ...settings })
  const { socket } = deepgram
  const stepper = new Stepper<RecogniserInput, RecogniserEvent>(socket.begin(config), socket.step.bind(socket))
  const says = (message: { readonly text: string }) => stepper.give({ type: 'message', message }).events
  return { stepper, says, target: outcome(socket.connect(config, now)) }
}

function query(settings: object): Record<string, string> {
  return Object.fromEntries(new URL(session(settings).target.url).searchParams)
}

describe('the address', () => {
  test('of nova', () => {
    const { url, headers } = session({ terms: ['Acme', 'Zoë'] }).target
    expect(url).toBe(
      'wss://api.deepgram.com/v1/listen?model=nova-3&encoding=linear16&sample_rate=8000&channels=1&language=en' +
        '&interim_results=true&smart_format=true&punctuate=true&endpointing=false&keyterm=Acme&keyterm=Zo%C3%AB',
    )
    expect(headers).toEqual({ authorization: `Token ${key}` })
  })

  test('asks for phrases, speech and utterances only where nova ends the turns', () => {
    expect(query({ turns: 'vendor', endpointing: 400, rate: 16_000 })).toMatchObject({
      endpointing: '400',
      utterance_end_ms: '1000',
      vad_events: 'true',
      sample_rate: '16000',
    })
  })

  test('names terms as the model knows them', () => {
    expect(query({ model: 'nova-2', terms: ['Acme'] })).toMatchObject({ keywords: 'Acme' })
  })

  test('of flux, whose early end is never above the end', () => {
    const { url } = session({
      model: 'flux-general-multi',
      language: 'de',
      eagerEndOfTurn: 0.8,
      baseUrl: 'ws://127.0.0.1:9/',
    }).target
    expect(url).toBe(
      'ws://127.0.0.1:9/v2/listen?model=flux-general-multi&encoding=linear16&sample_rate=8000&eot_threshold=0.7' +
        '&eager_eot_threshold=0.7&eot_timeout_ms=5000&language_hint=de',
    )
  })
})

describe('nova', () => {
  test('sends 80 ms at a time, and the rest before it flushes, which counts as heard', () => {
    const { stepper, says } = session()
    const pcm = new Int16Array(160).fill(0x1234)
    const sent = [1, 2, 3, 4, 5].flatMap(() => stepper.give({ type: 'audio', pcm }).messages)
    expect(sent).toEqual([{ binary: new Uint8Array(Array.from({ length: 1280 }, (_, at) => (at % 2 ? 0x12 : 0x34))) }])
    const { messages } = stepper.give({ type: 'flush' })
    expect(messages.map((one) => ('text' in one ? one.text : one.binary.length))).toEqual([1280, '{"type":"Finalize"}'])
    expect(says(results('late words', { from_finalize: true }))).toEqual([
      { type: 'usage', usage: { audioMs: 160 } },
      { type: 'text', text: 'late words', final: true },
      { type: 'flushed' },
    ])
  })

  test('adds up final parts, revises the others, and takes silence for nothing', () => {
    const { says } = session()
    expect(says(results('', { is_final: false }))).toEqual([])
    expect(says(results('I nee', { is_final: false }))).toEqual([{ type: 'text', text: 'I nee', final: false }])
    expect(says(results('I need'))).toEqual([{ type: 'text', text: 'I need', final: true }])
    expect(says(results('help', { speech_final: true }))).toEqual([{ type: 'text', text: 'help', final: true }])
  })

  test('answers no flush that was not asked for', () => {
    expect(session().says(results('', { from_finalize: true }))).toEqual([])
  })

  test('takes the end of the utterance where no end of speech came, and not twice', () => {
    const { says } = session({ turns: 'vendor' })
    const types = [
      started,
      results('yes'),
      utteranceEnd,
      utteranceEnd,
      results('no', { speech_final: true }),
      utteranceEnd,
    ]
    expect(types.flatMap(says).map(({ type }) => type)).toEqual([
      ...['turn-started', 'text', 'turn-ended'],
      ...['turn-started', 'text', 'turn-ended'],
    ])
  })

  test('lets a cough go by: a turn without words ends with the first silence', () => {
    const { says } = session({ turns: 'vendor' })
    expect([started, results('', { is_final: false }), results('')].flatMap(says)).toEqual([
      { type: 'turn-started' },
      { type: 'turn-ended' },
    ])
    // Between words silence ends nothing.
    expect([started, results('I'), results(''), results('do', { speech_final: true })].flatMap(says)).toMatchObject([
      ...[{ type: 'turn-started' }, { text: 'I' }, { text: 'do' }, { type: 'turn-ended' }],
    ])
  })

  test('keeps alive by a text message, and takes its leave', () => {
    const { stepper } = session()
    expect(stepper.give({ type: 'idle' }).messages).toEqual([{ text: '{"type":"KeepAlive"}' }])
    expect(stepper.give({ type: 'finish' }).messages).toEqual([{ text: '{"type":"CloseStream"}' }])
  })
})

describe('flux', () => {
  test('prepares an answer, takes it back, and ends the turn with the text it had last', () => {
    const { says } = session({ model: 'flux-general-en' })
    const told = [
      turnInfo('Update'),
      turnInfo('StartOfTurn', 'I'),
      turnInfo('EagerEndOfTurn', 'I need help.'),
      turnInfo('TurnResumed', 'I need help with'),
      turnInfo('Update', 'I need help with my'),
      turnInfo('EagerEndOfTurn', 'I need help with my bill.'),
      turnInfo('EndOfTurn', 'I need help with my bill.'),
      // Late, and of no turn.
      turnInfo('Update', 'my bill'),
    ]
    expect(told.flatMap(says)).toEqual([
      { type: 'turn-started' },
      { type: 'text', text: 'I', final: false },
      { type: 'text', text: 'I need help.', final: false },
      { type: 'turn-ending' },
      { type: 'turn-resumed' },
      { type: 'text', text: 'I need help with', final: false },
      { type: 'text', text: 'I need help with my', final: false },
      { type: 'text', text: 'I need help with my bill.', final: false },
      { type: 'turn-ending' },
      { type: 'text', text: 'I need help with my bill.', final: true },
      { type: 'turn-ended' },
    ])
  })

  test('is kept by silence, for it knows no KeepAlive', () => {
    const { stepper } = session({ model: 'flux-general-en' })
    expect(stepper.give({ type: 'idle' }).messages).toEqual([{ binary: new Uint8Array(1280) }])
  })

  test('answers a flush at once outside a turn, and with the end of the turn inside', () => {
    const { stepper, says } = session({ model: 'flux-general-en' })
    expect(stepper.give({ type: 'flush' })).toMatchObject({ events: [{ type: 'flushed' }], messages: [] })
    says(turnInfo('StartOfTurn', 'yes'))
    expect(stepper.give({ type: 'flush' })).toMatchObject({ events: [], messages: [] })
    expect(says(turnInfo('EndOfTurn', 'Yes.')).map(({ type }) => type)).toEqual(['text', 'turn-ended', 'flushed'])
  })
})

test.each([
  [1011, 'NET-0001: no audio', 'vendor.timeout'],
  [1011, 'NET-0000', 'vendor.failed'],
  [1008, 'DATA-0000', 'media.format'],
])('a close with %d %s is %s', (close, reason, code) => {
  expect(deepgram.socket.explainClose?.(close, reason)?.code).toBe(code)
})

test('an unknown close is left to the engine', () => {
  expect(deepgram.socket.explainClose?.(1006, '')).toBeUndefined()
})
