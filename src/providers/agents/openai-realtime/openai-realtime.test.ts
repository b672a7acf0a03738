import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime.js'
import { describe, expect, test } from 'vitest'
import { agentConformance } from '../../../../test/conformance/agent.ts'
import { puppet, testBrief, testTools } from '../../../protocols/agent/fakes.ts'
import { openaiRealtime } from './openai-realtime.ts'
import { settings } from './settings.ts'

const key = 'sk-test-0123456789'

/** Events as the vendor's own types have them; only what stands there is read. */
type ServerEvent = {
  [E in RealtimeServerEvent as E['type']]: Partial<E> & { readonly type: E['type'] }
}[RealtimeServerEvent['type']]

const updated = {
  type: 'session.updated',
  session: {
    type: 'realtime',
    audio: { input: { format: { type: 'audio/pcmu' } }, output: { format: { type: 'audio/pcmu' } } },
  },
} satisfies ServerEvent

function created(id: string) {
  return { type: 'response.created', response: { id, status: 'in_progress' } } satisfies ServerEvent
}

function done(id: string, more: object = {}) {
  return { type: 'response.done', response: { id, status: 'completed', ...more } } satisfies ServerEvent
}

/** `ms` of sound. */
function sounded(response: string, item: string, ms: number) {
  const delta = Buffer.alloc(ms * 8, 0x80).toString('base64')
  return {
    type: 'response.output_audio.delta',
    response_id: response,
    item_id: item,
    output_index: 0,
    content_index: 0,
    delta,
  } satisfies ServerEvent
}

function spoken(response: string, delta: string) {
  return {
    type: 'response.output_audio_transcript.delta',
    response_id: response,
    item_id: 'item',
    delta,
  } satisfies ServerEvent
}

function refusal(error: { code?: string; type?: string; message?: string; event_id?: string }) {
  return { type: 'error', error: { type: 'invalid_request_error', message: 'no', ...error } } satisfies ServerEvent
}

function ready(more: object = {}) {
  const wire = puppet(openaiRealtime, { apiKey: key, ...more })
  wire.hear(updated)
  return wire
}

const sends = (type: RealtimeClientEvent['type']) => expect.objectContaining({ type })

const inputItem = { item_id: 'u1', content_index: 0 }
const call = { id: 'f1', type: 'function_call', call_id: 'c1', name: 'look_up', arguments: '{"id":4}' } as const

agentConformance('OpenAI Realtime', {
  spec: openaiRealtime,
  says: [
    { type: 'session.created', session: { expires_at: 1_800_000_000 } },
    updated,
    { type: 'input_audio_buffer.speech_started', audio_start_ms: 1, item_id: 'u1' },
    { type: 'input_audio_buffer.speech_stopped', audio_end_ms: 2, item_id: 'u1' },
    { type: 'input_audio_buffer.committed', item_id: 'u1', previous_item_id: null },
    { type: 'conversation.item.input_audio_transcription.delta', ...inputItem, delta: 'Hel' },
    { type: 'conversation.item.input_audio_transcription.completed', ...inputItem, transcript: 'Hello.' },
    { type: 'conversation.item.input_audio_transcription.failed', ...inputItem, error: { message: 'no' } },
    created('r1'),
    created('r2'),
    sounded('r1', 'i1', 20),
    sounded('r2', 'i2', 20),
    spoken('r1', 'Hello'),
    { type: 'response.output_item.added', response_id: 'r1', output_index: 0, item: call },
    { type: 'response.function_call_arguments.done', response_id: 'r1', item_id: 'f1', call_id: 'c1', arguments: '{}' },
    done('r1', { output: [call], usage: { input_tokens: 1, output_token_details: { audio_tokens: 2 } } }),
    done('r2', { status: 'failed', status_details: { error: { message: 'no' } } }),
    refusal({ code: 'conversation_already_has_active_response' }),
    refusal({ code: 'response_cancel_not_active', event_id: 'cancel_3' }),
  ],
  settings: { apiKey: key },
  ready: [{ text: JSON.stringify(updated) }],
  failed: [
    { text: JSON.stringify(refusal({ code: 'invalid_api_key', message: 'Incorrect API key provided: KEY.' })) },
    { text: JSON.stringify(refusal({ code: 'whatever', message: 'KEY is no good' })) },
  ],
})

