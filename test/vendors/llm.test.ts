/** Models as the engine opens them, against their vendors' simulators. */
import { beforeEach, afterEach, describe, expect, test } from 'vitest'
import { startAnthropicLlm } from '../../simulators/llm/anthropic/simulator.ts'
import { startGeminiLlm } from '../../simulators/llm/gemini/simulator.ts'
import type { ModelOptions, ModelServer, ScriptedAnswer } from '../../simulators/llm/model.ts'
import { startOpenaiChatLlm } from '../../simulators/llm/openai-chat/simulator.ts'
import { startOpenaiResponsesLlm } from '../../simulators/llm/openai-responses/simulator.ts'
import { realClock } from '../../src/lib/clock.ts'
import { anthropic } from '../../src/providers/llm/anthropic/anthropic.ts'
import { gemini } from '../../src/providers/llm/gemini/gemini.ts'
import { openaiCompatible } from '../../src/providers/llm/openai-compatible/openai-compatible.ts'
import { openaiResponses } from '../../src/providers/llm/openai-responses/openai-responses.ts'
import type { ModelEvent, ModelSpec, Tool, Turn } from '../../src/spec/speech.ts'
import { modelLive } from '../conformance/llm-live.ts'
import { realNeeds, type Needs } from '../conformance/parts/engine.ts'

interface Vendor {
  readonly spec: ModelSpec
  start(options: ModelOptions): Promise<ModelServer>
  address(server: ModelServer): Readonly<Record<string, unknown>>
  /** What it is called with where it thinks. */
  readonly thinking: Readonly<Record<string, unknown>>
}

const vendors: readonly Vendor[] = [
  {
    spec: openaiCompatible,
    start: startOpenaiChatLlm,
    address: ({ url }) => ({ url: `${url}/v1`, model: 'gpt-4.1-mini' }),
    thinking: {},
  },
  {
    spec: openaiResponses,
    start: startOpenaiResponsesLlm,
    address: ({ url }) => ({ baseUrl: `${url}/v1` }),
    thinking: { model: 'gpt-5-mini', effort: 'low' },
  },
  { spec: anthropic, start: startAnthropicLlm, address: ({ url }) => ({ baseUrl: url }), thinking: {} },
  {
    spec: gemini,
    start: startGeminiLlm,
    address: ({ url }) => ({ baseUrl: `${url}/v1beta` }),
    thinking: { thinking: 'low' },
  },
]

const key = 'simulated-key-0123456789'

for (const { spec, start, address } of vendors) {
  modelLive(spec.name, {
    spec,
    async start(scope) {
      const server = await start({ scope, clock: realClock, key })
      return {
        settings: { ...address(server), key },
        foreign: { ...address(server), key: 'another-key-0123456789' },
        answers: (...answers) =>
          server.answers(
            ...answers.map((one): string | ScriptedAnswer =>
              typeof one === 'string' ? one : { calls: [{ name: one.tool, arguments: one.arguments }] },
            ),
          ),
        slow: (ms) => server.slow(ms),
        get dropped() {
          return server.dropped
        },
      }
    },
  })
}

const tool: Tool = {
  name: 'book_table',
  description: 'Books a table.',
  parameters: {
    type: 'object',
    properties: { guests: { type: 'integer' } },
    required: ['guests'],
    additionalProperties: false,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
  },
}

