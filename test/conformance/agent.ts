/** What every agent on a vendor's wire promises, as tests: `agentConformance(name, fixture)` in the provider's own test file. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { AgentInput, AgentOrder, AgentSpec, AgentWireEvent, Brief } from '../../src/spec/agent.ts'
import type { WireMessage } from '../../src/spec/carrier.ts'
import type { HttpResponse } from '../../src/spec/http.ts'
import { configOf, describeSettings, secretValues, type PartFixture } from './parts/settings.ts'
import { expectNoSecret, now, outcome, Stepper, unreadable } from './parts/steps.ts'

export interface AgentFixture<S extends z.ZodObject> extends PartFixture<S> {
  readonly spec: AgentSpec<S>
  /** The answer to requests before the socket, where there are any. */
  readonly answer?: HttpResponse
  /** What the vendor says until it wants sound. None: it wants it from the start. */
  readonly ready: readonly WireMessage[]
  /** An error in the vendor's own words, which repeat the key in the place of `KEY`. */
  readonly failed: readonly WireMessage[]
  /** Secrets that never travel: what is sent is signed with them. */
  readonly signs?: readonly (keyof z.input<S>)[]
  /** One message of each kind that it may send. */
  readonly says: readonly object[]
}

const brief: Brief = {
  call: 'call_1',
  direction: 'inbound',
  from: '+15550100001',
  to: '+15550100002',
  variables: { name: 'Ada' },
  metadata: {},
  tools: [],
  greeting: 'Hello.',
}

/** The pure half. */
export function agentConformance<S extends z.ZodObject>(name: string, fixture: AgentFixture<S>): void {
  const { spec } = fixture
  const { body } = spec
  if (body.by !== 'wire') throw new Error(`${name} is no agent on a wire`)
  const config = configOf(fixture)
  const secrets = secretValues(fixture)
  const begin = () => {
    const target = outcome(body.open(config, brief, now), fixture.answer)
    const session = new Stepper<AgentInput, AgentWireEvent>(body.begin(config, brief, target), body.step.bind(body))
    session.give({ type: 'opened' })
    return session
  }
  const opened = () => {
    const session = begin()
    for (const message of fixture.ready) session.give({ type: 'message', message })
    return session
  }
  const sound = new Int16Array((body.rates(config).hears * 20) / 1000).fill(1000)

  describe(`${name} is an agent`, () => {
    describeSettings(fixture)

    test('connects with its key where nobody sees it', () => {
      const { url, headers } = outcome(body.open(config, brief, now), fixture.answer)
      expect(url).toMatch(/^wss?:\/\//)
      expectNoSecret(url, secrets)
      // Where the address was asked for, the key has done its part before.
      const sent = fixture.answer ? secrets : Object.values(headers)
      const kept = (fixture.signs ?? []).map((name) => String(fixture.settings[name]))
      for (const secret of secrets) expect(sent.join(' ').includes(secret)).toBe(!kept.includes(secret))
    })

    test('wants no sound before it is ready, and sound from then on', () => {
      const session = begin()
      const early = session.give({ type: 'audio', pcm: sound })
      if (fixture.ready.length > 0) expect(early.messages).toEqual([])
      for (const message of fixture.ready) session.give({ type: 'message', message })
      expect(session.events.filter(({ type }) => type === 'ready')).toHaveLength(1)
      if (body.turns(config) !== 'engine') expect(session.give({ type: 'audio', pcm: sound }).messages).toHaveLength(1)
    })

    test.each(unreadable)('%s is passed over', (_, message) => {
      const session = opened()
      const { events } = session.give({ type: 'message', message })
      expect(events.every((event) => event.type === 'failed' && !event.fatal)).toBe(true)
      expect(events.length).toBeLessThanOrEqual(1)
    })

    test('every order is lawful at any time, and changes nothing in place', () => {
      for (const session of [begin(), opened()]) {
        for (const order of orders) expect(() => session.give({ type: 'order', order })).not.toThrow()
        expect(() => session.give({ type: 'closed', code: 1011, reason: 'why' })).not.toThrow()
      }
    })

    test('never throws, whatever comes in whatever order, and says only what can be said', () => {
      fc.assert(
        fc.property(fc.array(happening(fixture.says), { maxLength: 60 }), (inputs) => {
          const session = opened()
          for (const input of inputs) session.give(input)
          const replies = new Set(
            session.events.flatMap((event) => (event.type === 'reply-started' ? [event.reply] : [])),
          )
          for (const event of session.events) {
            if (event.type === 'reply-text' || event.type === 'reply-ended') expect(replies).toContain(event.reply)
          }
          for (const message of session.messages)
            expect('text' in message && JSON.parse(message.text)).toBeTypeOf('object')
        }),
        { numRuns: 200 },
      )
    })

    test('what the vendor complains about is told in a sentence, without the key', () => {
      const session = opened()
      for (const message of fixture.failed) {
        session.give({ type: 'message', message: keyed(message, secrets[0] ?? '') })
      }
      const failures = session.events.filter((event) => event.type === 'failed')
      expect(failures.length).toBeGreaterThan(0)
      for (const { message } of failures) expect(message.length).toBeGreaterThan(15)
      expectNoSecret(failures, secrets)
    })
  })
}

const orders: readonly AgentOrder[] = [
  { type: 'interrupt', heardMs: 0 },
  { type: 'interrupt', heardMs: 1000, reply: 'unknown' },
  { type: 'say', text: 'Hello.' },
  { type: 'speech-started', agoMs: 100 },
  { type: 'speech-ended', agoMs: 100 },
  { type: 'digit', digit: '4021' },
  { type: 'text', text: 'written' },
  { type: 'marker-heard', name: 'unknown', cleared: true },
  { type: 'tool-result', id: 'unknown', ok: false, result: { error: 'no' } },
  { type: 'interrupt', heardMs: 0 },
]

/** Anything: what the vendor may say, the same with a field that is something else, orders, and sound. */
function happening(says: readonly object[]): fc.Arbitrary<AgentInput> {
  const message = (value: unknown): AgentInput => ({ type: 'message', message: { text: JSON.stringify(value) } })
  const said = fc.constantFrom(...says)
  const strange = fc.tuple(said, fc.nat(), fc.jsonValue()).map(([value, at, other]) => twisted(value, at, other))
  return fc.oneof(
    said.map(message),
    strange.map(message),
    fc.constantFrom(...orders).map((order) => ({ type: 'order', order }) as const),
    fc.integer({ min: 0, max: 400 }).map((length) => ({ type: 'audio', pcm: new Int16Array(length) }) as const),
  )
}

/** A copy in which one field, however deep, is something else. */
function twisted(value: object, at: number, other: unknown): object {
  const places: [object: Record<string, unknown>, name: string][] = []
  const copy: Record<string, unknown> = structuredClone(value) as Record<string, unknown> // any object may be read by name
  const walk = (inside: Record<string, unknown>) => {
    for (const [name, inner] of Object.entries(inside)) {
      if (name !== 'type') places.push([inside, name])
      if (typeof inner === 'object' && inner !== null) walk(inner as Record<string, unknown>) // any object may be read by name
    }
  }
  walk(copy)
  const [place, name] = places[at % places.length] ?? []
  if (place && name) place[name] = other
  return copy
}

function keyed(message: WireMessage, key: string): WireMessage {
  return 'text' in message ? { text: message.text.replaceAll('KEY', key) } : message
}