describe('the way there', () => {
  const target = (given: object) => {
    const { body } = openaiRealtime
    if (body.by !== 'wire') throw new Error('it is on a wire')
    const config = settings.parse({ apiKey: key, ...given })
    return body.open(config, testBrief, { time: 0, id: () => 'id' }).next(undefined as never).value
  }

  test.each([
    [{}, 'wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1', { authorization: `Bearer ${key}` }],
    [
      { baseUrl: 'wss://r.openai.azure.com/openai/v1/realtime', model: 'mine', authentication: 'api-key' },
      'wss://r.openai.azure.com/openai/v1/realtime?model=mine',
      { 'api-key': key },
    ],
    [
      {
        baseUrl: 'wss://r.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=d',
        authentication: 'api-key',
        generation: 'beta',
      },
      'wss://r.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=d',
      { 'api-key': key, 'openai-beta': 'realtime=v1' },
    ],
    [
      { baseUrl: 'ws://localhost:8080/v1/realtime', authentication: 'none', apiKey: '', model: 'm' },
      'ws://localhost:8080/v1/realtime?model=m',
      {},
    ],
    [
      { baseUrl: 'wss://api.inworld.ai/api/v1/realtime/session?key=s&protocol=realtime', authentication: 'basic' },
      'wss://api.inworld.ai/api/v1/realtime/session?key=s&protocol=realtime&model=gpt-realtime-2.1',
      { authorization: `Basic ${key}` },
    ],
  ])('%j', (given, url, headers) => {
    expect(target(given)).toEqual({ url, headers })
  })

  test('a key is needed unless none is sent', () => {
    expect(() => target({ apiKey: '' })).toThrow('no API key')
    expect(target({ apiKey: '', authentication: 'none' })).toMatchObject({ headers: {} })
  })
})

