/** What every model promises, as tests: `modelConformance(name, fixture)` in the provider's own test file. */
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { FakeVendor } from '../../src/conversation/pipeline/socket-fakes.ts'
import { openSocketModel, type Unasked } from '../../src/conversation/pipeline/socket-model.ts'
import { settle } from '../../src/lib/clock.ts'
import { fakeHost, hear, type FakeAnswer } from '../../src/protocols/vendor/fakes.ts'
import type { Model, ModelCall, ModelSpec, SocketTarget, Tool, ToolCall, Turn } from '../../src/spec/speech.ts'
import { configOf, describeSettings, secretValues, type PartFixture } from './parts/settings.ts'
import { expectNoSecret } from './parts/steps.ts'

export interface ModelFixture<S extends z.ZodObject> extends PartFixture<S> {
  readonly spec: ModelSpec<S>
  /** Bodies as the vendor streams them. Absent for models that ask nobody. */
  readonly streams?: ModelStreams
  /** What it says on a socket of its own, for models that keep the history themselves. */
  readonly socket?: ModelTalk
}

export interface ModelTalk {
  /** "Hello there, Zoë." in at least two messages, the last of which ends the answer. */
  readonly text: readonly object[]
  /** A message that means nothing. */
  readonly strange: object
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
    if (fixture.socket) describeTalk(fixture, fixture.socket)
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

function describeTalk<S extends z.ZodObject>(fixture: ModelFixture<S>, said: ModelTalk): void {
  const secrets = secretValues(fixture)
  const open = async () => {
    const bot = new FakeVendor()
    bot.welcome = []
    const unasked: Unasked[] = []
    const targets: SocketTarget[] = []
    const connect: typeof bot.needs.connect = (target) => {
      targets.push(target)
      return bot.connect(target)
    }
    const socket: ModelCall['socket'] = (translator) =>
      openSocketModel({ ...bot.needs, connect, translator, unasked: (event) => void unasked.push(event) })
    const about = { call: 'call_1', direction: 'inbound', from: '+1', to: '+2', variables: {} } as const
    const model = await fixture.spec.open(configOf(fixture), bot.host, { ...about, socket })
    return { bot, model, targets, unasked }
  }
  const ask = (model: Model, ...texts: readonly string[]) => {
    const abort = new AbortController()
    const turns = texts.map((text): Turn => ({ role: 'caller', text }))
    const words = Array.fromAsync(model.reply(turns, [], abort.signal), (event) =>
      event.type === 'text' ? event.delta : '',
    ).then((all) => all.join(''))
    // Looked at later.
    words.catch(() => undefined)
    return { abort, words }
  }

  test('is reached with its secrets in the handshake alone, and told each turn once', async () => {
    const { bot, model, targets } = await open()
    expectNoSecret(
      targets.map(({ url }) => url),
      secrets,
    )
    const { words } = ask(model, 'Is the kitchen open?')
    await settle()
    await bot.say(...said.text)
    expect(await words).toBe('Hello there, Zoë.')
    ask(model, 'Is the kitchen open?', 'And the bar?')
    await settle()
    const told = bot.words.join('\n')
    for (const turn of ['Is the kitchen open?', 'And the bar?']) expect(told.split(turn)).toHaveLength(2)
    expectNoSecret(told, secrets)
  })

  test('of an answer that was called off nothing is left over', async () => {
    const { bot, model, unasked } = await open()
    const { abort, words } = ask(model, 'One?')
    await settle()
    await bot.say(said.text[0]!)
    abort.abort(new Error('interrupted'))
    await expect(words).rejects.toThrow('interrupted')
    model.interrupted?.('Hello', 400)
    await bot.say(...said.text.slice(1))
    const next = ask(model, 'One?', 'Two?')
    await settle()
    await bot.say(...said.text)
    expect([await next.words, unasked]).toEqual(['Hello there, Zoë.', []])
  })

  test('speaks unasked; what means nothing is told to the operator, without secrets, and the talk goes on', async () => {
    const { bot, unasked } = await open()
    await bot.say(said.strange, ...said.text)
    expect(unasked).toMatchObject([
      { type: 'failed', fatal: false },
      { type: 'say', text: 'Hello there, Zoë.' },
    ])
    expectNoSecret(unasked, secrets)
  })

  test('a connection that breaks in the middle of an answer is an error, the next turn makes another; a proper end hangs up', async () => {
    const { bot, model, unasked } = await open()
    const { words } = ask(model, 'One?')
    await settle()
    await bot.close(1011)
    await expect(words).rejects.toMatchObject({ code: 'vendor.failed' })
    const next = ask(model, 'One?', 'Two?')
    await settle()
    await bot.say(...said.text)
    expect(await next.words).toBe('Hello there, Zoë.')
    await bot.close(1000)
    expect(unasked).toMatchObject([{ type: 'tool', call: { name: 'hang_up' } }])
  })
}
