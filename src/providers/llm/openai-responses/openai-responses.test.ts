import { describe, expect, test } from 'vitest'
import { modelConformance } from '../../../../test/conformance/llm.ts'
import { eventStream, fakeHost, hear, type FakeAnswer } from '../../../protocols/vendor/fakes.ts'
import type { Tool, Turn } from '../../../spec/speech.ts'
import { openaiResponses } from './openai-responses.ts'

const key = 'sk-secret-0123'
const tool: Tool = { name: 'look_up', description: 'Looks up.', parameters: { type: 'object', properties: {} } }

async function reply(
  answers: readonly FakeAnswer[],
  { settings = {}, ...options }: { settings?: object; history?: readonly Turn[]; tools?: readonly Tool[] } = {},
) {
  const host = fakeHost(answers)
  const model = await openaiResponses.open(openaiResponses.settings.parse({ key, ...settings }), host.part)
  const heard = await hear(model, host, options)
  const sent = host.sent.map((request) => ({ ...request, body: JSON.parse(String(request.body)) as unknown }))
  return { ...heard, host, model, sent }
}

const usage = {
  input_tokens: 40,
  input_tokens_details: { cached_tokens: 32 },
  output_tokens: 12,
  output_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 52,
}
const thought = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' }
const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'look_up' }
const again = { type: 'function_call', id: 'fc_2', call_id: 'call_2', name: 'hang_up' }
const said = (delta: string) => ({ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, delta })
const completed = { type: 'response.completed', response: { status: 'completed', usage } }