describe('the session', () => {
  test('is set up in GA words', () => {
    const { sent, events } = puppet(openaiRealtime, { apiKey: key, prompt: 'Help {name}.', language: 'en' })
    expect(events).toEqual([])
    expect(sent).toEqual([
      {
        type: 'session.update',
        session: {
          type: 'realtime',
          output_modalities: ['audio'],
          instructions: 'Help Ada.',
          audio: {
            input: {
              format: { type: 'audio/pcmu' },
              transcription: { model: 'gpt-transcribe', language: 'en' },
              noise_reduction: null,
              turn_detection: {
                type: 'server_vad',
                threshold: 0.5,
                prefix_padding_ms: 300,
                silence_duration_ms: 500,
                create_response: true,
                interrupt_response: false,
              },
            },
            output: { format: { type: 'audio/pcmu' }, voice: 'marin', speed: 1 },
          },
          tools: testTools.map((tool) => ({ type: 'function', ...tool })),
          tool_choice: 'auto',
        },
      },
    ])
  })

  test('is set up in beta words', () => {
    const given = { apiKey: key, generation: 'beta', voice: 'alloy', turns: 'engine', format: 'pcm' }
    const session = {
      modalities: ['text', 'audio'],
      voice: 'alloy',
      input_audio_format: 'pcm16',
      output_audio_format: 'pcm16',
      input_audio_transcription: { model: 'whisper-1' },
      turn_detection: null,
    }
    expect(puppet(openaiRealtime, given).sent).toMatchObject([{ type: 'session.update', session }])
  })

  test.each([
    [{ turns: 'semantic_vad', eagerness: 'high' }, { turn_detection: { type: 'semantic_vad', eagerness: 'high' } }],
    [{ transcription: 'none' }, { transcription: null }],
    [{ noiseReduction: 'near_field' }, { noise_reduction: { type: 'near_field' } }],
    [{ format: 'pcm' }, { format: { type: 'audio/pcm', rate: 24_000 } }],
  ])('%j', (given, input) => {
    expect(puppet(openaiRealtime, { apiKey: key, ...given }).sent).toMatchObject([{ session: { audio: { input } } }])
  })

  test('no sound before it is confirmed', () => {
    const wire = puppet(openaiRealtime, { apiKey: key })
    expect(wire.sound(new Int16Array(160)).sent).toEqual([])
    const session = { expires_at: 1_800_000_000 }
    expect(wire.hear({ type: 'session.created', session }).events).toEqual([{ type: 'expires', at: 1_800_000_000_000 }])
    expect(wire.sound(new Int16Array(160)).sent).toEqual([])
    expect(wire.hear(updated).events).toEqual([{ type: 'ready' }])
    expect(wire.sound(new Int16Array(3)).sent).toEqual([{ type: 'input_audio_buffer.append', audio: '////' }])
    expect(wire.hear(updated).events).toEqual([])
  })

  test('the sound that it settled on is obeyed', () => {
    const wire = puppet(openaiRealtime, { apiKey: key })
    const format = { type: 'audio/pcm', rate: 24_000 }
    const { events } = wire.hear({ type: 'session.updated', session: { audio: { output: { format } } } })
    expect(events).toEqual([{ type: 'sound', hears: 8000, speaks: 24_000 }, { type: 'ready' }])
    const heard = wire.hear(created('r'), { ...sounded('r', 'i', 0), delta: 'AQACAA==' })
    expect(heard.events.at(-1)).toEqual({ type: 'audio', pcm: Int16Array.of(1, 2) })
  })

  test('a beta server’s format is read too, and one that we do not speak ends it', () => {
    const beta = puppet(openaiRealtime, { apiKey: key, generation: 'beta' })
    expect(beta.hear({ type: 'session.updated', session: { input_audio_format: 'g711_alaw' } }).events).toEqual([
      { type: 'ready' },
    ])
    const strange = puppet(openaiRealtime, { apiKey: key })
    const session = { audio: { input: { format: { type: 'audio/opus' } } } }
    expect(strange.hear({ type: 'session.updated', session }).events).toMatchObject([
      { type: 'failed', code: 'media.format', fatal: true },
      { type: 'closed' },
    ])
  })

  test('that is refused is told as what to look at', () => {
    const wire = puppet(openaiRealtime, { apiKey: key })
    const said = wire.hear(refusal({ message: `Invalid value: 'x'. Your key ${key}`, event_id: wire.ids[0]! }))
    expect(said.events).toEqual([
      {
        type: 'failed',
        code: 'settings.invalid',
        message:
          "it reported an error (Invalid value: 'x'. Your key [redacted]): check the model, the voice and the other settings, and the generation of the protocol",
        fatal: true,
      },
      { type: 'closed' },
    ])
  })
})

