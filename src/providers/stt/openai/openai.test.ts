import { describe, expect, test } from 'vitest'
import { recogniserConformance } from '../../../../test/conformance/stt.ts'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import type { RecogniserEvent, RecogniserInput } from '../../../spec/speech.ts'
import { openaiRecogniser } from './openai.ts'

const key = 'sk-0123456789abcdef'
const { socket } = openaiRecogniser

function says(type: string, fields: object = {}) {
  return { text: JSON.stringify({ type, event_id: 'event_1', ...fields }) }
}

const kind = 'conversation.item.input_audio_transcription'
const updated = says('session.updated', { session: { audio: { input: { format: { type: 'audio/pcmu' } } } } })
const commit = (id: string, previous: string | null = null) =>
  says('input_audio_buffer.committed', { item_id: id, previous_item_id: previous })
const delta = (id: string, words: string) => says(`${kind}.delta`, { item_id: id, delta: words })
const completed = (id: string, transcript: string, fields: object = {}) =>
  says(`${kind}.completed`, { item_id: id, transcript, ...fields })
const speech = (what: 'started' | 'stopped', id: string) => says(`input_audio_buffer.speech_${what}`, { item_id: id })
const error = (code: string, message = 'no') =>
  says('error', { error: { type: 'invalid_request_error', code, message, param: null } })

recogniserConformance('openai', {
  spec: openaiRecogniser,
  settings: { key },
  wire: {
    ready: [says('session.created'), updated],
    heard: [commit('item_1'), delta('item_1', 'hello'), completed('item_1', 'hello there')],
    flushed: [error('input_audio_buffer_commit_empty')],
    failed: [error('invalid_api_key', 'Incorrect API key provided: KEY.')],
  },
})

recogniserConformance('openai (turns of its own)', {
  spec: openaiRecogniser,
  settings: { key, turns: 'vendor' },
  wire: {
    ready: [says('session.created'), updated],
    heard: [speech('started', 'i1'), delta('i1', 'hello there')],
    turnEnded: [speech('stopped', 'i1'), commit('i1'), completed('i1', 'hello there')],
    failed: [says(`${kind}.failed`, { item_id: 'i1', error: { type: 'server_error', message: 'KEY' } })],
  },
})

