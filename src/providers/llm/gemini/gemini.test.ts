import { describe, expect, test } from 'vitest'
import { modelConformance } from '../../../../test/conformance/llm.ts'
import { eventStream, fakeHost, hear, type FakeAnswer } from '../../../protocols/vendor/fakes.ts'
import type { Tool, Turn } from '../../../spec/speech.ts'
import { gemini } from './gemini.ts'

const key = 'AIzaSecretSecret'
const tool: Tool = { name: 'look_up', description: 'Looks up.', parameters: { type: 'object', properties: {} } }

async function reply(
  answers: readonly FakeAnswer[],
  { settings = {}, ...options }: { settings?: object; history?: readonly Turn[]; tools?: readonly Tool[] } = {},
) {
  const host = fakeHost(answers)
  const model = await gemini.open(gemini.settings.parse({ key, ...settings }), host.part)
  const heard = await hear(model, host, options)
  const sent = host.sent.map((request) => ({ ...request, body: JSON.parse(String(request.body)) as unknown }))
  return { ...heard, host, model, sent }
}

const chunk = (parts: readonly object[], finishReason?: string) => ({
  candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
  usageMetadata: {
    promptTokenCount: 40,
    cachedContentTokenCount: 32,
    candidatesTokenCount: 8,
    thoughtsTokenCount: 4,
    totalTokenCount: 52,
  },
})
const said = (text: string, finish?: string) => chunk([{ text }], finish)
const text = eventStream(said('Grüß '), said('Gott. 👋', 'STOP'))

describe('the request', () => {
  test('keeps to the rules of roles: system apart, user first and last, results right after their calls', async () => {
    const history: readonly Turn[] = [
      { role: 'system', text: 'Be brief.' },
      { role: 'agent', text: 'Hello.' },
      { role: 'caller', text: 'Friday?' },
      {
        role: 'agent',
        text: '',
        tools: [
          { id: 'a', name: 'look_up', arguments: { day: 'friday' } },
          { id: 'b', name: 'look_up', arguments: {} },
        ],
      },
      { role: 'tool', id: 'a', name: 'look_up', result: 'free' },
    ]
    const settings = { thinking: 'low', replyLimit: 300, temperature: 0.5, baseUrl: 'http://x.test/v1beta/' }
    const { sent } = await reply([{ body: text }], { history, tools: [tool], settings })
    expect(sent[0]).toMatchObject({
      url: 'http://x.test/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse',
      headers: { 'x-goog-api-key': key },
    })
    expect(sent[0]?.body).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: '(The call was answered.)' }] },
        { role: 'model', parts: [{ text: 'Hello.' }] },
        { role: 'user', parts: [{ text: 'Friday?' }] },
        {
          role: 'model',
          parts: [
            {
              functionCall: { name: 'look_up', args: { day: 'friday' } },
              thoughtSignature: 'skip_thought_signature_validator',
            },
            { functionCall: { name: 'look_up', args: {} } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'look_up', response: { result: 'free' } } },
            { functionResponse: { name: 'look_up', response: { result: 'cancelled' } } },
          ],
        },
      ],
      tools: [
        {
          functionDeclarations: [{ name: 'look_up', description: 'Looks up.', parametersJsonSchema: tool.parameters }],
        },
      ],
      generationConfig: { thinkingConfig: { thinkingLevel: 'LOW' }, maxOutputTokens: 300, temperature: 0.5 },
    })
  })

  test('says "no thinking" as a budget', async () => {
    const { sent } = await reply([{ body: text }], { settings: { thinking: 'none' } })
    expect(sent[0]?.body).toMatchObject({ generationConfig: { thinkingConfig: { thinkingBudget: 0 } } })
  })

  test('takes no model that would leave its path', () => {
    expect(gemini.settings.safeParse({ key, model: '../x' }).success).toBe(false)
  })
})