describe('a reply', () => {
  test('is told as it comes', () => {
    const wire = ready()
    expect(wire.hear(created('r1')).events).toEqual([{ type: 'reply-started', reply: 'r1' }])
    expect(wire.hear(sounded('r1', 'i1', 1), spoken('r1', 'Hello')).events).toEqual([
      { type: 'audio', pcm: new Int16Array(8).fill(32_124) },
      { type: 'reply-text', reply: 'r1', delta: 'Hello' },
    ])
    const usage = {
      total_tokens: 9,
      input_tokens: 5,
      output_tokens: 4,
      input_token_details: { audio_tokens: 3, cached_tokens: 1 },
      output_token_details: { audio_tokens: 2 },
    }
    expect(wire.hear(done('r1', { usage })).events).toEqual([
      {
        type: 'usage',
        usage: { inputTokens: 5, inputAudioTokens: 3, cachedTokens: 1, outputTokens: 4, outputAudioTokens: 2 },
      },
      { type: 'reply-ended', reply: 'r1' },
    ])
  })

  test('is told in the beta generation’s words', () => {
    const wire = ready()
    const { delta } = sounded('r1', 'i1', 1)
    const said = wire.hear(
      { type: 'response.audio.delta', response_id: 'r1', item_id: 'i1', content_index: 0, delta },
      { type: 'response.audio_transcript.delta', response_id: 'r1', delta: 'Hi' },
    )
    expect(said.events.map(({ type }) => type)).toEqual(['reply-started', 'audio', 'reply-text'])
  })

  test.each([
    [{ status: 'failed', status_details: { error: { type: 'server_error', message: 'sorry' } } }, 'vendor.failed'],
    [{ status: 'failed', status_details: { error: { code: 'rate_limit_exceeded' } } }, 'vendor.rate-limited'],
    [{ status: 'incomplete', status_details: { reason: 'content_filter' } }, 'vendor.refused'],
  ])('%j is told, and the call goes on', (more, code) => {
    const wire = ready()
    wire.hear(created('r1'))
    expect(wire.hear(done('r1', more)).events).toMatchObject([
      { type: 'failed', code, fatal: false },
      { type: 'reply-ended' },
    ])
    expect(wire.order({ type: 'say', text: 'Sorry.' }).sent).toHaveLength(1)
  })

  test('sound that cannot be read is told once it comes, and passed over', () => {
    const wire = ready()
    wire.hear(created('r1'))
    expect(wire.hear({ ...sounded('r1', 'i', 1), delta: '?' }).events).toMatchObject([{ type: 'failed', fatal: false }])
    expect([wire.read('{"type":'), wire.read('[]')].map(({ events }) => events.length)).toEqual([1, 0])
  })
})

describe('words to be said', () => {
  const say = { type: 'say', text: 'Hi "you".' } as const

  test('are the model’s instructions, not a turn of the caller’s', () => {
    const instructions = expect.stringContaining('"Hi \\"you\\"."')
    expect(ready().order(say).sent).toEqual([
      { type: 'response.create', response: { instructions, tool_choice: 'none' } },
    ])
    const beta = ready({ generation: 'beta' }).order(say)
    expect(beta.sent).toMatchObject([{ response: { modalities: ['text', 'audio'] } }])
  })

  test('wait for the response in the making, one after the other', () => {
    const wire = ready()
    wire.hear(created('r1'))
    expect(wire.order(say).sent).toEqual([])
    expect(wire.order(say).sent).toEqual([])
    expect(wire.hear(done('r1')).sent).toHaveLength(1)
    expect(wire.hear(created('r2')).sent).toEqual([])
    expect(wire.hear(done('r2')).sent).toHaveLength(1)
  })

  test('come after a response that the server had begun by itself', () => {
    const wire = ready()
    wire.order(say)
    wire.hear(created('own'))
    const code = 'conversation_already_has_active_response'
    expect(wire.hear(refusal({ code, event_id: wire.ids.at(-1)! }))).toEqual({ events: [], sent: [] })
    expect(wire.hear(done('own')).sent).toEqual([sends('response.create')])
  })

  test('the same where the server does not say what it refuses', () => {
    const wire = ready()
    wire.order(say)
    wire.hear(refusal({ code: 'conversation_already_has_active_response' }))
    expect(wire.hear(done('unknown')).sent).toEqual([sends('response.create')])
  })

  test('are not said again when the server cannot answer the caller meanwhile; it is asked to afterwards', () => {
    const wire = ready()
    wire.order(say)
    wire.hear(created('r1'), sounded('r1', 'i1', 100))
    expect(wire.hear(refusal({ code: 'conversation_already_has_active_response' })).sent).toEqual([])
    expect(wire.hear(done('r1')).sent).toEqual([{ type: 'response.create' }])
  })

  test('that are refused for another reason make room for the next', () => {
    const wire = ready()
    wire.order(say)
    wire.order(say)
    const said = wire.hear(refusal({ message: 'too long', event_id: wire.ids.at(-1)! }))
    expect(said.sent).toEqual([sends('response.create')])
    expect(said.events).toMatchObject([{ type: 'failed', fatal: false }])
  })
})

