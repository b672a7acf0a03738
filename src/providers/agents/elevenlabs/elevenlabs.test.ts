import { describe, expect, test } from 'vitest'
import { agentConformance } from '../../../../test/conformance/agent.ts'
import { puppet, testBrief } from '../../../protocols/agent/fakes.ts'
import type { Brief } from '../../../spec/agent.ts'
import type { HttpResponse } from '../../../spec/http.ts'
import { elevenlabs } from './elevenlabs.ts'
import { settings } from './settings.ts'

const key = 'xi-test-0123456789'
const agentId = 'agent_1'
const signed = 'wss://api.elevenlabs.io/v1/convai/conversation?agent_id=agent_1&conversation_signature=sig'

function metadata(hears = 'ulaw_8000', speaks = 'ulaw_8000') {
  return {
    type: 'conversation_initiation_metadata',
    conversation_initiation_metadata_event: {
      conversation_id: 'conv_1',
      agent_output_audio_format: speaks,
      user_input_audio_format: hears,
    },
  }
}

function answered(status: number, body: object): HttpResponse {
  return { status, headers: {}, body: Buffer.from(JSON.stringify(body)) }
}

const failure = {
  type: 'error',
  error_event: { code: 1008, error_type: 'override_error', message: 'no override with KEY' },
}

function ready(more: object = {}, brief: Brief = testBrief) {
  const wire = puppet(elevenlabs, { agentId, apiKey: key, ...more }, brief)
  wire.hear(metadata())
  return wire
}

/** 20 ms of the caller's line, so many times. */
function pass(wire: ReturnType<typeof ready>, ms: number) {
  const events = []
  for (let at = 0; at < ms; at += 20) events.push(...wire.sound(new Int16Array(160)).events)
  return events
}

const sound = (event_id: number, ms = 100) => ({
  type: 'audio',
  audio_event: { audio_base_64: Buffer.alloc(ms * 8, 0x80).toString('base64'), event_id },
})
const response = (words: string, event_id = 1) => ({
  type: 'agent_response',
  agent_response_event: { agent_response: words, event_id },
})
const part = (words: string, type = 'delta') => ({
  type: 'agent_chat_response_part',
  text_response_part: { text: words, type, event_id: 1 },
})
const interruption = (event_id: number) => ({ type: 'interruption', interruption_event: { event_id } })
const transcript = (words: string) => ({
  type: 'user_transcript',
  user_transcription_event: { user_transcript: words, event_id: 9 },
})
const tentative = (words: string) => ({
  type: 'tentative_user_transcript',
  tentative_user_transcription_event: { user_transcript: words, event_id: 9 },
})
const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type)

agentConformance('ElevenLabs', {
  spec: elevenlabs,
  says: [
    metadata(),
    sound(1),
    sound(5),
    response('Hello.'),
    part('Hel'),
    interruption(3),
    tentative('hel'),
    transcript('Hello.'),
    { type: 'ping', ping_event: { event_id: 7 } },
    { type: 'client_tool_call', client_tool_call: { tool_name: 'look_up', tool_call_id: 't1', parameters: { id: 4 } } },
    { type: 'agent_response_correction', agent_response_correction_event: { corrected_agent_response: 'Hel' } },
  ],
  settings: { agentId, apiKey: key },
  answer: answered(200, { signed_url: signed }),
  ready: [{ text: JSON.stringify(metadata()) }],
  failed: [{ text: JSON.stringify(failure) }],
})

describe('the way there', () => {
  const open = (given: object) => {
    const { body } = elevenlabs
    if (body.by !== 'wire') throw new Error('it is on a wire')
    return body.open(settings.parse({ agentId, ...given }), testBrief, { time: 0, id: () => 'id' })
  }

  test('is asked for with the key', () => {
    const asking = open({ apiKey: key, baseUrl: 'https://api.us.elevenlabs.io/' })
    expect(asking.next(undefined as never).value).toEqual({
      method: 'GET',
      url: 'https://api.us.elevenlabs.io/v1/convai/conversation/get-signed-url?agent_id=agent_1',
      headers: { 'xi-api-key': key },
    })
    expect(asking.next(answered(200, { signed_url: signed }))).toMatchObject({ value: { url: signed, headers: {} } })
  })

  test('is known for a public agent', () => {
    expect(open({}).next(undefined as never)).toMatchObject({
      done: true,
      value: { url: 'wss://api.elevenlabs.io/v1/convai/conversation?agent_id=agent_1', headers: {} },
    })
  })

  test.each([
    [401, { detail: { status: 'invalid_api_key', message: `Invalid API key ${key}` } }, 'vendor.credentials'],
    [404, { detail: { status: 'not_found', message: 'no such agent' } }, 'settings.invalid'],
    [429, {}, 'vendor.rate-limited'],
    [500, 'oops', 'vendor.failed'],
    [200, { signed_url: 'https://elsewhere' }, 'vendor.failed'],
  ])('%i %j: %3$s', (status, body, code) => {
    const asking = open({ apiKey: key })
    asking.next(undefined as never)
    let error: unknown
    try {
      asking.next(answered(status, Object(body)))
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code })
    expect(String(error)).not.toContain(key)
  })
})

