import { describe, expect, test } from 'vitest'
import { modelConformance } from '../../../../test/conformance/llm.ts'
import { fakeHost, hear, type FakeAnswer } from '../../../protocols/vendor/fakes.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Tool, Turn } from '../../../spec/speech.ts'
import { openaiCompatible } from './openai-compatible.ts'

const caller: readonly Turn[] = [{ role: 'caller', text: 'Hello' }]

async function reply(
  answers: readonly (FakeAnswer | Error)[],
  { settings = {}, tools = [] }: { settings?: object; tools?: readonly Tool[] } = {},
) {
  const host = fakeHost(answers)
  const defaults = { url: 'http://chat.test/v1/', model: 'm', key: 'sk-secret' }
  const model = await openaiCompatible.open(openaiCompatible.settings.parse({ ...defaults, ...settings }), host.part)
  return { ...(await hear(model, host, { tools })), sent: host.sent }
}

function chunk(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
}

const done = 'data: [DONE]\n\n'

/** As on the wire: role first, fragments of a tool call, usage in a chunk without choices. */
const captured =
  chunk({ role: 'assistant', content: '' }) +
  chunk({ content: 'Grüß ' }) +
  chunk({ content: 'Gott. 👋' }) +
  chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '' } }] }) +
  chunk({ tool_calls: [{ index: 0, function: { arguments: '{"id"' } }] }) +
  chunk({ tool_calls: [{ index: 1, id: 'call_2', function: { name: 'hang_up', arguments: '' } }] }) +
  chunk({ tool_calls: [{ index: 0, function: { arguments: ':"7"}' } }] }) +
  chunk({}, 'tool_calls') +
  'data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4}}}\n\n' +
  done

describe('the request', () => {
  test('is one streaming chat completion', async () => {
    const tool = { name: 'hang_up', description: 'Ends the call.', parameters: { type: 'object' } }
    const { sent } = await reply([{ body: captured }], { tools: [tool], settings: { temperature: 0.3 } })
    expect(sent[0]?.url).toBe('http://chat.test/v1/chat/completions')
    expect(sent[0]?.headers).toMatchObject({ authorization: 'Bearer sk-secret', 'content-type': 'application/json' })
    expect(JSON.parse(String(sent[0]?.body))).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      stream_options: { include_usage: true },
      tools: [{ type: 'function', function: tool }],
      temperature: 0.3,
    })
  })

  test('says nothing of keys and tools there are none of', async () => {
    const { sent } = await reply([{ body: captured }], {
      settings: { key: '', url: 'http://chat.test/v1/chat/completions' },
    })
    expect(sent[0]?.headers).not.toHaveProperty('authorization')
    expect(JSON.parse(String(sent[0]?.body))).not.toHaveProperty('tools')
    expect(sent[0]?.url).toBe('http://chat.test/v1/chat/completions')
  })
})

describe('the stream', () => {
  test.each([1, 2, 3, 7, 64, 1e6])('reads the same in pieces of %d bytes', async (size) => {
    const { text, calls, usage } = await reply([{ body: captured, size }])
    expect(text).toBe('Grüß Gott. 👋')
    expect(calls).toEqual([
      { id: 'call_1', name: 'look_up', arguments: { id: '7' } },
      { id: 'call_2', name: 'hang_up', arguments: {} },
    ])
    expect(usage).toEqual({ inputTokens: 10, cachedTokens: 4, outputTokens: 5 })
  })

  test('leaves reasoning unspoken, beside the text and in it', async () => {
    const body =
      chunk({ reasoning_content: 'The caller greets.' }) +
      chunk({ content: '<thi' }) +
      chunk({ content: 'nk>Hm.</think>Hi.' }) +
      done
    expect((await reply([{ body }])).text).toBe('Hi.')
  })

  test('takes calls without index or id, numbered alike, and arguments that are objects', async () => {
    const body =
      chunk({
        tool_calls: [
          { function: { name: 'one', arguments: { a: 1 } } },
          { function: { name: 'two', arguments: '{}' } },
        ],
      }) +
      chunk({ tool_calls: [{ index: 0, function: { name: 'three', arguments: '{"b":2}' } }] }, 'stop') +
      done
    const { calls } = await reply([{ body }])
    expect(calls.map(({ name, arguments: given }) => [name, given])).toEqual([
      ['one', { a: 1 }],
      ['two', {}],
      ['three', { b: 2 }],
    ])
    expect(new Set(calls.map(({ id }) => id)).size).toBe(3)
  })

  test('speaks a refusal: it is the reply', async () => {
    const body = chunk({ refusal: 'I cannot ' }) + chunk({ refusal: 'do that.' }, 'stop') + done
    expect((await reply([{ body }])).text).toBe('I cannot do that.')
  })

  test('skips comments, notes and lines that are no chunk; usage may come in a field of its own', async () => {
    const body =
      ': OPENROUTER PROCESSING\n\ndata: not json\n\ndata: 7\n\nevent: ping\ndata: {}\n\n' +
      chunk({ content: [{ type: 'text', text: 'Hi.' }] }, 'stop') +
      'data: {"choices":[],"x_groq":{"usage":{"prompt_tokens":9}}}\n\n'
    const { text, usage, error } = await reply([{ body }])
    expect(error).toBeUndefined()
    expect(text).toBe('Hi.')
    expect(usage).toEqual({ inputTokens: 9 })
  })
})