describe('an interruption', () => {
  test('cancels, and leaves in the history what was heard', () => {
    const wire = ready()
    wire.hear(created('r1'), sounded('r1', 'i1', 1000))
    expect(wire.order({ type: 'interrupt', heardMs: 400.7, reply: 'r1' }).sent).toEqual([
      { type: 'response.cancel', response_id: 'r1' },
      { type: 'conversation.item.truncate', item_id: 'i1', content_index: 0, audio_end_ms: 400 },
    ])
    expect(wire.hear(sounded('r1', 'i1', 100), spoken('r1', 'more')).events).toEqual([])
    expect(wire.hear(done('r1', { status: 'cancelled' })).events).toEqual([])
  })

  test.each([
    ['never beyond what was sent', 5000, [{ type: 'conversation.item.truncate', audio_end_ms: 1000 }]],
    ['nothing heard: nothing said', 0, [{ type: 'conversation.item.delete', item_id: 'i1' }]],
  ])('%s', (_, heardMs, sent) => {
    const wire = ready()
    wire.hear(created('r1'), sounded('r1', 'i1', 1000))
    expect(wire.order({ type: 'interrupt', heardMs, reply: 'r1' }).sent.slice(1)).toMatchObject(sent)
  })

  test('of a reply that is all made needs no cancel; what was heard whole stays', () => {
    const wire = ready()
    wire.hear(created('r1'), sounded('r1', 'a', 500), sounded('r1', 'b', 500), sounded('r1', 'c', 500), done('r1'))
    wire.hear(created('r2'), sounded('r2', 'd', 500), done('r2'))
    expect(wire.order({ type: 'interrupt', heardMs: 700, reply: 'r1' }).sent).toEqual([
      { type: 'conversation.item.truncate', item_id: 'b', content_index: 0, audio_end_ms: 200 },
      { type: 'conversation.item.delete', item_id: 'c' },
      { type: 'conversation.item.delete', item_id: 'd' },
    ])
    expect(wire.order({ type: 'interrupt', heardMs: 700, reply: 'r1' }).sent).toEqual([])
  })

  test('of nothing sends nothing', () => {
    const wire = ready()
    expect(wire.order({ type: 'interrupt', heardMs: 0 }).sent).toEqual([])
    wire.hear(created('r1'), sounded('r1', 'a', 500), done('r1'))
    expect(wire.order({ type: 'interrupt', heardMs: 0 }).sent).toEqual([])
  })

  test('before the reply began drops it whenever it comes, and what was to follow', () => {
    const wire = ready()
    wire.order({ type: 'say', text: 'One.' })
    wire.order({ type: 'say', text: 'Two.' })
    expect(wire.order({ type: 'interrupt', heardMs: 0 }).sent).toEqual([{ type: 'response.cancel' }])
    expect(wire.hear(created('r1'), sounded('r1', 'a', 20), done('r1')).events).toEqual([])
    expect(wire.hear(done('r1')).sent).toEqual([])
  })

  test('that comes too late is no error, with or without the id', () => {
    const wire = ready()
    wire.hear(created('r1'))
    wire.order({ type: 'interrupt', heardMs: 0 })
    const errors = [
      refusal({ code: 'response_cancel_not_active' }),
      refusal({ message: 'Audio content of 10 ms is already shorter than 20 ms', event_id: 'truncate_9' }),
      refusal({ code: 'unsupported_content_type', event_id: 'delete_9' }),
      refusal({ code: 'input_audio_buffer_commit_empty' }),
    ]
    expect(wire.hear(...errors)).toEqual({ events: [], sent: [] })
  })

  test('leaves the history alone where the server cannot forget', () => {
    const wire = ready({ truncates: false })
    wire.hear(created('r1'), sounded('r1', 'i1', 1000))
    expect(wire.order({ type: 'interrupt', heardMs: 400, reply: 'r1' }).sent).toEqual([
      { type: 'response.cancel', response_id: 'r1' },
    ])
  })
})