describe('the stream', () => {
  test.each([1, 2, 7, 1e6])('reads the same in pieces of %d bytes', async (size) => {
    const { text: heard, usage, error } = await reply([{ body: text, size }])
    expect(error).toBeUndefined()
    expect(heard).toBe('Grüß Gott. 👋')
    expect(usage).toEqual({ inputTokens: 40, cachedTokens: 32, outputTokens: 12, reasoningTokens: 4 })
  })

  test('holds tool calls; their signatures go back unchanged, thoughts are not spoken', async () => {
    const body = eventStream(
      chunk([{ text: 'Never spoken.', thought: true }]),
      chunk([
        { functionCall: { id: 'f1', name: 'look_up', args: { day: 'friday' } }, thoughtSignature: 'c2ln' },
        { functionCall: { name: 'hang_up' } },
        { functionCall: { args: {} } },
      ]),
      chunk([], 'STOP'),
    )
    const first = await reply([{ body }, { body: text }], { tools: [tool] })
    expect(first.text).toBe('')
    expect(first.calls.map(({ name, arguments: given }) => [name, given])).toEqual([
      ['look_up', { day: 'friday' }],
      ['hang_up', {}],
    ])
    await hear(first.model, first.host, { history: [{ role: 'agent', text: '', tools: first.calls }] })
    const { contents } = JSON.parse(String(first.host.sent[1]?.body)) as { contents: readonly { parts: object[] }[] }
    expect(contents[1]?.parts).toEqual([
      { functionCall: { id: 'f1', name: 'look_up', args: { day: 'friday' } }, thoughtSignature: 'c2ln' },
      { functionCall: { name: 'hang_up', args: {} } },
    ])
    expect(contents[2]?.parts[0]).toMatchObject({ functionResponse: { id: 'f1', name: 'look_up' } })
  })
})

const error = (code: number, status: string, message: string) => JSON.stringify({ error: { code, status, message } })

test.each<[string, FakeAnswer, string, RegExp]>([
  [
    'a refused key',
    { status: 400, body: error(400, 'INVALID_ARGUMENT', `API key not valid: ${key}`) },
    'vendor.credentials',
    /check the API key/,
  ],
  [
    'a key without the right',
    { status: 403, body: error(403, 'PERMISSION_DENIED', 'no') },
    'vendor.credentials',
    /what the API key may use/,
  ],
  [
    'an unknown model',
    { status: 404, body: error(404, 'NOT_FOUND', 'models/x is not found') },
    'settings.invalid',
    /"gemini-3.8-flash"/,
  ],
  [
    'a call too long',
    { status: 400, body: error(400, 'INVALID_ARGUMENT', 'The input token count (1) exceeds the maximum') },
    'vendor.refused',
    /too long for this model/,
  ],
  [
    'a country not served',
    { status: 400, body: error(400, 'FAILED_PRECONDITION', 'User location is not supported') },
    'vendor.refused',
    /country or account/,
  ],
  [
    'a blocked prompt',
    { body: eventStream({ promptFeedback: { blockReason: 'SAFETY' } }) },
    'vendor.refused',
    /SAFETY/,
  ],
  ['a filtered reply', { body: eventStream(said('One', 'RECITATION')) }, 'vendor.refused', /withheld.*RECITATION/],
  [
    'a broken call',
    { body: eventStream(chunk([], 'MALFORMED_FUNCTION_CALL')) },
    'vendor.failed',
    /MALFORMED_FUNCTION_CALL/,
  ],
  ['thoughts only', { body: eventStream(chunk([], 'MAX_TOKENS')) }, 'vendor.failed', /before its first word/],
  [
    'an error in the middle',
    { body: eventStream(said('One')) + `data: ${error(500, 'INTERNAL', 'oops')}\n\n` },
    'vendor.failed',
    /oops/,
  ],
  ['a stream cut short', { body: eventStream(said('One')) }, 'vendor.failed', /in the middle/],
])('%s is named', async (_, answer, code, message) => {
  const { error: failure, sent } = await reply([answer])
  expect(failure).toMatchObject({ code, message: expect.stringMatching(message) })
  expect(String(failure)).not.toContain(key)
  expect(sent).toHaveLength(1)
})

const booked = (args?: object) => ({ functionCall: { name: 'book_table', ...(args && { args }) } })

modelConformance('gemini', {
  spec: gemini,
  settings: { key },
  streams: {
    text: eventStream(said('Hello there,'), said(' Zoë.', 'STOP')),
    tools: eventStream(chunk([booked({ guests: 2 }), booked()]), chunk([], 'STOP')),
    broken: eventStream(said('Hello')) + `data: ${error(500, 'INTERNAL', 'oops')}\n\n`,
    refusal: (status) => error(status, status === 403 ? 'PERMISSION_DENIED' : 'X', 'no good: KEY'),
  },
})