describe('the first message', () => {
  test('changes what it is to change, and names the call', () => {
    const brief = { ...testBrief, greeting: 'Hello {name}.', variables: { name: 'Ada', none: null, system__x: 1 } }
    const given = { agentId, prompt: 'Help {name}.', voiceId: 'v1', language: 'en' }
    expect(puppet(elevenlabs, given, brief).sent).toEqual([
      {
        type: 'conversation_initiation_client_data',
        conversation_config_override: {
          agent: { prompt: { prompt: 'Help Ada.' }, first_message: 'Hello Ada.', language: 'en' },
          tts: { voice_id: 'v1' },
        },
        dynamic_variables: {
          call_id: 'call_1',
          caller: '+15550100001',
          called: '+15550100002',
          direction: 'inbound',
          name: 'Ada',
        },
      },
    ])
  })

  test('changes nothing that nobody asked for', () => {
    expect(puppet(elevenlabs, { agentId }).sent[0]).not.toHaveProperty('conversation_config_override')
  })
})

describe('sound', () => {
  test('is what the agent declares', () => {
    const wire = puppet(elevenlabs, { agentId })
    expect(wire.sound(new Int16Array(160)).sent).toEqual([])
    expect(wire.hear(metadata('pcm_16000', 'pcm_24000')).events).toEqual([
      { type: 'sound', hears: 16_000, speaks: 24_000 },
      { type: 'ready' },
    ])
    expect(wire.sound(Int16Array.of(1, 2)).sent).toEqual([{ user_audio_chunk: 'AQACAA==' }])
    const heard = wire.hear({ type: 'audio', audio_event: { audio_base_64: 'AQACAA==', event_id: 1 } })
    expect(heard.events.at(-1)).toEqual({ type: 'audio', pcm: Int16Array.of(1, 2) })
  })

  test('that we do not speak ends it', () => {
    const wire = puppet(elevenlabs, { agentId })
    expect(wire.hear(metadata('ulaw_8000', 'opus_48000')).events).toMatchObject([
      { type: 'failed', code: 'media.format', fatal: true },
      { type: 'closed' },
    ])
  })

  test('that is none is told, and passed over', () => {
    const broken = { type: 'audio', audio_event: { audio_base_64: '?', event_id: 1 } }
    expect(ready().hear(broken).events).toMatchObject([{ type: 'failed', fatal: false }])
  })
})

describe('a reply', () => {
  test('has its words once, and ends a second after its last sound', () => {
    const wire = ready()
    expect(types(wire.hear(response('Hello.'), sound(2), sound(3)).events)).toEqual([
      ...['reply-started', 'reply-text', 'audio', 'audio'],
    ])
    expect(pass(wire, 980)).toEqual([])
    expect(pass(wire, 20)).toEqual([{ type: 'reply-ended', reply: 'reply_1' }])
    expect(types(wire.hear(sound(4)).events)).toEqual(['reply-started', 'audio'])
  })

  test('whose words come behind its sound, or in parts, is one reply', () => {
    const late = ready()
    expect(types(late.hear(sound(1), response('Hello.')).events)).toEqual(['reply-started', 'audio', 'reply-text'])
    const parts = ready().hear(part('', 'start'), part('Hel'), part('lo.'), response('Hello.'), sound(5))
    expect(types(parts.events)).toEqual(['reply-started', 'reply-text', 'reply-text', 'audio'])
  })

  test('is over when the next one’s words come', () => {
    const said = ready().hear(response('One.'), sound(2), response('Two.', 3))
    expect(types(said.events).slice(3)).toEqual(['reply-ended', 'reply-started', 'reply-text'])
  })

  test('without sound is waited for longer', () => {
    const wire = ready()
    wire.hear(response('Hello.'))
    expect(pass(wire, 4980)).toEqual([])
    expect(types(pass(wire, 20))).toEqual(['reply-ended'])
  })
})