describe('the caller, by the server’s detector', () => {
  const begin = { type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: 'u1' } satisfies ServerEvent
  const end = { type: 'input_audio_buffer.speech_stopped', audio_end_ms: 1, item_id: 'u1' } satisfies ServerEvent
  const commit = (item_id: string) => ({ type: 'input_audio_buffer.committed', item_id }) satisfies ServerEvent
  const transcript = (item_id: string, words: string) =>
    ({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id,
      transcript: words,
      usage: { type: 'duration', seconds: 1.5 },
    }) satisfies ServerEvent

  test('is told, with words that come later, in their order', () => {
    const wire = ready()
    expect(wire.hear(begin, end).events).toEqual([{ type: 'caller-speech-started' }, { type: 'caller-speech-ended' }])
    wire.hear(commit('u1'), commit('u2'))
    const usage = { type: 'usage', usage: { audioMs: 1500 } }
    expect(wire.hear(transcript('u2', 'Second. ')).events).toEqual([usage])
    const delta = { type: 'conversation.item.input_audio_transcription.delta', item_id: 'u1', delta: 'Fir' } as const
    expect(wire.hear(delta).events).toEqual([{ type: 'caller-text', text: 'Fir', final: false }])
    expect(wire.hear(transcript('u1', 'First.')).events).toEqual([
      usage,
      { type: 'caller-text', text: 'First.', final: true },
      { type: 'caller-text', text: 'Second.', final: true },
    ])
  })

  test('noise has no words, and is answered all the same: nothing is told', () => {
    const wire = ready()
    wire.hear(commit('u1'))
    expect(wire.hear(transcript('u1', ' ')).events.map(({ type }) => type)).toEqual(['usage'])
  })

  test('words that could not be written down do not keep the others', () => {
    const wire = ready()
    wire.hear(commit('u1'), commit('u2'))
    const error = { message: 'bad sound' }
    const failure = { type: 'conversation.item.input_audio_transcription.failed', item_id: 'u1', error }
    expect(wire.hear(failure).events).toMatchObject([{ type: 'failed', fatal: false }])
    expect(wire.hear(transcript('u2', 'Second.')).events).toHaveLength(2)
  })

  test('is not talked over: what is to be said waits; the server answers what was asked by tools', () => {
    const wire = ready()
    wire.hear(begin)
    expect(wire.order({ type: 'say', text: 'Hello?' }).sent).toEqual([])
    expect(wire.order({ type: 'text', text: 'written' }).sent).toEqual([sends('conversation.item.create')])
    expect(wire.hear(end, created('r1')).sent).toEqual([])
    expect(wire.hear(done('r1')).sent).toMatchObject([{ type: 'response.create', response: { tool_choice: 'none' } }])
    expect(wire.hear(created('r2'), done('r2')).sent).toEqual([])
  })
})