describe('failures', () => {
  test.each<[string, FakeAnswer, string, RegExp]>([
    [
      'a refused key',
      { status: 401, body: '{"error":{"message":"Incorrect API key: sk-secret"}}' },
      'vendor.credentials',
      /check the API key/,
    ],
    [
      'an unknown model',
      { status: 404, body: '{"error":{"message":"model m not found"}}' },
      'settings.invalid',
      /model m not found.*"m"/,
    ],
    ['a broken server', { status: 500, body: '<html>oops</html>' }, 'vendor.failed', /HTTP 500/],
    [
      'an error in the middle',
      { body: `${chunk({ content: 'One' })}data: {"error":{"message":"overloaded"}}\n\n` },
      'vendor.failed',
      /overloaded/,
    ],
    [
      'a call too long for the model',
      { status: 400, body: '{"error":{"message":"too many tokens","code":"context_length_exceeded"}}' },
      'vendor.refused',
      /too long for this model/,
    ],
    [
      'an account without money',
      { status: 429, body: '{"error":{"message":"quota","code":"insufficient_quota"}}' },
      'vendor.refused',
      /no money left/,
    ],
    [
      'a reply withheld',
      { body: chunk({ content: 'One' }) + chunk({}, 'content_filter') },
      'vendor.refused',
      /withheld.*content_filter/,
    ],
    ['a reply of thoughts only', { body: chunk({}, 'length') }, 'vendor.failed', /before its first word/],
    ['a stream cut short', { body: chunk({ content: 'One' }) }, 'vendor.failed', /in the middle/],
  ])('%s', async (_, answer, code, message) => {
    const { error, sent } = await reply([answer])
    expect(error).toBeInstanceOf(OffhookError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(String(error)).not.toContain('sk-secret')
    expect(sent).toHaveLength(1)
  })

  test('arguments cut short stand with what is wrong, for the model to be told', async () => {
    const fragment = { id: 'x', function: { name: 'f', arguments: '{"a' } }
    const { error, calls } = await reply([{ body: chunk({ tool_calls: [fragment] }, 'length') }])
    expect(error).toBeUndefined()
    expect(calls).toMatchObject([{ name: 'f', arguments: {}, broken: expect.stringMatching(/no JSON object/) }])
  })

  test('a busy server is asked again, as late as it says', async () => {
    const { text, sent } = await reply([
      { status: 429, headers: { 'retry-after': '2' }, body: '' },
      { status: 503, body: '' },
      { body: captured },
    ])
    expect(text).toBe('Grüß Gott. 👋')
    expect(sent).toHaveLength(3)
  })

  test('but neither for ever, nor after longer than a caller would wait', async () => {
    const busy = { status: 429, body: '{"error":"slow down"}' }
    const thrice = await reply([busy, busy, busy, busy])
    expect(thrice.sent).toHaveLength(3)
    expect(thrice.error).toMatchObject({ code: 'vendor.rate-limited', message: expect.stringContaining('slow down') })
    expect((await reply([{ ...busy, headers: { 'retry-after': '60' } }])).sent).toHaveLength(1)
  })

  test('an unreachable server is the vendor’s failure, not a carrier’s', async () => {
    const late = await reply([new OffhookError('carrier.timeout', 'chat.test did not answer')])
    expect(late.error).toMatchObject({ code: 'vendor.timeout' })
    const error = new OffhookError('carrier.failed', 'POST broke off')
    const gone = await reply([{ body: chunk({ content: 'One' }), error }])
    expect(gone.error).toMatchObject({ code: 'vendor.failed', message: 'POST broke off' })
    const blocked = await reply([new OffhookError('address.blocked', 'no')])
    expect(blocked.error).toMatchObject({ code: 'address.blocked' })
  })

  test('an abort reaches the request', async () => {
    const { part, sent } = fakeHost([{ body: chunk({ content: 'One' }) + done }])
    const model = await openaiCompatible.open(openaiCompatible.settings.parse({ model: 'm' }), part)
    const controller = new AbortController()
    for await (const _ of model.reply(caller, [], controller.signal)) controller.abort()
    expect(sent[0]?.signal.aborted).toBe(true)
  })
})

const booked = (index: number, id: string, given: string) => ({
  tool_calls: [{ index, id, type: 'function', function: { name: 'book_table', arguments: given } }],
})
const counted = 'data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}}\n\n'

modelConformance('openai-compatible', {
  spec: openaiCompatible,
  settings: { model: 'm', key: 'sk-secret-0123' },
  streams: {
    text: chunk({ content: 'Hello there,' }) + chunk({ content: ' Zoë.' }) + chunk({}, 'stop') + counted + done,
    tools:
      chunk(booked(0, 'a', '{"guests"')) +
      chunk({ tool_calls: [{ index: 0, function: { arguments: ':2}' } }] }) +
      chunk(booked(1, 'b', '')) +
      chunk({}, 'tool_calls') +
      done,
    broken: `${chunk({ content: 'Hello' })}data: {"error":{"message":"overloaded"}}\n\n`,
    refusal: (status) => `{"error":{"message":"HTTP ${status} for KEY"}}`,
  },
})
