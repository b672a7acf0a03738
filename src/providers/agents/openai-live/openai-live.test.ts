import type { ServerEvent } from 'openai/resources/live/live.js'
import { describe, expect, test } from 'vitest'
import { agentConformance } from '../../../../test/conformance/agent.ts'
import { puppet, testBrief, testTools } from '../../../protocols/agent/fakes.ts'
import { openaiLive } from './openai-live.ts'
import { settings } from './settings.ts'

const key = 'sk-test-0123456789'

/** Events as the vendor's own types have them; only what stands there is read. */
type Event = { [E in ServerEvent as E['type']]: Partial<E> & { readonly type: E['type'] } }[ServerEvent['type']]

const started = {
  type: 'session.started',
  session: {
    id: 'live_1',
    expires_at: 1_800_000_000,
    model: 'gpt-live-1',
    status: 'active',
    audio: { format: { type: 'audio/pcmu', rate: 8000 } },
  },
} satisfies Event

const refusal = {
  type: 'error',
  error: { type: 'invalid_request_error', code: 'unknown_parameter', message: 'no KEY' },
} satisfies Event

agentConformance('GPT-Live', {
  spec: openaiLive,
  says: [
    started,
    { type: 'session.output_audio.delta', delta: Buffer.alloc(160, 0x80).toString('base64') },
    { type: 'session.output_audio.delta', delta: Buffer.alloc(5600, 0xff).toString('base64') },
    { type: 'session.output_transcript.delta', delta: 'Hello.', start_ms: 1, end_ms: 2 },
    { type: 'session.input_transcript.delta', delta: 'Hi.', start_ms: 1, end_ms: 2 },
    { type: 'session.delegation.created', delegation: { id: 'd1', target: 'client' }, offset_ms: 3 },
    {
      type: 'response.event',
      event: {
        type: 'response.output_item.done',
        item: { type: 'function_call', call_id: 'c1', name: 'look_up', arguments: '{}' },
      },
    },
    { type: 'response.event', event: { type: 'response.completed', response: { usage: { input_tokens: 1 } } } },
    { type: 'session.usage.updated', usage: { seconds: 2 } },
    { type: 'session.closed', reason: 'expired', usage: { seconds: 3 } },
  ],
  settings: { apiKey: key },
  ready: [{ text: JSON.stringify(started) }],
  failed: [{ text: JSON.stringify(refusal) }],
})

function ready(more: object = {}) {
  const wire = puppet(openaiLive, { apiKey: key, ...more })
  wire.hear(started)
  return wire
}

/** Loud is 0x80 in µ-law, silent 0xff. */
function sound(ms: number, loud = true) {
  const delta = Buffer.alloc(ms * 8, loud ? 0x80 : 0xff).toString('base64')
  return { type: 'session.output_audio.delta', delta } satisfies Event
}
const said = (delta: string) => ({ type: 'session.output_transcript.delta', delta }) satisfies Event
const heard = (delta: string) => ({ type: 'session.input_transcript.delta', delta }) satisfies Event
const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type)

function pass(wire: ReturnType<typeof ready>, ms: number) {
  const events = []
  for (let at = 0; at < ms; at += 20) events.push(...wire.sound(new Int16Array(160)).events)
  return events
}