describe.each(vendors)('$spec.name, as strict as its simulator is', ({ spec, start, address, thinking }) => {
  let needs: Needs
  let server: ModelServer
  beforeEach(async () => {
    needs = realNeeds()
    server = await start({ scope: needs.scope, clock: realClock, key })
  })
  afterEach(() => needs.scope.close())

  const open = async (settings: object = {}) =>
    spec.open(spec.settings.parse({ ...address(server), key, ...settings }), needs.host)

  async function hear(model: Awaited<ReturnType<typeof open>>, history: readonly Turn[]) {
    const events: ModelEvent[] = []
    const reading = (async () => {
      for await (const event of model.reply(history, [tool], new AbortController().signal)) events.push(event)
    })()
    const error = await reading.then(
      () => undefined,
      (error: unknown) => error,
    )
    return {
      text: events.map((event) => (event.type === 'text' ? event.delta : '')).join(''),
      calls: events.flatMap((event) => (event.type === 'tool' ? [event.call] : [])),
      error,
    }
  }

  test('takes every history that a call can have', async () => {
    const model = await open()
    const foreign = { id: 'call|of another:vendor', name: 'book_table', arguments: {} }
    const system: Turn = { role: 'system', text: 'Be brief.' }
    const histories: readonly (readonly Turn[])[] = [
      [],
      [system],
      [system, { role: 'agent', text: 'Hello.' }],
      [system, { role: 'agent', text: 'Hello.' }, { role: 'agent', text: 'Still there?' }],
      [system, { role: 'caller', text: 'A' }, { role: 'agent', text: '' }, { role: 'caller', text: 'table' }],
      [
        { role: 'agent', text: '', tools: [foreign] },
        { role: 'caller', text: 'Hello?' },
      ],
      [
        { role: 'caller', text: 'Two tables.' },
        { role: 'agent', text: 'One moment.', tools: [foreign, { ...foreign, id: 'b' }] },
        { role: 'tool', id: 'b', name: 'book_table', result: '' },
      ],
    ]
    for (const history of histories)
      expect(await hear(model, history)).toMatchObject({ error: undefined, text: 'I see.' })
    expect(server.asked).toHaveLength(histories.length)
  })

  test('gives back what was thought, and signed, with the calls it led to', async () => {
    const model = await open(thinking)
    server.answers({
      thoughts: 'Nobody hears this.',
      calls: [
        { name: 'book_table', arguments: { guests: 2 } },
        { name: 'book_table', arguments: { guests: 3 } },
      ],
    })
    const hello: Turn = { role: 'caller', text: 'Two tables.' }
    const first = await hear(model, [hello])
    expect([first.text, first.calls.map((call) => call.arguments)]).toEqual(['', [{ guests: 2 }, { guests: 3 }]])
    const results = first.calls.map(({ id, name }): Turn => ({ role: 'tool', id, name, result: 'booked' }))
    const second = await hear(model, [hello, { role: 'agent', text: '', tools: first.calls }, ...results])
    expect(second).toMatchObject({ error: undefined, text: 'I see.' })
  })

  test.each([
    ['a filter', { text: 'One', end: 'filter' }, 'vendor.refused'],
    ['an error in the middle', { text: 'One', end: 'error' }, 'vendor.failed'],
  ] as const)('names %s', async (_, answer, code) => {
    server.answers(answer)
    expect((await hear(await open(), [])).error).toMatchObject({ code })
  })

  test('says of broken arguments what is wrong with them: with the call, or where the vendor itself refuses them, as its failure', async () => {
    server.answers({ calls: [{ name: 'book_table', arguments: '{"guests":' }] })
    const { calls, error } = await hear(await open(), [])
    if (error) expect(error).toMatchObject({ code: 'vendor.failed' })
    else expect(calls).toMatchObject([{ name: 'book_table', arguments: {}, broken: expect.stringMatching(/JSON/) }])
  })

  test('speaks a reply as far as its limit let it come', async () => {
    server.answers({ text: 'One and', end: 'limit' })
    expect(await hear(await open(), [])).toMatchObject({ text: 'One and', error: undefined })
  })

  test('is told of a model that there is not', async () => {
    const { error } = await hear(await open({ model: 'no-such-model' }), [])
    expect(error).toMatchObject({ code: 'settings.invalid', message: expect.stringContaining('"no-such-model"') })
  })

  test('asks again where the vendor is busy, and names what does not pass', async () => {
    server.faults.refuse = { status: 429, times: 1 }
    expect(await hear(await open(), [])).toMatchObject({ text: 'I see.' })
    server.faults.refuse = { status: 500, times: 1 }
    expect((await hear(await open(), [])).error).toMatchObject({ code: 'vendor.failed' })
    server.faults.drop = { after: 2, times: 1 }
    server.answers('One two three four five.')
    expect((await hear(await open(), [])).error).toMatchObject({ code: 'vendor.failed' })
  })
})
