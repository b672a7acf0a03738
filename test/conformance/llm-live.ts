/** A model as the engine opens it, against its vendor's simulator: `modelLive(name, fixture)`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secretsOf } from '../../src/spec/provider.ts'
import type { Model, ModelEvent, ModelSpec, Tool, Turn } from '../../src/spec/speech.ts'
import { realNeeds, until, type Needs } from './parts/engine.ts'
import { expectNoSecret } from './parts/steps.ts'

type Settings = Readonly<Record<string, unknown>>

export interface ModelLiveFixture {
  readonly spec: ModelSpec
  /** Starts the simulator in this scope. */
  start(scope: Needs['scope']): Promise<ModelSimulator>
}

export interface ModelSimulator {
  /** Settings that reach it, with a key that it knows. */
  readonly settings: Settings
  /** The same with a key that it does not know. */
  readonly foreign: Settings
  /** What it answers next, in this order: a text, or a call of that tool. */
  answers(...answers: readonly (string | { readonly tool: string; readonly arguments: Settings })[]): void
  /** Ms between two deltas; 0 switches that off. */
  slow(ms: number): void
  /** Requests that were dropped before their answer was through. */
  readonly dropped: number
}

const tool: Tool = {
  name: 'book_table',
  description: 'Books a table.',
  parameters: { type: 'object', properties: { guests: { type: 'integer' } } },
}

const hello: readonly Turn[] = [
  { role: 'system', text: 'You book tables.' },
  { role: 'caller', text: 'A table for two.' },
]

export function modelLive(name: string, fixture: ModelLiveFixture): void {
  const { spec } = fixture
  let needs: Needs
  let simulator: ModelSimulator
  beforeAll(async () => {
    needs = realNeeds()
    simulator = await fixture.start(needs.scope)
  })
  afterAll(() => needs.scope.close())
  const secrets = () =>
    secretsOf(spec.settings).flatMap((field) => [
      String(simulator.settings[field] ?? 'none'),
      String(simulator.foreign[field] ?? 'none'),
    ])
  const open = async (settings: Settings = simulator.settings) => spec.open(spec.settings.parse(settings), needs.host)

  describe(`${name} against its simulator`, () => {
    test('answers, calls a tool and goes on with its result', async () => {
      await using model = await open()
      simulator.answers({ tool: 'book_table', arguments: { guests: 2 } }, 'Your table is booked.')
      const asked = await reply(model, hello)
      const calls = asked.flatMap((event) => (event.type === 'tool' ? [event.call] : []))
      expect(calls).toMatchObject([{ name: 'book_table', arguments: { guests: 2 } }])
      const answered = await reply(model, [
        ...hello,
        { role: 'agent', text: '', tools: calls },
        ...calls.map(({ id, name }): Turn => ({ role: 'tool', id, name, result: '{"ok":true}' })),
      ])
      expect(textOf(answered)).toBe('Your table is booked.')
      expect(answered.some(({ type }) => type === 'usage')).toBe(true)
    })

    test('called off, the vendor stops', async () => {
      await using model = await open()
      simulator.answers('One two three four five six seven eight nine ten.')
      simulator.slow(200)
      const before = simulator.dropped
      const abort = new AbortController()
      const reading = (async () => {
        for await (const event of model.reply(hello, [], abort.signal))
          if (event.type === 'text') abort.abort(new Error('interrupted'))
      })()
      await reading.catch(() => undefined)
      await until('the end of the request', () => simulator.dropped > before)
      simulator.slow(0)
    })

    test('a key that is refused is named, without it', async () => {
      await using model = await open(simulator.foreign)
      const error: unknown = await reply(model, hello).catch((error: unknown) => error)
      expect(error).toMatchObject({ code: 'vendor.credentials' })
      expectNoSecret(error, secrets())
    })
  })
}

async function reply(model: Model, history: readonly Turn[]): Promise<readonly ModelEvent[]> {
  const events: ModelEvent[] = []
  for await (const event of model.reply(history, [tool], new AbortController().signal)) events.push(event)
  return events
}

function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.delta : '')).join('')
}
