/** What every model promises, as tests: `modelConformance(name, fixture)` in the provider's own test file. */
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { fakeHost, hear, type FakeAnswer } from '../../src/protocols/vendor/fakes.ts'
import type { ModelSpec, Tool, ToolCall, Turn } from '../../src/spec/speech.ts'
import { configOf, describeSettings, secretValues, type PartFixture } from './parts/settings.ts'
import { expectNoSecret } from './parts/steps.ts'

export interface ModelFixture<S extends z.ZodObject> extends PartFixture<S> {
  readonly spec: ModelSpec<S>
  /** Bodies as the vendor streams them. Absent for models that ask nobody. */
  readonly streams?: ModelStreams
}

export interface ModelStreams {
  /** "Hello there, Zoë." in at least two deltas, with its usage. */
  readonly text: string
  /** Calls book_table twice, with `{"guests":2}` and with no arguments at all. */
  readonly tools: string
  /** An error in the middle of a reply, after the word "Hello". */
  readonly broken: string
  /** The body of a refusal; `KEY` stands where the vendor repeats the key. */
  refusal(status: number): string
}

const tool: Tool = {
  name: 'book_table',
  description: 'Books a table.',
  parameters: { type: 'object', properties: { guests: { type: 'integer' } } },
}

const call: ToolCall = { id: 'call_1', name: 'book_table', arguments: { guests: 2 } }

/** Everything a history can hold: an agent's turn with only a call, a call nobody waited for, callers' turns in a row. */
const history: readonly Turn[] = [
  { role: 'system', text: 'You book tables.' },
  { role: 'agent', text: 'Hello?' },
  { role: 'caller', text: 'A table.' },
  { role: 'caller', text: 'For two.' },
  { role: 'agent', text: '', tools: [call, { ...call, id: 'call_2' }] },
  { role: 'tool', id: 'call_1', name: 'book_table', result: '{"ok":true}' },
  { role: 'tool', id: 'call_2', name: 'book_table', result: 'failed: full' },
  { role: 'caller', text: '[DTMF: 5]' },
]

export function modelConformance<S extends z.ZodObject>(name: string, fixture: ModelFixture<S>): void {
  describe(`${name} is a model`, () => {
    describeSettings(fixture)
    if (fixture.streams) describeStreams(fixture, fixture.streams)
  })
}

function describeStreams<S extends z.ZodObject>(fixture: ModelFixture<S>, streams: ModelStreams): void {
  const secrets = secretValues(fixture)
  const open = async (...answers: readonly (FakeAnswer | Error)[]) => {
    const host = fakeHost(answers)
    return { host, model: await fixture.spec.open(configOf(fixture), host.part) }
  }

  test.each([1, 7, 100_000])('replies with text and usage, in chunks of %i bytes', async (size) => {
    const { host, model } = await open({ body: streams.text, size })
    const { text, calls, usage, error } = await hear(model, host)
    expect({ text, calls, error }).toEqual({ text: 'Hello there, Zoë.', calls: [], error: undefined })
    expect(usage?.['inputTokens']).toBeGreaterThan(0)
    expect(usage?.['outputTokens']).toBeGreaterThan(0)
    expect(host.closed).toBe(1)
  })

  test('calls tools with their arguments, each under an id of its own', async () => {
    const { host, model } = await open({ body: streams.tools, size: 11 })
    const { calls, error } = await hear(model, host, { tools: [tool] })
    expect(error).toBeUndefined()
    expect(calls.map(({ name, arguments: given }) => [name, given])).toEqual([
      ['book_table', { guests: 2 }],
      ['book_table', {}],
    ])
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
  })

  test('asks with the whole history and the tools, and keeps its key out of the address', async () => {
    const { host, model } = await open({ body: streams.text })
    await hear(model, host, { history, tools: [tool] })
    const [asked] = host.sent
    const body = String(asked?.body)
    for (const words of ['You book tables.', 'Hello?', 'A table.', 'For two.', 'failed: full', '[DTMF: 5]'])
      expect(body).toContain(words)
    expect(body).toContain('Books a table.')
    expect(() => JSON.parse(body)).not.toThrow()
    expectNoSecret(asked?.url, secrets)
    expectNoSecret(body, secrets)
  })

  test('a history without a word of the caller’s is one it can ask with', async () => {
    const { host, model } = await open({ body: streams.text })
    const { error } = await hear(model, host, { history: [{ role: 'system', text: 'Speak first.' }] })
    expect(error).toBeUndefined()
  })

  test('an error in the middle is told after what came before it', async () => {
    const { host, model } = await open({ body: streams.broken })
    const { text, error } = await hear(model, host)
    expect(text).toContain('Hello')
    expect(error).toMatchObject({ name: 'OffhookError', code: expect.stringMatching(/^vendor\./) })
    expectNoSecret(error, secrets)
  })

  test('a stream that ends in the middle is an error', async () => {
    const end = Math.floor(streams.text.length / 2)
    const { host, model } = await open({ body: streams.text.slice(0, end) })
    expect((await hear(model, host)).error).toMatchObject({ code: expect.stringMatching(/^vendor\./) })
  })

  test.each([
    [400, /^(vendor\.refused|settings\.invalid)$/],
    [401, /^vendor\.credentials$/],
    [403, /^vendor\./],
    [404, /^(vendor\.refused|settings\.invalid)$/],
    [429, /^vendor\.(rate-limited|refused|failed)$/],
    [500, /^vendor\.failed$/],
    [503, /^vendor\.(failed|rate-limited)$/],
  ])('HTTP %i is named, without the key', async (status, code) => {
    const body = streams.refusal(status).replaceAll('KEY', secrets[0] ?? 'nobody')
    const refusal = { status, body }
    const { host, model } = await open(refusal, refusal, refusal, refusal)
    const { error, text } = await hear(model, host)
    expect([text, error]).toMatchObject(['', { name: 'OffhookError', code: expect.stringMatching(code) }])
    expectNoSecret(error, secrets)
  })

  test('called off, it asks nothing more and gives the connection back', async () => {
    const { host, model } = await open({ body: streams.text, size: 8 })
    const abort = new AbortController()
    const reading = (async () => {
      for await (const _event of model.reply(history, [], abort.signal)) abort.abort(new Error('interrupted'))
    })()
    await reading.catch(() => undefined)
    expect(host.sent[0]?.signal.aborted).toBe(true)
    expect(host.closed).toBe(1)
    expect(host.sent).toHaveLength(1)
  })

  test('closes', async () => {
    const { host, model } = await open()
    await model[Symbol.asyncDispose]()
    await model[Symbol.asyncDispose]()
    expect(host.clock.pending).toBe(0)
  })
}
