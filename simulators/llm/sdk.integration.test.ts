/** The vendors' own SDKs as clients of the simulated models. */
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { realClock } from '../../src/lib/clock.ts'
import { Scope } from '../../src/lib/scope.ts'
import { startAnthropicLlm } from './anthropic/simulator.ts'
import { startGeminiLlm } from './gemini/simulator.ts'
import { startOpenaiChatLlm } from './openai-chat/simulator.ts'
import { startOpenaiResponsesLlm } from './openai-responses/simulator.ts'

const key = 'sk-simulated-0123456789'
let scope: Scope
beforeEach(() => {
  scope = new Scope('sdk')
})
afterEach(() => scope.close())

const options = () => ({ scope, clock: realClock, key })
const parameters = { type: 'object', properties: { guests: { type: 'integer' } } } as const
const call = { name: 'book_table', arguments: { guests: 2 } }

describe('OpenAI chat completions', () => {
  async function open(apiKey = key) {
    const server = await startOpenaiChatLlm(options())
    return { server, client: new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 }) }
  }
  const tools = [{ type: 'function', function: { name: 'book_table', parameters } }] as const
  const ask = { model: 'gpt-4.1-mini', messages: [{ role: 'user', content: 'A table for two.' }] } as const

  test('the SDK puts text, tools and usage together', async () => {
    const { server, client } = await open()
    server.answers({ text: 'One moment.', calls: [call, { ...call, arguments: {} }] })
    const stream = client.chat.completions.stream({
      ...ask,
      messages: [...ask.messages],
      tools: [...tools],
      stream_options: { include_usage: true },
    })
    const done = await stream.finalChatCompletion()
    const [choice] = done.choices
    expect(choice?.message.content).toBe('One moment.')
    expect(choice?.finish_reason).toBe('tool_calls')
    expect(choice?.message.tool_calls?.map((one) => ('function' in one ? one.function.arguments : ''))).toEqual([
      '{"guests":2}',
      '{}',
    ])
    expect(done.usage?.total_tokens).toBeGreaterThan(0)
  })

  test('what the vendor refuses is refused', async () => {
    const { client } = await open()
    const create = (more: object) =>
      client.chat.completions.create({ ...ask, messages: [...ask.messages], stream: true, ...more })
    await expect(create({ nonsense: 1 })).rejects.toMatchObject({ status: 400, code: 'unknown_parameter' })
    await expect(create({ model: 'no-such-model' })).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
    await expect(create({ messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }] })).rejects.toThrow(/preceding/)
    await expect(create({ model: 'gpt-5', temperature: 1 })).rejects.toThrow(/temperature/)
    const { client: stranger } = await open('sk-another')
    const refused = stranger.chat.completions.create({ ...ask, messages: [...ask.messages], stream: true })
    await expect(refused).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  })
})

describe('OpenAI responses', () => {
  async function open(apiKey = key) {
    const server = await startOpenaiResponsesLlm(options())
    return { server, client: new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 }) }
  }
  const tools: OpenAI.Responses.FunctionTool[] = [{ type: 'function', name: 'book_table', parameters, strict: false }]

  test('the SDK puts text, reasoning, tools and usage together', async () => {
    const { server, client } = await open()
    server.answers({ text: 'One moment.', thoughts: 'Two guests.', calls: [call] })
    const stream = client.responses.stream({ model: 'gpt-5-mini', input: 'A table for two.', tools, store: false })
    const done = await stream.finalResponse()
    expect(done.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call'])
    expect(done.output_text).toBe('One moment.')
    expect(done.output.at(-1)).toMatchObject({ name: 'book_table', arguments: '{"guests":2}' })
    expect(done.usage?.output_tokens_details.reasoning_tokens).toBeGreaterThan(0)
  })

  test('what the vendor refuses is refused', async () => {
    const { client } = await open()
    const create = (more: object) => client.responses.create({ model: 'gpt-4.1', input: 'Hi', stream: true, ...more })
    await expect(create({ messages: [] })).rejects.toMatchObject({ status: 400, code: 'unknown_parameter' })
    await expect(create({ reasoning: { effort: 'low' } })).rejects.toMatchObject({ code: 'unsupported_parameter' })
    await expect(create({ input: [] })).rejects.toMatchObject({ status: 400 })
    const lonely = { type: 'function_call', call_id: 'c', name: 'x', arguments: '{}' }
    await expect(create({ input: [lonely] })).rejects.toThrow(/No tool output found/)
    const made = { type: 'reasoning', id: 'rs_9', summary: [], encrypted_content: 'made up' }
    await expect(create({ input: [made] })).rejects.toThrow(/could not be verified/)
    const { client: stranger } = await open('sk-another')
    const refused = stranger.responses.create({ model: 'gpt-4.1', input: 'Hi', stream: true })
    await expect(refused).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  })
})