describe('the caller', () => {
  test('is heard by the vendor', () => {
    const wire = ready()
    expect(wire.hear(tentative('hel'), tentative('hello')).events).toEqual([
      { type: 'caller-speech-started' },
      { type: 'caller-text', text: 'hel', final: false },
      { type: 'caller-text', text: 'hello', final: false },
    ])
    expect(wire.hear(transcript('Hello. ')).events).toEqual([
      { type: 'caller-speech-ended' },
      { type: 'caller-text', text: 'Hello.', final: true },
    ])
    expect(types(wire.hear(transcript('Again.')).events)).toEqual([
      ...['caller-speech-started', 'caller-speech-ended', 'caller-text'],
    ])
  })

  test('interrupts when the vendor says so; late sound of that turn is dropped', () => {
    const wire = ready()
    wire.hear(response('A long story.'), sound(5, 2000))
    // Words over the agent's voice are no interruption yet.
    expect(types(wire.hear(tentative('hm')).events)).toEqual(['caller-text'])
    expect(wire.hear(interruption(7)).events).toEqual([
      { type: 'caller-speech-started' },
      { type: 'reply-ended', reply: 'reply_1' },
    ])
    wire.order({ type: 'interrupt', heardMs: 100, reply: 'reply_1' })
    expect(wire.hear(sound(6)).events).toEqual([])
    expect(types(wire.hear(transcript('Stop.'), response('Yes?', 8), sound(9)).events)).toEqual([
      ...['caller-speech-ended', 'caller-text', 'reply-started', 'reply-text', 'audio'],
    ])
  })

  test('who only hums over it does not end its turn', () => {
    const wire = ready()
    wire.hear(response('A long story.'), sound(5, 2000))
    expect(types(wire.hear(transcript('Hm.')).events)).toEqual(['caller-text'])
  })
})

describe('stopped by us', () => {
  test('it is dropped, words and sound, until it has been silent for a second', () => {
    const wire = ready()
    wire.hear(sound(5))
    wire.order({ type: 'interrupt', heardMs: 50, reply: 'reply_1' })
    expect(wire.hear(response('Of the stopped one.'), sound(6)).events).toEqual([])
    pass(wire, 600)
    expect(wire.hear(sound(7)).events).toEqual([])
    expect(pass(wire, 1000)).toEqual([])
    expect(types(wire.hear(sound(8)).events)).toEqual(['reply-started', 'audio'])
  })

  test('or until the next words', () => {
    const wire = ready()
    wire.hear(response('One.'), sound(5))
    wire.order({ type: 'interrupt', heardMs: 50, reply: 'reply_1' })
    expect(wire.hear(sound(6)).events).toEqual([])
    expect(types(wire.hear(response('Two.'), sound(7)).events)).toEqual(['reply-started', 'reply-text', 'audio'])
  })

  test('what we write in the caller’s name is no speech of theirs', () => {
    const wire = ready()
    wire.hear(response('One.'), sound(5, 1000))
    wire.order({ type: 'interrupt', heardMs: 50, reply: 'reply_1' })
    expect(wire.order({ type: 'digit', digit: '42' }).sent).toEqual([{ type: 'user_message', text: '[DTMF: 42]' }])
    expect(wire.hear(interruption(6)).events).toEqual([])
    expect(types(wire.hear(sound(7)).events)).toEqual(['reply-started', 'audio'])
  })
})

describe('orders', () => {
  test('words to be said, and written ones, are messages of the caller’s', () => {
    const wire = ready()
    expect(wire.order({ type: 'say', text: 'Hi "you".' }).sent).toEqual([
      { type: 'user_message', text: expect.stringContaining('"Hi \\"you\\"."') },
    ])
    expect(wire.order({ type: 'text', text: 'hi' }).sent).toEqual([{ type: 'user_message', text: 'hi' }])
  })

  test('pings are answered', () => {
    expect(ready().hear({ type: 'ping', ping_event: { event_id: 7, ping_ms: 50 } }).sent).toEqual([
      { type: 'pong', event_id: 7 },
    ])
  })
})