describe('the caller, by our detector', () => {
  const frame = (value: number) => new Int16Array(160).fill(value)
  const appended = (said: { readonly sent: readonly object[] }) =>
    said.sent.filter((message) => 'audio' in message).length

  test('only speech is sent, from before its beginning', () => {
    const wire = ready({ turns: 'engine' })
    for (let at = 0; at < 200; at++) expect(wire.sound(frame(at)).sent).toEqual([])
    // 100 ms until we knew, and 300 ms before: twenty frames.
    expect(appended(wire.order({ type: 'speech-started', agoMs: 100 }))).toBe(20)
    expect(appended(wire.sound(frame(1)))).toBe(1)
    expect(wire.order({ type: 'speech-ended' }).sent).toEqual([
      { type: 'input_audio_buffer.commit' },
      { type: 'response.create' },
    ])
    expect(wire.sound(frame(1)).sent).toEqual([])
  })

  test('an answer to half a question is called off', () => {
    const wire = ready({ turns: 'engine' })
    wire.order({ type: 'speech-started' })
    wire.order({ type: 'speech-ended' })
    expect(wire.order({ type: 'speech-started' }).sent).toEqual([{ type: 'response.cancel' }])
    expect(wire.order({ type: 'speech-ended' }).sent).toEqual([{ type: 'input_audio_buffer.commit' }])
    expect(wire.hear(created('r1')).events).toEqual([])
    expect(wire.hear(done('r1')).sent).toEqual([{ type: 'response.create' }])
  })
})

describe('keys and written words', () => {
  test('are turns of the caller; several get one answer', () => {
    const wire = ready()
    const text = (words: string) => ({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: words }] },
    })
    expect(wire.order({ type: 'digit', digit: '5' }).sent).toEqual([text('[DTMF: 5]'), { type: 'response.create' }])
    expect(wire.order({ type: 'digit', digit: '#' }).sent).toEqual([{ type: 'response.cancel' }, text('[DTMF: #]')])
    expect(wire.order({ type: 'text', text: 'hi' }).sent).toEqual([text('hi')])
    expect(wire.hear(created('r1'), done('r1')).sent).toEqual([{ type: 'response.create' }])
  })
})

describe('tools', () => {
  const item = { id: 'f1', type: 'function_call', call_id: 'c1', name: 'look_up', arguments: '' } as const
  const added = { type: 'response.output_item.added', response_id: 'r1', item } satisfies ServerEvent
  const complete = (json: string, more: object = { name: 'look_up' }) => ({
    type: 'response.function_call_arguments.done',
    response_id: 'r1',
    item_id: 'f1',
    call_id: 'c1',
    arguments: json,
    ...more,
  })
  const called = { type: 'tool-called', call: { id: 'c1', name: 'look_up', arguments: { id: 4 } } }
  const result = (id: string, more: object = {}) =>
    ({ type: 'tool-result', id, ok: true, result: { status: 'paid' }, ...more }) as const

  test('are called once, and the model goes on when their response is over', () => {
    const wire = ready()
    wire.hear(created('r1'), added)
    expect(wire.hear(complete('{"id":4}')).events).toEqual([called])
    const output = { type: 'function_call_output', call_id: 'c1', output: '{"status":"paid"}' }
    expect(wire.order(result('c1')).sent).toEqual([{ type: 'conversation.item.create', item: output }])
    const over = wire.hear(done('r1', { output: [{ ...item, arguments: '{"id":4}' }] }))
    expect(over.sent).toEqual([{ type: 'response.create' }])
    expect(over.events).toEqual([{ type: 'reply-ended', reply: 'r1' }])
    expect(wire.order(result('c1')).sent).toEqual([])
  })

  test('the beta generation names them elsewhere; some servers only at the end', () => {
    const beta = ready()
    beta.hear(created('r1'), added)
    expect(beta.hear(complete('{"id":4}', {})).events).toEqual([called])
    const late = ready()
    late.hear(created('r1'))
    const output = [{ ...item, arguments: '{"id":4}' }]
    expect(late.hear(done('r1', { output })).events[0]).toEqual(called)
  })

  test('the model goes on once all of them have returned', () => {
    const wire = ready()
    wire.hear(created('r1'), complete('{}'), complete('{}', { call_id: 'c2', name: 'look_up' }), done('r1'))
    expect(wire.order(result('c1')).sent).toHaveLength(1)
    expect(wire.order(result('c2', { ok: false })).sent).toMatchObject([
      { item: { output: 'failed: {"status":"paid"}' } },
      { type: 'response.create' },
    ])
  })

  test('after the last one nothing is said', () => {
    const wire = ready()
    wire.hear(created('r1'), complete('', { name: 'hang_up' }), done('r1'))
    expect(wire.order(result('c1', { last: true })).sent).toEqual([sends('conversation.item.create')])
  })

  test('broken arguments are told, and asked for again', () => {
    const wire = ready()
    wire.hear(created('r1'))
    const said = wire.hear(complete('{"id":'), done('r1'))
    expect(said.events).toMatchObject([
      { type: 'failed', code: 'vendor.failed', fatal: false, message: expect.stringContaining('look_up') },
      { type: 'reply-ended' },
    ])
    expect(said.sent).toMatchObject([
      { item: { type: 'function_call_output', call_id: 'c1', output: expect.stringContaining('JSON object') } },
      { type: 'response.create' },
    ])
  })

  test('of a reply that was called off are not called', () => {
    const wire = ready()
    wire.hear(created('r1'))
    wire.order({ type: 'interrupt', heardMs: 0 })
    expect(wire.hear(complete('{"id":4}')).events).toEqual([])
  })
})

