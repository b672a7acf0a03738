import { describe, expect, test } from 'vitest'
import { modelConformance } from '../../../../test/conformance/llm.ts'
import { eventStream, fakeHost, hear, type FakeAnswer } from '../../../protocols/vendor/fakes.ts'
import type { Tool, Turn } from '../../../spec/speech.ts'
import { anthropic } from './anthropic.ts'

const key = 'sk-ant-secret-0123'
const tool: Tool = { name: 'look_up', description: 'Looks up.', parameters: { type: 'object', properties: {} } }

async function reply(
  answers: readonly FakeAnswer[],
  { settings = {}, ...options }: { settings?: object; history?: readonly Turn[]; tools?: readonly Tool[] } = {},
) {
  const host = fakeHost(answers)
  const model = await anthropic.open(anthropic.settings.parse({ key, ...settings }), host.part)
  const heard = await hear(model, host, options)
  const sent = host.sent.map((request) => ({ ...request, body: JSON.parse(String(request.body)) as unknown }))
  return { ...heard, host, model, sent }
}

const start = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    role: 'assistant',
    content: [],
    usage: { input_tokens: 5, cache_read_input_tokens: 30, cache_creation_input_tokens: 0, output_tokens: 1 },
  },
}
const block = (index: number, content_block: object) => ({ type: 'content_block_start', index, content_block })
const delta = (index: number, part: object) => ({ type: 'content_block_delta', index, delta: part })
const said = (text: string, index = 0) => delta(index, { type: 'text_delta', text })
const end = (stop_reason: string) => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 15 } },
  { type: 'message_stop' },
]
const use = (id: string, name: string) => ({ type: 'tool_use', id, name, input: {} })

const text = eventStream(
  start,
  block(0, { type: 'text', text: '' }),
  { type: 'ping' },
  said('Grüß '),
  said('Gott. 👋'),
  { type: 'content_block_stop', index: 0 },
  ...end('end_turn'),
)

const tools = eventStream(
  start,
  block(0, { type: 'thinking', thinking: '', signature: '' }),
  delta(0, { type: 'thinking_delta', thinking: 'Never spoken.' }),
  delta(0, { type: 'signature_delta', signature: 'c2ln' }),
  block(1, { type: 'text', text: '' }),
  said('One moment.', 1),
  block(2, use('toolu_1', 'look_up')),
  delta(2, { type: 'input_json_delta', partial_json: '{"day"' }),
  delta(2, { type: 'input_json_delta', partial_json: ':"friday"}' }),
  block(3, use('toolu_2', 'hang_up')),
  delta(3, { type: 'input_json_delta', partial_json: '' }),
  ...end('tool_use'),
)

describe('the request', () => {
  test('keeps to the rules of roles: system apart, user first and last, results right after their calls', async () => {
    const history: readonly Turn[] = [
      { role: 'system', text: 'Be brief.' },
      { role: 'agent', text: 'Hello.' },
      { role: 'caller', text: 'Friday?' },
      {
        role: 'agent',
        text: 'One moment.',
        tools: [
          { id: 'call.1', name: 'look_up', arguments: { day: 'friday' } },
          { id: 'call.2', name: 'look_up', arguments: {} },
        ],
      },
      { role: 'tool', id: 'call.1', name: 'look_up', result: '' },
      { role: 'caller', text: 'Hello?' },
      { role: 'agent', text: 'It is free.' },
    ]
    const { sent } = await reply([{ body: text }], { history, tools: [tool], settings: { temperature: 0.5 } })
    expect(sent[0]).toMatchObject({
      url: 'https://api.anthropic.com/v1/messages',
      headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    })
    const text_ = (words: string) => ({ type: 'text', text: words })
    expect(sent[0]?.body).toEqual({
      model: 'claude-haiku-5-5',
      max_tokens: 1024,
      stream: true,
      temperature: 0.5,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: [text_('(The call was answered.)')] },
        { role: 'assistant', content: [text_('Hello.')] },
        { role: 'user', content: [text_('Friday?')] },
        {
          role: 'assistant',
          content: [
            text_('One moment.'),
            { type: 'tool_use', id: 'call_1', name: 'look_up', input: { day: 'friday' } },
            { type: 'tool_use', id: 'call_2', name: 'look_up', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1', content: '(no result)' },
            { type: 'tool_result', tool_use_id: 'call_2', content: 'cancelled' },
            text_('Hello?'),
          ],
        },
        { role: 'assistant', content: [text_('It is free.')] },
        { role: 'user', content: [text_('(The caller says nothing.)')] },
      ],
      tools: [{ name: 'look_up', description: 'Looks up.', input_schema: tool.parameters }],
    })
  })

  test('leaves out what is not set', async () => {
    const { sent } = await reply([{ body: text }], { settings: { cache: false, baseUrl: 'http://x.test/v1/' } })
    expect(sent[0]?.url).toBe('http://x.test/v1/messages')
    expect(sent[0]?.body).toEqual({
      model: 'claude-haiku-5-5',
      max_tokens: 1024,
      stream: true,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    })
  })
})