describe('the session', () => {
  test('is started with its sound, its voice, and a backend for the tools', () => {
    const given = { apiKey: key, prompt: 'Help {name}.', backendPrompt: 'Look up for {name}.' }
    const wire = puppet(openaiLive, given)
    expect(wire.sent).toEqual([
      {
        type: 'session.start',
        session: {
          model: 'gpt-live-1',
          instructions: 'Help Ada.',
          audio: { format: { type: 'audio/pcmu', rate: 8000 }, output: { voice: 'marin' } },
          delegation: {
            type: 'responses',
            responses: {
              model: 'gpt-4.1-mini',
              instructions: 'Look up for Ada.',
              tools: testTools.map((tool) => ({ type: 'function', ...tool })),
              tool_choice: 'auto',
            },
          },
        },
      },
    ])
    expect(wire.sound(new Int16Array(160)).sent).toEqual([])
    expect(wire.hear(started).events).toEqual([{ type: 'expires', at: 1_800_000_000_000 }, { type: 'ready' }])
    expect(wire.sound(new Int16Array(3)).sent).toEqual([{ type: 'session.input_audio.append', audio: '////' }])
  })

  test('in the place of another it is told what was said, and to speak where the caller waits', () => {
    const history = [
      { role: 'caller', text: 'Is it paid?' },
      { role: 'tool', id: 't', name: 'look_up', result: '"paid"' },
      { role: 'agent', text: 'It is' },
      { role: 'system', text: 'Go on from there.' },
    ] as const
    const wire = puppet(openaiLive, { apiKey: key }, { ...testBrief, history, due: true })
    const input = [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Is it paid?' }] },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'look_up returned: "paid"' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'It is' }] },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Go on from there.' }] },
    ]
    expect(wire.sent).toMatchObject([{ session: { input } }])
    expect(wire.hear(started).sent).toMatchObject([{ type: 'session.instructions.append', delegation_id: null }])
    expect(wire.hear(started).sent).toEqual([])
    const answered = puppet(openaiLive, { apiKey: key }, { ...testBrief, history: history.slice(0, 3) })
    expect(answered.hear(started).sent).toEqual([])
    const asked = puppet(openaiLive, { apiKey: key }, { ...testBrief, history: history.slice(0, 1) })
    expect(asked.hear(started).sent).toHaveLength(1)
  })

  test('of a long talk it is told the newest part', () => {
    const history = Array.from({ length: 200 }, (_, at) => ({ role: 'caller', text: `${at}`.padEnd(1_000) }) as const)
    const [{ session }] = puppet(openaiLive, { apiKey: key }, { ...testBrief, history }).sent as [
      { session: { input: readonly { content: readonly [{ text: string }] }[] } },
    ]
    expect(session.input).toHaveLength(32)
    expect(session.input.at(-1)?.content[0].text).toBe(history.at(-1)?.text)
  })

  test('that breaks while the caller speaks leaves their words behind', () => {
    const wire = ready()
    wire.hear({ type: 'session.input_transcript.delta', delta: 'My number is' } satisfies Event)
    expect(wire.close(1006).events).toMatchObject([
      { type: 'caller-text', text: 'My number is', final: true },
      { type: 'failed', code: 'vendor.failed', fatal: true },
      { type: 'closed' },
    ])
    expect(ready().close(1006).events).toEqual([])
  })

  test.each([
    [{ apiKey: key, backend: '' }, testBrief],
    [{ apiKey: key }, { ...testBrief, tools: [] }],
  ])('without backend or tools tasks come to us, and are sent back', (given, brief) => {
    const wire = puppet(openaiLive, given, brief)
    expect(wire.sent).toMatchObject([{ session: { delegation: { type: 'client' } } }])
    const delegation = { id: 'd1', type: 'delegation', target: 'client' } as const
    expect(wire.hear({ type: 'session.delegation.created', delegation } satisfies Event).sent).toMatchObject([
      { type: 'session.thinking.append', delegation_id: 'd1' },
    ])
  })

  test('the sound that it settled on is obeyed, or ends it', () => {
    const format = (type: string, rate?: number) => ({ ...started, session: { audio: { format: { type, rate } } } })
    const other = puppet(openaiLive, { apiKey: key })
    expect(other.hear(format('audio/pcm', 24_000)).events[0]).toEqual({ type: 'sound', hears: 24_000, speaks: 24_000 })
    const strange = puppet(openaiLive, { apiKey: key })
    expect(strange.hear(format('audio/opus')).events).toMatchObject([{ code: 'media.format' }, { type: 'closed' }])
  })

  test('without a key there is none', () => {
    const { body } = openaiLive
    if (body.by !== 'wire') throw new Error('it is on a wire')
    const opening = body.open(settings.parse({}), testBrief, { time: 0, id: () => 'id' })
    expect(() => opening.next(undefined as never)).toThrow('no API key')
  })
})

describe('a reply', () => {
  test('begins with sound, and ends with a pause in it', () => {
    const wire = ready()
    expect(wire.hear(sound(100, false)).events).toEqual([])
    expect(types(wire.hear(said('Hel'), sound(100), said('lo.')).events)).toEqual([
      ...['reply-started', 'reply-text', 'audio', 'reply-text'],
    ])
    expect(types(wire.hear(sound(500, false)).events)).toEqual(['audio'])
    expect(types(wire.hear(sound(100), sound(500, false)).events)).toEqual(['audio', 'audio'])
    expect(wire.hear(sound(100, false)).events).toEqual([{ type: 'reply-ended', reply: 'reply_1' }])
    expect(wire.hear(sound(100, false)).events).toEqual([])
  })

  test('ends where the stream stops', () => {
    const wire = ready()
    wire.hear(sound(100))
    expect(pass(wire, 980)).toEqual([])
    expect(types(pass(wire, 20))).toEqual(['reply-ended'])
  })

  test('that we stop is dropped until it pauses', () => {
    const wire = ready()
    wire.hear(said('A long '), sound(100))
    expect(wire.order({ type: 'interrupt', heardMs: 50, reply: 'reply_1' }).sent).toEqual([])
    expect(wire.hear(said('story'), sound(100), sound(200, false), sound(100)).events).toEqual([])
    expect(wire.hear(sound(300, false)).events).toEqual([])
    expect(types(wire.hear(said('Yes?'), sound(100)).events)).toEqual(['reply-started', 'reply-text', 'audio'])
  })
})

describe('the caller', () => {
  test('said it all when the agent speaks', () => {
    const wire = ready()
    expect(wire.hear(heard('Hello '), heard('there. ')).events).toEqual([
      { type: 'caller-text', text: 'Hello', final: false },
      { type: 'caller-text', text: 'Hello there.', final: false },
    ])
    expect(wire.hear(sound(100)).events.slice(0, 2)).toEqual([
      { type: 'caller-text', text: 'Hello there.', final: true },
      { type: 'reply-started', reply: 'reply_1' },
    ])
  })
})