describe('errors', () => {
  test.each([
    ['insufficient_quota', 'vendor.refused', 'money'],
    ['invalid_api_key', 'vendor.credentials', 'key'],
    ['beta_api_shape_disabled', 'settings.invalid', 'ga'],
    ['session_expired', 'vendor.failed', 'no longer'],
    ['model_not_found', 'settings.invalid', 'model'],
    ['account_deactivated', 'vendor.refused', 'account'],
  ] as const)('%s ends it', (code, ours, word) => {
    const { events } = ready().hear(refusal({ code }))
    expect(events).toMatchObject([{ type: 'failed', code: ours, fatal: true }, { type: 'closed' }])
    expect(Object(events[0]).message).toContain(word)
  })

  test('any other is told, and the call goes on', () => {
    const { events } = ready().hear(refusal({ code: 'something', type: 'server_error', message: 'trouble' }))
    expect(events).toMatchObject([{ type: 'failed', code: 'vendor.failed', fatal: false }])
  })

  test('types that nobody knows mean nothing', () => {
    expect(ready().hear({ type: 'rate_limits.updated' }, { type: 'toString' }, {})).toEqual({ events: [], sent: [] })
  })

  test('settings that do not fit are an error of ours', () => {
    expect(() => settings.parse({ apiKey: key, baseUrl: 'https://x' })).toThrow('baseUrl')
  })
})

describe('a session that goes on with another', () => {
  const history = [
    { role: 'caller', text: 'Hello there.' },
    { role: 'agent', text: 'Good morning.' },
    { role: 'tool', id: 't', name: 'look_up', result: '{"paid":true}' },
  ] as const
  const message = (role: string, type: string, text: string) => ({
    type: 'conversation.item.create',
    item: { type: 'message', role, content: [{ type, text }] },
  })

  test.each([
    ['ga', 'output_text'],
    ['beta', 'text'],
  ])('is told what was said, in the words of %s', (generation, type) => {
    const wire = puppet(openaiRealtime, { apiKey: key, generation }, { ...testBrief, history })
    expect(wire.sent.slice(1)).toMatchObject([
      message('user', 'input_text', 'Hello there.'),
      message('assistant', type, 'Good morning.'),
      message('system', 'input_text', 'look_up returned: {"paid":true}'),
    ])
    expect(wire.hear(updated).sent).toEqual([])
  })

  test('answers once it is ready where an answer is due', () => {
    const wire = puppet(openaiRealtime, { apiKey: key }, { ...testBrief, history, due: true })
    expect(wire.hear(updated).sent).toMatchObject([{ type: 'response.create' }])
    expect(wire.hear(updated).sent).toEqual([])
  })
})