describe('tools', () => {
  const call = (parameters: unknown, tool_call_id = 'tc_1') => ({
    type: 'client_tool_call',
    client_tool_call: { tool_name: 'look_up', tool_call_id, parameters, event_id: 3 },
  })

  test('are called, and answered once', () => {
    const wire = ready()
    const called = { type: 'tool-called', call: { id: 'tc_1', name: 'look_up', arguments: { id: 4 } } }
    expect(wire.hear(call({ id: 4 }), call({ id: 4 })).events).toEqual([called])
    const order = { type: 'tool-result', id: 'tc_1', ok: true, result: { status: 'paid' } } as const
    expect(wire.order(order).sent).toEqual([
      { type: 'client_tool_result', tool_call_id: 'tc_1', result: '{"status":"paid"}', is_error: false },
    ])
    expect(wire.order(order).sent).toEqual([])
  })

  test('that failed are told as errors; parameters that are none are refused', () => {
    const wire = ready()
    wire.hear(call(undefined))
    expect(wire.order({ type: 'tool-result', id: 'tc_1', ok: false, result: 'no' }).sent).toEqual([
      { type: 'client_tool_result', tool_call_id: 'tc_1', result: 'no', is_error: true },
    ])
    const broken = wire.hear(call('{"id":', 'tc_2'))
    expect(broken.events).toMatchObject([{ type: 'failed', fatal: false }])
    expect(broken.sent).toMatchObject([{ tool_call_id: 'tc_2', is_error: true }])
  })
})

describe('the end', () => {
  test('a proper close is the agent’s way to hang up, once its reply is over', () => {
    const wire = ready()
    wire.hear(response('Bye.'), sound(2))
    expect(wire.close(1000, 'ended').events).toMatchObject([
      { type: 'reply-ended' },
      { type: 'tool-called', call: { name: 'hang_up' } },
    ])
    expect(wire.close(1008).events).toEqual([])
  })

  test.each([
    ['override_error', 'settings.invalid', 'Security'],
    ['missing_dynamic_variable', 'settings.invalid', 'variables'],
    ['max_duration_exceeded', 'vendor.refused', 'longest'],
    ['unknown', 'vendor.failed', 'trouble'],
  ])('%s is told as what to do', (error_type, code, words) => {
    const error = { type: 'error', error_event: { code: 1008, error_type, message: `with ${key}` } }
    const { events } = ready().hear(error)
    expect(events).toMatchObject([
      { type: 'failed', code, fatal: true, message: expect.stringContaining(words) },
      { type: 'closed' },
    ])
    expect(JSON.stringify(events)).not.toContain(key)
  })

  test('types that nobody knows mean nothing', () => {
    const correction = { type: 'agent_response_correction', agent_response_correction_event: {} }
    expect(ready().hear(correction, { type: 'vad_score' }, { type: 'toString' })).toEqual({ events: [], sent: [] })
  })
})

describe('a conversation that goes on with another', () => {
  const history = [
    { role: 'agent', text: 'Hello.' },
    { role: 'caller', text: 'Where is my order?' },
    { role: 'tool', id: 't', name: 'look_up', result: 'paid' },
  ] as const

  test('is told what was said', () => {
    const wire = puppet(elevenlabs, { agentId, apiKey: key }, { ...testBrief, history })
    expect(wire.sent[1]).toEqual({
      type: 'contextual_update',
      text: expect.stringMatching(/You: Hello\.\nCaller: Where is my order\?\nTool: look_up returned paid$/),
    })
  })

  test('its first words are not let through; then it goes on where an answer is due, once', () => {
    const wire = ready({}, { ...testBrief, history, due: true })
    expect(wire.hear(sound(1)).events).toEqual([])
    expect(wire.hear(response('Hello.')).events).toEqual([])
    const given = Array.from({ length: 100 }, () => wire.sound(new Int16Array(160)).sent).flat()
    expect(given.filter((sent) => 'type' in Object(sent))).toMatchObject([{ type: 'user_message' }])
    expect(wire.hear(sound(2)).events).toMatchObject([{ type: 'reply-started' }, { type: 'audio' }])
  })

  test('what the caller says meanwhile is answered instead', () => {
    const wire = ready({}, { ...testBrief, history, due: true })
    wire.hear({ type: 'user_transcript', user_transcription_event: { user_transcript: 'Are you there?' } })
    const given = Array.from({ length: 200 }, () => wire.sound(new Int16Array(160)).sent).flat()
    expect(given.filter((sent) => 'type' in Object(sent))).toEqual([])
    expect(wire.hear(sound(1)).events).toMatchObject([{ type: 'reply-started' }, { type: 'audio' }])
  })
})