describe('the stream', () => {
  test.each([1, 2, 7, 1e6])('reads the same in pieces of %d bytes', async (size) => {
    const { text: heard, usage, error } = await reply([{ body: text, size }])
    expect(error).toBeUndefined()
    expect(heard).toBe('Grüß Gott. 👋')
    expect(usage).toEqual({ inputTokens: 35, cachedTokens: 30, outputTokens: 15 })
  })

  test('holds tool calls; signed thinking goes back before them, and is not spoken', async () => {
    const first = await reply([{ body: tools }, { body: text }], { tools: [tool] })
    expect(first.text).toBe('One moment.')
    expect(first.calls).toEqual([
      { id: 'toolu_1', name: 'look_up', arguments: { day: 'friday' } },
      { id: 'toolu_2', name: 'hang_up', arguments: {} },
    ])
    await hear(first.model, first.host, { history: [{ role: 'agent', text: '', tools: first.calls }] })
    const { messages } = JSON.parse(String(first.host.sent[1]?.body)) as { messages: readonly { content: object[] }[] }
    expect(messages[1]?.content).toEqual([
      { type: 'thinking', thinking: 'Never spoken.', signature: 'c2ln' },
      { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: { day: 'friday' } },
      { type: 'tool_use', id: 'toolu_2', name: 'hang_up', input: {} },
    ])
  })
})

const error = (type: string, message: string) => JSON.stringify({ type: 'error', error: { type, message } })

test.each<[string, FakeAnswer, string, RegExp]>([
  [
    'a refused key',
    { status: 401, body: error('authentication_error', `invalid x-api-key ${key}`) },
    'vendor.credentials',
    /check the API key/,
  ],
  [
    'an unknown model',
    { status: 404, body: error('not_found_error', 'model: x') },
    'settings.invalid',
    /"claude-haiku-5-5"/,
  ],
  [
    'no money',
    { status: 400, body: error('invalid_request_error', 'Your credit balance is too low') },
    'vendor.refused',
    /no money/,
  ],
  [
    'a call too long',
    { status: 400, body: error('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum') },
    'vendor.refused',
    /too long for this model/,
  ],
  [
    'overload in the middle',
    { body: eventStream(start, said('One')) + `event: error\ndata: ${error('overloaded_error', 'Overloaded')}\n\n` },
    'vendor.failed',
    /it is overloaded/,
  ],
  ['a refusal', { body: eventStream(start, said('One'), ...end('refusal')) }, 'vendor.refused', /withheld.*refusal/],
  ['thoughts only', { body: eventStream(start, ...end('max_tokens')) }, 'vendor.failed', /before its first word/],
  [
    'a full window',
    { body: eventStream(start, said('One'), ...end('model_context_window_exceeded')) },
    'vendor.refused',
    /too long for this model/,
  ],
  ['a stream cut short', { body: eventStream(start, said('One')) }, 'vendor.failed', /in the middle/],
])('%s is named', async (_, answer, code, message) => {
  const { error: failure, sent } = await reply([answer])
  expect(failure).toMatchObject({ code, message: expect.stringMatching(message) })
  expect(String(failure)).not.toContain(key)
  expect(sent).toHaveLength(1)
})

test('an overloaded vendor is asked again', async () => {
  const { text: heard, sent } = await reply([{ status: 529, body: error('overloaded_error', 'x') }, { body: text }])
  expect(heard).toBe('Grüß Gott. 👋')
  expect(sent).toHaveLength(2)
})

const kinds: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
}

modelConformance('anthropic', {
  spec: anthropic,
  settings: { key },
  streams: {
    text: eventStream(
      start,
      block(0, { type: 'text', text: '' }),
      said('Hello there,'),
      said(' Zoë.'),
      ...end('end_turn'),
    ),
    tools: eventStream(
      start,
      block(0, use('toolu_1', 'book_table')),
      delta(0, { type: 'input_json_delta', partial_json: '{"guests":2}' }),
      block(1, use('toolu_2', 'book_table')),
      ...end('tool_use'),
    ),
    broken: eventStream(start, said('Hello')) + `event: error\ndata: ${error('api_error', 'oops')}\n\n`,
    refusal: (status) => error(kinds[status] ?? 'api_error', 'no good: KEY'),
  },
})

test('broken input stands with what is wrong, for the model to be told', async () => {
  const body = eventStream(
    start,
    block(0, use('toolu_1', 'look_up')),
    delta(0, { type: 'input_json_delta', partial_json: '{"da' }),
    ...end('max_tokens'),
  )
  const { error: failure, calls } = await reply([{ body }])
  expect(failure).toBeUndefined()
  expect(calls).toMatchObject([{ name: 'look_up', arguments: {}, broken: expect.stringMatching(/no JSON object/) }])
})
