import { describe, expect, test } from 'vitest'
import { recogniserConformance } from '../../../../test/conformance/stt.ts'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import type { RecogniserEvent, RecogniserInput } from '../../../spec/speech.ts'
import { assemblyaiRecogniser } from './assemblyai.ts'

const key = 'assembly-key-0123456'
const { socket } = assemblyaiRecogniser

function says(type: string, fields: object = {}) {
  return { text: JSON.stringify({ type, ...fields }) }
}

const begin = says('Begin', { id: 'x', expires_at: 1 })
const ended = { end_of_turn: true, turn_is_formatted: false }
const formatted = { end_of_turn: true, turn_is_formatted: true }

function turn(transcript: string, fields: object = {}, pending: readonly string[] = []) {
  const words = [
    ...transcript.split(' ').map((text) => ({ text, word_is_final: true })),
    ...pending.map((text) => ({ text, word_is_final: false })),
  ]
  return says('Turn', { transcript, words, end_of_turn: false, turn_is_formatted: false, ...fields })
}

const failed = says('Error', { error_code: 4001, error: 'Not authorized: KEY' })

recogniserConformance('assemblyai', {
  spec: assemblyaiRecogniser,
  settings: { key },
  wire: {
    ready: [begin],
    heard: [turn('', {}, ['hello']), turn('hello', {}, ['there'])],
    flushed: [turn('hello there', ended)],
    failed: [failed],
  },
})

recogniserConformance('assemblyai (turns of its own)', {
  spec: assemblyaiRecogniser,
  settings: { key, turns: 'vendor' },
  wire: {
    ready: [begin],
    heard: [turn('hello', {}, ['there'])],
    turnEnded: [turn('hello there', ended)],
    failed: [failed],
  },
})

function session(settings: object = {}) {
  const config = assemblyaiRecogniser.settings.parse({ key, ...settings })
  const stepper = new Stepper<RecogniserInput, RecogniserEvent>(socket.begin(config), socket.step.bind(socket))
  const tell = (...messages: { readonly text: string }[]) =>
    messages.flatMap((message) => stepper.give({ type: 'message', message }).events)
  return { stepper, tell, target: outcome(socket.connect(config, now)) }
}

describe('the address', () => {
  test('lets the vendor’s turns be long where ours count', () => {
    expect(session({ terms: ['Acme', 'Zoë'] }).target).toEqual({
      url:
        'wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&encoding=pcm_s16le&speech_model=universal-streaming-english' +
        '&end_of_turn_confidence_threshold=1&min_turn_silence=5000&max_turn_silence=10000' +
        `&keyterms_prompt=${encodeURIComponent('["Acme","Zoë"]')}`,
      headers: { authorization: key },
    })
  })

  test('has the vendor’s turns as set, the shorter silence never above the longer', () => {
    const { url } = session({ turns: 'vendor', formatted: true, silence: 900, longestSilence: 800 }).target
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      format_turns: 'true',
      end_of_turn_confidence_threshold: '0.4',
      min_turn_silence: '800',
      max_turn_silence: '800',
    })
  })
})

test('sound goes in pieces of sixty milliseconds, and what is left is filled up: less than fifty would close it', () => {
  const { stepper } = session()
  const pcm = new Int16Array(160).fill(7)
  const sizes = [1, 2, 3, 4].map(() => stepper.give({ type: 'audio', pcm }).messages).flat()
  expect(sizes.map((one) => 'binary' in one && one.binary.length)).toEqual([960])
  const [rest, force] = stepper.give({ type: 'flush' }).messages
  expect(rest && 'binary' in rest && [rest.binary.length, rest.binary[318], rest.binary[320]]).toEqual([960, 7, 0])
  expect(force).toEqual({ text: '{"type":"ForceEndpoint"}' })
})

describe('turns', () => {
  test('have final words, and others behind them', () => {
    expect(session().tell(turn('', {}, ['I']), turn('I need', {}, ['hel']), turn('I need help'))).toEqual([
      { type: 'text', text: 'I', final: false },
      { type: 'text', text: 'I need hel', final: false },
      { type: 'text', text: 'I need help', final: false },
    ])
  })

  test('written down twice are over once: with the signs, where these are waited for', () => {
    const { stepper, tell } = session({ formatted: true })
    stepper.give({ type: 'flush' })
    expect(tell(turn('i need help', ended), turn('I need help.', formatted))).toEqual([
      { type: 'text', text: 'i need help', final: false },
      { type: 'text', text: 'I need help.', final: true },
      { type: 'flushed' },
    ])
  })

  test('of newer models come formatted at once', () => {
    const { stepper, tell, target } = session({ formatted: true, model: 'u3-rt-pro' })
    expect(target.url).not.toContain('format_turns')
    stepper.give({ type: 'flush' })
    expect(tell(turn('I need help.', formatted)).map(({ type }) => type)).toEqual(['text', 'flushed'])
  })

  test('of the vendor’s begin with speech or words, and end', () => {
    const { tell } = session({ turns: 'vendor' })
    const told = tell(says('SpeechStarted', { timestamp: 1 }), turn('yes'), turn('yes', ended), turn('no', ended))
    expect(told.map(({ type }) => type)).toEqual([
      ...['turn-started', 'text', 'text', 'turn-ended'],
      ...['turn-started', 'text', 'turn-ended'],
    ])
  })
})

test.each([
  [3006, 'settings.invalid'],
  [3007, 'vendor.refused'],
  [3008, 'vendor.timeout'],
  [3009, 'vendor.rate-limited'],
  [4001, 'vendor.credentials'],
  [4002, 'vendor.refused'],
])('a close with %d is %s', (close, code) => {
  expect(socket.explainClose?.(close, '')).toMatchObject({ code })
})

test('other closes are left to the engine', () => {
  expect(socket.explainClose?.(1006, '')).toBeUndefined()
})

test('is kept by a message, and left with one', () => {
  const { stepper } = session()
  expect(stepper.give({ type: 'idle' }).messages).toEqual([{ text: '{"type":"KeepAlive"}' }])
  expect(stepper.give({ type: 'finish' }).messages).toEqual([{ text: '{"type":"Terminate"}' }])
})