function session(settings: object = {}) {
  const config = openaiRecogniser.settings.parse({ key, ...settings })
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

function firstMessage(settings: object) {
  const [message] = session(settings).opening
  return JSON.parse(message && 'text' in message ? message.text : '')
}

describe('the session', () => {
  test('is asked for by intent, and told everything before sound', () => {
    const { target } = session()
    expect(target).toEqual({
      url: 'wss://api.openai.com/v1/realtime?intent=transcription',
      headers: { authorization: `Bearer ${key}` },
    })
    expect(firstMessage({ terms: ['Acme'], language: 'en-GB' })).toEqual({
      type: 'session.update',
      session: {
        type: 'transcription',
        audio: {
          input: {
            format: { type: 'audio/pcmu' },
            noise_reduction: { type: 'near_field' },
            transcription: { model: 'gpt-transcribe', language: 'en', keywords: ['Acme'] },
            turn_detection: null,
          },
        },
      },
    })
  })

  test.each([
    [{ model: 'gpt-4o-transcribe', terms: ['A', 'B'] }, { prompt: 'A, B' }],
    [{ model: 'gpt-realtime-whisper', terms: ['A'] }, {}],
    [{ model: 'gpt-live-transcribe', terms: ['A'] }, { keywords: ['A'] }],
  ])('words to expect, as the model takes them: %j', (settings, expected) => {
    const { model } = settings
    expect(firstMessage(settings).session.audio.input.transcription).toEqual({ model, language: 'en', ...expected })
  })

  test('has a detector only where turns are the vendor’s, and the model takes one', () => {
    const { audio } = firstMessage({ turns: 'vendor', silence: 700 }).session
    expect(audio.input.turn_detection).toEqual({
      ...{ type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 700 },
    })
    const live = openaiRecogniser.settings.parse({ key, turns: 'vendor', model: 'gpt-live-transcribe' })
    expect(socket.turns(live)).toBe('engine')
    expect(firstMessage(live).session.audio.input.turn_detection).toBeNull()
  })

  test('that wants another format is refused', () => {
    const other = says('session.updated', {
      session: { audio: { input: { format: { type: 'audio/pcm', rate: 24_000 } } } },
    })
    expect(session().tell(other)).toMatchObject([{ type: 'failed', code: 'vendor.refused', fatal: true }])
    expect(session({ rate: 24_000 }).tell(other)).toEqual([{ type: 'ready' }])
  })

  test('refused before it is ready is over; later errors are told and passed over', () => {
    expect(session().tell(error('invalid_value'))).toMatchObject([{ code: 'settings.invalid', fatal: true }])
    expect(session().tell(updated, error('invalid_value'))).toMatchObject([{}, { type: 'failed', fatal: false }])
    expect(session().tell(updated, error('session_expired'))).toMatchObject([
      {},
      { code: 'vendor.timeout', fatal: true },
    ])
  })
})

describe('sound', () => {
  test('goes out as µ-law at 8 kHz, forty milliseconds at a time', () => {
    const { stepper } = session()
    const pcm = new Int16Array(160)
    expect(stepper.give({ type: 'audio', pcm }).messages).toEqual([])
    const [message] = stepper.give({ type: 'audio', pcm: pcm.fill(32_767) }).messages
    const { type, audio } = JSON.parse(message && 'text' in message ? message.text : '')
    expect(type).toBe('input_audio_buffer.append')
    expect(Buffer.from(audio, 'base64')).toEqual(Buffer.concat([Buffer.alloc(160, 0xff), Buffer.alloc(160, 0x80)]))
  })

  test('goes out as linear at 24 kHz', () => {
    const { stepper } = session({ rate: 24_000 })
    const [message] = stepper.give({ type: 'audio', pcm: new Int16Array(960).fill(1) }).messages
    const { audio } = JSON.parse(message && 'text' in message ? message.text : '')
    expect(Buffer.from(audio, 'base64').subarray(0, 4)).toEqual(Buffer.from([1, 0, 1, 0]))
  })
})

describe('turns of ours', () => {
  test('are committed; each commit answers its flush with its text', () => {
    const { stepper, tell } = session()
    tell(updated)
    expect(stepper.give({ type: 'flush' }).messages).toEqual([{ text: '{"type":"input_audio_buffer.commit"}' }])
    stepper.give({ type: 'flush' })
    const usage = { type: 'tokens', input_tokens: 20, output_tokens: 4, total_tokens: 24 }
    // The second is done before the first: it waits.
    expect(tell(commit('a'), commit('b', 'a'), completed('b', 'second'))).toEqual([])
    expect(tell(completed('a', ' first ', { usage }))).toEqual([
      { type: 'usage', usage: { inputTokens: 20, outputTokens: 4 } },
      { type: 'text', text: 'first', final: true },
      { type: 'flushed' },
      { type: 'text', text: 'second', final: true },
      { type: 'flushed' },
    ])
  })

  test('stand in the order the vendor gives, whichever was told first', () => {
    const { tell } = session()
    tell(updated, commit('a'), commit('c', 'a'), commit('b', 'a'))
    expect(
      tell(completed('c', 'three'), completed('b', 'two'), completed('a', 'one')).map(
        (event) => 'text' in event && event.text,
      ),
    ).toEqual(['one', 'two', 'three'])
  })

  test('written down before their place is known wait for it; what follows a final part is told anew', () => {
    const { tell } = session()
    tell(updated)
    expect(tell(completed('a', 'one'), delta('b', 'tw')).map((event) => 'text' in event && event.text)).toEqual([
      'one tw',
    ])
    expect(tell(commit('a'))).toEqual([
      { type: 'text', text: 'one', final: true },
      { type: 'text', text: 'tw', final: false },
    ])
  })

  test('too short to hold a word are empty, and wait for what was said before', () => {
    const { stepper, tell } = session()
    tell(updated)
    stepper.give({ type: 'flush' })
    stepper.give({ type: 'flush' })
    expect(tell(commit('a'), error('input_audio_buffer_commit_empty'))).toEqual([])
    expect(tell(completed('a', 'yes')).map(({ type }) => type)).toEqual(['text', 'flushed', 'flushed'])
  })

  test('that could not be written down are empty, and said to be so', () => {
    const { stepper, tell } = session()
    tell(updated)
    stepper.give({ type: 'flush' })
    const failed = says(`${kind}.failed`, { item_id: 'a', error: { type: 'server_error', message: 'broken' } })
    expect(tell(commit('a'), failed)).toMatchObject([{ type: 'failed', fatal: false }, { type: 'flushed' }])
  })

  test('grow while they are written down', () => {
    const { tell } = session()
    expect(tell(updated, delta('a', 'I need'), delta('a', ' help'))).toEqual([
      { type: 'ready' },
      { type: 'text', text: 'I need', final: false },
      { type: 'text', text: 'I need help', final: false },
    ])
  })
})

test('a turn of the vendor’s goes on when the caller speaks before it was written down', () => {
  const { tell } = session({ turns: 'vendor' })
  tell(updated)
  const first = [
    speech('started', 'a'),
    speech('stopped', 'a'),
    commit('a'),
    speech('started', 'b'),
    completed('a', 'wait'),
  ]
  expect(tell(...first)).toEqual([{ type: 'turn-started' }, { type: 'text', text: 'wait', final: true }])
  const second = [speech('stopped', 'b'), commit('b', 'a'), completed('b', 'no')]
  expect(tell(...second)).toEqual([{ type: 'text', text: 'no', final: true }, { type: 'turn-ended' }])
})