describe('Anthropic', () => {
  async function open(apiKey = key) {
    const server = await startAnthropicLlm(options())
    return { server, client: new Anthropic({ apiKey, baseURL: server.url, maxRetries: 0 }) }
  }
  const tools: Anthropic.Tool[] = [{ name: 'book_table', input_schema: { ...parameters } }]
  const ask = { model: 'claude-haiku-5-5', max_tokens: 300 } as const
  const hello: Anthropic.MessageParam = { role: 'user', content: 'A table for two.' }

  test('the SDK puts text, thinking, tools and usage together, and goes on with what it got', async () => {
    const { server, client } = await open()
    server.answers({ text: 'One moment.', thoughts: 'Two guests.', calls: [call] }, 'Done.')
    const first = await client.messages.stream({ ...ask, messages: [hello], tools }).finalMessage()
    expect(first.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use'])
    expect(first.stop_reason).toBe('tool_use')
    expect(first.usage.output_tokens).toBeGreaterThan(0)
    const used = first.content.find((block) => block.type === 'tool_use')
    expect(used?.input).toEqual({ guests: 2 })
    const results: Anthropic.MessageParam = {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: used!.id, content: 'booked' }],
    }
    const turns: Anthropic.MessageParam[] = [hello, { role: 'assistant', content: first.content }, results]
    const second = await client.messages.stream({ ...ask, messages: turns, tools }).finalMessage()
    expect(second.content).toMatchObject([{ type: 'text', text: 'Done.' }])
    const forgetful = [
      hello,
      { role: 'assistant', content: first.content.slice(1) },
      results,
    ] as Anthropic.MessageParam[]
    const refused = client.messages.stream({ ...ask, messages: forgetful, tools }).finalMessage()
    await expect(refused).rejects.toThrow(/Expected `thinking`/)
  })

  test('what the vendor refuses is refused', async () => {
    const { client } = await open()
    const create = (messages: Anthropic.MessageParam[], more: object = {}) =>
      client.messages.stream({ ...ask, messages, ...more }).finalMessage()
    const assistant: Anthropic.MessageParam = { role: 'assistant', content: 'Hello.' }
    await expect(create([assistant, hello])).rejects.toThrow(/first message must use/)
    await expect(create([hello, assistant])).rejects.toThrow(/prefill/)
    await expect(create([{ role: 'user', content: [{ type: 'text', text: '' }] }])).rejects.toThrow(/non-empty/)
    const use: Anthropic.MessageParam = {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_x', name: 'book_table', input: {} }],
    }
    await expect(create([hello, use, hello])).rejects.toThrow(/without `tool_result` blocks/)
    // The SDK speaks the newer version, which knows no sampling.
    await expect(create([hello], { temperature: 0.5 })).rejects.toThrow(/Extra inputs are not permitted/)
    const { client: stranger } = await open('sk-another')
    await expect(stranger.messages.stream({ ...ask, messages: [hello] }).finalMessage()).rejects.toBeInstanceOf(
      Anthropic.AuthenticationError,
    )
  })
})

describe('Gemini', () => {
  async function open(apiKey = key) {
    const server = await startGeminiLlm(options())
    return { server, client: new GoogleGenAI({ apiKey, httpOptions: { baseUrl: server.url } }) }
  }
  const tools = [{ functionDeclarations: [{ name: 'book_table', parametersJsonSchema: parameters }] }]
  const hello = { role: 'user', parts: [{ text: 'A table for two.' }] }

  test('the SDK reads text, calls and usage', async () => {
    const { server, client } = await open()
    server.answers({ text: 'One moment.', thoughts: 'Two guests.', calls: [call] })
    const model = 'gemini-3.8-flash'
    const stream = await client.models.generateContentStream({ model, contents: [hello], config: { tools } })
    let text = ''
    const calls = []
    let usage = 0
    for await (const chunk of stream) {
      for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
        if (!part.thought) text += part.text ?? ''
        if (part.functionCall) calls.push({ ...part.functionCall, signed: part.thoughtSignature !== undefined })
      }
      usage = chunk.usageMetadata?.totalTokenCount ?? usage
    }
    expect(text).toBe('One moment.')
    expect(calls).toMatchObject([{ name: 'book_table', args: { guests: 2 }, signed: true }])
    expect(usage).toBeGreaterThan(0)
  })

  test('what the vendor refuses is refused', async () => {
    const { client } = await open()
    const create = (contents: object[], config: object = {}, model = 'gemini-3.8-flash') =>
      client.models.generateContentStream({ model, contents, config })
    const called = { role: 'model', parts: [{ functionCall: { name: 'book_table', args: {} } }] }
    const answered = { role: 'user', parts: [{ functionResponse: { name: 'book_table', response: {} } }] }
    await expect(create([hello, called, answered])).rejects.toThrow(/missing a thought_signature/)
    await expect(create([hello, called, hello])).rejects.toThrow(/number of function response parts/)
    await expect(create([hello], {}, 'no-such-model')).rejects.toThrow(/is not found/)
    await expect(create([hello], { thinkingConfig: { thinkingLevel: 'LOW' } }, 'gemini-2.5-flash')).rejects.toThrow(
      /level/,
    )
    const { client: stranger } = await open('sk-another')
    const refused = stranger.models.generateContentStream({ model: 'gemini-2.5-flash', contents: 'Hi' })
    await expect(refused).rejects.toThrow(/API key not valid/)
  })
})