describe('orders', () => {
  test.each([
    [{ type: 'say', text: 'Hello.' }, 'session.commentary.append', 'Hello.'],
    [{ type: 'digit', digit: '42' }, 'session.instructions.append', '42'],
    [{ type: 'text', text: 'hi' }, 'session.instructions.append', 'hi'],
  ] as const)('%j', (order, type, words) => {
    const content = expect.stringContaining(words)
    expect(ready().order(order).sent).toEqual([{ type, delegation_id: null, content }])
  })
})

describe('tools', () => {
  const call = (json: string, call_id = 'c1') =>
    ({
      type: 'response.event',
      event: {
        type: 'response.output_item.done',
        item: { type: 'function_call', call_id, name: 'look_up', arguments: json },
      },
    }) satisfies Event
  const result = (id: string, more: object = {}) =>
    ({ type: 'tool-result', id, ok: true, result: 'paid', ...more }) as const

  test('are called by the backend, which goes on once all have returned', () => {
    const wire = ready()
    expect(wire.hear(call('{"id":4}'), call('{"id":4}')).events).toEqual([
      { type: 'tool-called', call: { id: 'c1', name: 'look_up', arguments: { id: 4 } } },
    ])
    wire.hear(call('', 'c2'))
    const item = { type: 'function_call_output', call_id: 'c1', output: 'paid' }
    expect(wire.order(result('c1')).sent).toEqual([{ type: 'response.item.create', item }])
    expect(wire.order(result('c2')).sent).toMatchObject([{}, { type: 'response.create' }])
    expect(wire.order(result('c2')).sent).toEqual([])
  })

  test('after the last one nothing goes on', () => {
    const wire = ready()
    wire.hear(call('{}'))
    expect(wire.order(result('c1', { last: true })).sent).toHaveLength(1)
  })

  test('broken arguments are told, and asked for again', () => {
    const said = ready().hear(call('{"id":'))
    expect(said.events).toMatchObject([{ type: 'failed', fatal: false }])
    expect(said.sent).toMatchObject([
      { item: { output: expect.stringContaining('JSON') } },
      { type: 'response.create' },
    ])
  })

  test('what the backend used is told, and that it failed', () => {
    const of = (event: Record<string, unknown>) => ({ type: 'response.event', event }) satisfies Event
    const usage = { input_tokens: 3, output_tokens: 2 }
    expect(ready().hear(of({ type: 'response.completed', response: { usage } })).events).toEqual([
      { type: 'usage', usage: { inputTokens: 3, outputTokens: 2 } },
    ])
    const error = { message: 'overloaded' }
    expect(ready().hear(of({ type: 'response.failed', response: { error } })).events).toMatchObject([
      { type: 'failed', fatal: false, message: expect.stringContaining('overloaded') },
    ])
  })
})

describe('the end', () => {
  test('minutes are told as they come on top', () => {
    const used = (seconds: number) => ({ type: 'session.usage.updated', usage: { seconds } }) satisfies Event
    expect(ready().hear(used(2), used(2), used(3.5)).events).toEqual([
      { type: 'usage', usage: { sessionMs: 2000 } },
      { type: 'usage', usage: { sessionMs: 1500 } },
    ])
  })

  test.each([
    ['expired', 'vendor.failed'],
    ['content', 'vendor.refused'],
    ['connection_lost', 'vendor.failed'],
  ] as const)('%s is told', (reason, code) => {
    const wire = ready()
    wire.hear(heard('Hello.'))
    expect(wire.hear({ type: 'session.closed', reason, usage: { seconds: 1 } } satisfies Event).events).toMatchObject([
      { type: 'usage' },
      { type: 'caller-text', final: true },
      { type: 'failed', code, fatal: true },
      { type: 'closed' },
    ])
  })

  test('asked for, it is no failure; errors are, some of them for good', () => {
    expect(types(ready().hear({ type: 'session.closed', reason: 'close_requested' } satisfies Event).events)).toEqual([
      'closed',
    ])
    expect(ready().hear(refusal).events).toMatchObject([{ type: 'failed', fatal: false }])
    expect(types(puppet(openaiLive, { apiKey: key }).hear(refusal).events)).toEqual(['failed', 'closed'])
    const quota = { type: 'error', error: { type: 'x', code: 'insufficient_quota', message: '' } } satisfies Event
    expect(ready().hear(quota).events).toMatchObject([{ code: 'vendor.refused', fatal: true }, { type: 'closed' }])
  })

  test('sound that cannot be read is passed over, and so is what nobody knows', () => {
    const broken = { type: 'session.output_audio.delta', delta: '?' } satisfies Event
    expect(ready().hear(broken).events).toMatchObject([{ type: 'failed', fatal: false }])
    expect(ready().hear({ type: 'info' }, { type: 'toString' })).toEqual({ events: [], sent: [] })
  })
})
