import { describe, expect, test } from 'vitest'
import { recogniserConformance } from '../../../../test/conformance/stt.ts'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import type { RecogniserEvent, RecogniserInput } from '../../../spec/speech.ts'
import { cartesiaRecogniser } from './cartesia.ts'

const key = 'sk_car_0123456789abcdef'
const { socket } = cartesiaRecogniser

function says(type: string, fields: object = {}) {
  return { text: JSON.stringify({ type, request_id: 'r', ...fields }) }
}

const piece = (text: string, is_final: boolean) => says('transcript', { text, is_final })
const failed = says('error', { title: 'Unauthorized', message: 'no such key KEY', status_code: 401, error_code: 'x' })

recogniserConformance('cartesia (manual)', {
  spec: cartesiaRecogniser,
  settings: { key },
  wire: {
    ready: [],
    heard: [piece('hel', false), piece('hello', true), piece(' there', true)],
    flushed: [says('flush_done')],
    failed: [failed],
  },
})

recogniserConformance('cartesia (turns)', {
  spec: cartesiaRecogniser,
  settings: { key, turns: 'vendor' },
  wire: {
    ready: [says('connected')],
    heard: [says('turn.start'), says('turn.update', { transcript: 'hello there' })],
    turnEnded: [says('turn.end', { transcript: 'hello there' })],
    failed: [failed],
  },
})

function session(settings: object = {}) {
  const config = cartesiaRecogniser.settings.parse({ key, ...settings })
  const stepper = new Stepper<RecogniserInput, RecogniserEvent>(socket.begin(config), socket.step.bind(socket))
  const tell = (...messages: { readonly text: string }[]) =>
    messages.flatMap((message) => stepper.give({ type: 'message', message }).events)
  return { stepper, tell, target: outcome(socket.connect(config, now)) }
}

describe('the address', () => {
  test('of ours', () => {
    expect(session({ terms: ['Acme'] }).target).toEqual({
      url: 'wss://api.cartesia.ai/stt/websocket?model=ink-2&encoding=pcm_s16le&sample_rate=8000&language=en&keyterm=Acme',
      headers: { 'x-api-key': key, 'cartesia-version': '2026-08-14' },
    })
  })

  test('of the model’s turns, with thresholds in their order', () => {
    const { url } = session({ turns: 'vendor', rate: 16_000, endOfTurn: 0.5, eagerEndOfTurn: 0.4 }).target
    expect(url).toBe(
      'wss://api.cartesia.ai/stt/turns/websocket?model=ink-2&encoding=pcm_s16le&sample_rate=16000' +
        '&turn_eager_end_threshold=0.5&turn_end_threshold=0.5&turn_end_timeout_ms=5600',
    )
  })

  test('of an older model names no terms', () => {
    expect(session({ model: 'ink-whisper', terms: ['Acme'] }).target.url).not.toContain('keyterm')
  })
})

describe('turns of ours', () => {
  test('put pieces together as they are, and flush with a bare word', () => {
    const { stepper, tell } = session()
    expect(tell(piece('I ne', false), piece('I need', true), piece(' he', false), piece(' help', true))).toEqual([
      { type: 'text', text: 'I ne', final: false },
      { type: 'text', text: 'I need', final: false },
      { type: 'text', text: 'I need he', final: false },
      { type: 'text', text: 'I need help', final: false },
    ])
    expect(stepper.give({ type: 'flush' }).messages).toEqual([{ text: 'finalize' }])
    expect(tell(says('flush_done'), says('flush_done'))).toEqual([
      { type: 'text', text: 'I need help', final: true },
      { type: 'flushed' },
    ])
  })

  test('begin anew after a flush', () => {
    const { stepper, tell } = session()
    stepper.give({ type: 'flush' })
    tell(piece('one', true), says('flush_done'))
    expect(tell(piece('two', true))).toEqual([{ type: 'text', text: 'two', final: false }])
  })

  test('are kept by sound and left with a bare word', () => {
    const { stepper } = session()
    expect(stepper.give({ type: 'idle' }).messages).toEqual([{ binary: new Uint8Array(1600) }])
    expect(stepper.give({ type: 'finish' }).messages).toEqual([{ text: 'close' }])
  })
})

describe('the model’s turns', () => {
  test('may end, go on, and end', () => {
    const { tell } = session({ turns: 'vendor' })
    const told = tell(
      says('turn.start'),
      says('turn.update', { transcript: 'I need' }),
      says('turn.eager_end', { transcript: 'I need' }),
      says('turn.resume'),
      says('turn.eager_end', { transcript: 'I need help.' }),
      says('turn.end', { transcript: 'I need help.' }),
    )
    expect(told).toEqual([
      { type: 'turn-started' },
      { type: 'text', text: 'I need', final: false },
      { type: 'text', text: 'I need', final: false },
      { type: 'turn-ending' },
      { type: 'turn-resumed' },
      { type: 'text', text: 'I need help.', final: false },
      { type: 'turn-ending' },
      { type: 'text', text: 'I need help.', final: true },
      { type: 'turn-ended' },
    ])
  })

  test('answer a flush when they end, or at once where none is open', () => {
    const { stepper, tell } = session({ turns: 'vendor' })
    expect(stepper.give({ type: 'flush' })).toMatchObject({ events: [{ type: 'flushed' }], messages: [] })
    tell(says('turn.start'))
    expect(stepper.give({ type: 'flush' })).toMatchObject({ events: [], messages: [] })
    expect(tell(says('turn.end', { transcript: 'yes' })).map(({ type }) => type)).toEqual([
      'text',
      'turn-ended',
      'flushed',
    ])
    expect(stepper.give({ type: 'finish' }).messages).toEqual([{ text: '{"type":"close"}' }])
  })
})

test.each([
  [401, 'vendor.credentials'],
  [402, 'vendor.refused'],
  [429, 'vendor.rate-limited'],
  [500, 'vendor.failed'],
  [400, 'settings.invalid'],
])('an error with status %d is %s', (status_code, code) => {
  const events = session().tell(says('error', { title: 'Sorry', message: 'no', status_code }))
  expect(events).toMatchObject([{ type: 'failed', code, message: expect.stringContaining('Sorry: no') }])
})