const text = eventStream(
  { type: 'response.created', response: {} },
  { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg_1' } },
  said('Grüß '),
  said('Gott. 👋'),
  { type: 'response.output_text.done', text: 'Grüß Gott. 👋' },
  completed,
)

const tools = eventStream(
  { type: 'response.output_item.added', output_index: 0, item: { ...thought, encrypted_content: '' } },
  { type: 'response.reasoning_summary_text.delta', delta: 'Never spoken.' },
  { type: 'response.output_item.done', output_index: 0, item: thought },
  { type: 'response.output_item.added', output_index: 1, item: { ...call, arguments: '' } },
  { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"day"' },
  { type: 'response.output_item.added', output_index: 2, item: { ...again, arguments: '' } },
  { type: 'response.function_call_arguments.delta', output_index: 1, delta: ':"friday"}' },
  { type: 'response.output_item.done', output_index: 1, item: { ...call, arguments: '{"day":"friday"}' } },
  { type: 'response.output_item.done', output_index: 2, item: { ...again, arguments: '' } },
  completed,
)

describe('the request', () => {
  test('is one streamed response that nothing of is stored', async () => {
    const history: readonly Turn[] = [
      { role: 'system', text: 'Be brief.' },
      { role: 'agent', text: 'Hello.' },
      { role: 'caller', text: 'Friday?' },
      { role: 'agent', text: '', tools: [{ id: 'call/1', name: 'look_up', arguments: { day: 'friday' } }] },
      { role: 'tool', id: 'call/1', name: 'look_up', result: 'free' },
    ]
    const settings = { effort: 'low', replyLimit: 300, priority: true, temperature: 0.2, baseUrl: 'http://x.test/v1/' }
    const { sent } = await reply([{ body: text }], { history, tools: [tool], settings })
    expect(sent[0]).toMatchObject({ url: 'http://x.test/v1/responses', headers: { authorization: `Bearer ${key}` } })
    expect(sent[0]?.body).toEqual({
      model: 'gpt-4.1-mini',
      stream: true,
      store: false,
      instructions: 'Be brief.',
      input: [
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Friday?' },
        { type: 'function_call', call_id: 'call_1', name: 'look_up', arguments: '{"day":"friday"}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'free' },
      ],
      tools: [{ type: 'function', ...tool, strict: false }],
      parallel_tool_calls: true,
      reasoning: { effort: 'low' },
      max_output_tokens: 300,
      temperature: 0.2,
      service_tier: 'priority',
    })
  })

  test('has some input although nothing was said', async () => {
    const { sent } = await reply([{ body: text }], { history: [] })
    expect(sent[0]?.body).toMatchObject({ input: [{ role: 'user' }] })
    expect(sent[0]?.body).not.toHaveProperty('tools')
  })
})

describe('the stream', () => {
  test.each([1, 2, 7, 1e6])('reads the same in pieces of %d bytes', async (size) => {
    const { text: heard, usage: told, error } = await reply([{ body: text, size }])
    expect(error).toBeUndefined()
    expect(heard).toBe('Grüß Gott. 👋')
    expect(told).toEqual({ inputTokens: 40, cachedTokens: 32, outputTokens: 12, reasoningTokens: 4 })
  })

  test('holds tool calls; what was thought before them goes back with them, and is not spoken', async () => {
    const first = await reply([{ body: tools }, { body: text }], { tools: [tool] })
    expect(first.text).toBe('')
    expect(first.calls).toEqual([
      { id: 'call_1', name: 'look_up', arguments: { day: 'friday' } },
      { id: 'call_2', name: 'hang_up', arguments: {} },
    ])
    const history: readonly Turn[] = [
      { role: 'caller', text: 'Friday?' },
      { role: 'agent', text: '', tools: first.calls },
    ]
    await hear(first.model, first.host, { history })
    const { input } = JSON.parse(String(first.host.sent[1]?.body)) as { input: readonly { type: string }[] }
    expect(input.slice(1).map(({ type }) => type)).toEqual([
      'reasoning',
      'function_call',
      'function_call',
      'function_call_output',
      'function_call_output',
    ])
    expect(input[1]).toEqual(thought)
  })

  test('speaks a refusal: it is the reply', async () => {
    const body = eventStream({ type: 'response.refusal.delta', delta: 'I cannot do that.' }, completed)
    expect((await reply([{ body }])).text).toBe('I cannot do that.')
  })
})

const incomplete = (reason: string) => ({
  type: 'response.incomplete',
  response: { status: 'incomplete', incomplete_details: { reason }, usage },
})

test.each<[string, FakeAnswer, string, RegExp]>([
  [
    'a refused key',
    { status: 401, body: `{"error":{"message":"Incorrect API key provided: ${key}","code":"invalid_api_key"}}` },
    'vendor.credentials',
    /check the API key/,
  ],
  [
    'an unknown model',
    { status: 400, body: '{"error":{"message":"no such model","code":"model_not_found"}}' },
    'settings.invalid',
    /"gpt-4.1-mini"/,
  ],
  [
    'no money',
    { status: 429, body: '{"error":{"message":"quota","code":"insufficient_quota"}}' },
    'vendor.refused',
    /no money/,
  ],
  [
    'a call too long',
    { body: eventStream({ type: 'error', code: 'context_length_exceeded', message: 'too long', param: 'input' }) },
    'vendor.refused',
    /too long for this model/,
  ],
  [
    'a failure in the middle',
    {
      body: eventStream(said('One'), {
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'server_error', message: 'oops' } },
      }),
    },
    'vendor.failed',
    /reported an error \(oops\)/,
  ],
  [
    'a filter',
    { body: eventStream(said('One'), incomplete('content_filter')) },
    'vendor.refused',
    /withheld.*content_filter/,
  ],
  ['thoughts only', { body: eventStream(incomplete('max_output_tokens')) }, 'vendor.failed', /before its first word/],
  ['a stream cut short', { body: eventStream(said('One')) }, 'vendor.failed', /in the middle/],
])('%s is named', async (_, answer, code, message) => {
  const { error, sent } = await reply([answer])
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  expect(String(error)).not.toContain(key)
  expect(sent).toHaveLength(1)
})

test('broken arguments stand with what is wrong, for the model to be told', async () => {
  const item = { ...call, arguments: '' }
  const body = eventStream(
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"da' },
    incomplete('max_output_tokens'),
  )
  const { error, calls } = await reply([{ body }])
  expect(error).toBeUndefined()
  expect(calls).toMatchObject([{ name: 'look_up', arguments: {}, broken: expect.stringMatching(/no JSON object/) }])
})

test('a reply cut by its limit is spoken as far as it came', async () => {
  const body = eventStream(said('One and'), incomplete('max_output_tokens'))
  expect(await reply([{ body }])).toMatchObject({ text: 'One and', error: undefined })
})

test('whoever stops listening closes the body', async () => {
  const host = fakeHost([{ body: text, size: 40 }])
  const model = await openaiResponses.open(openaiResponses.settings.parse({ key }), host.part)
  const abort = new AbortController()
  for await (const _ of model.reply([], [], abort.signal)) break
  expect(host.closed).toBe(1)
  expect(host.sent[0]?.signal).toBe(abort.signal)
})

const booked = (id: string) => ({ type: 'function_call', id, call_id: `call_${id}`, name: 'book_table' })

modelConformance('openai-responses', {
  spec: openaiResponses,
  settings: { key },
  streams: {
    text: eventStream(said('Hello there,'), said(' Zoë.'), completed),
    tools: eventStream(
      { type: 'response.output_item.added', output_index: 0, item: { ...booked('a'), arguments: '' } },
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"guests"' },
      { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"guests":2}' },
      { type: 'response.output_item.added', output_index: 1, item: { ...booked('b'), arguments: '' } },
      completed,
    ),
    broken: eventStream(said('Hello'), { type: 'error', code: 'server_error', message: 'oops', param: null }),
    refusal: (status) => `{"error":{"message":"HTTP ${status} for KEY","type":"x","param":null,"code":null}}`,
  },
})
