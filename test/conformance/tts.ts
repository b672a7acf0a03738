/** What every speaker promises, as tests: `speakerConformance(name, fixture)` in the provider's own test file. */
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { WireMessage } from '../../src/spec/carrier.ts'
import type { HttpResponse } from '../../src/spec/http.ts'
import type { SocketSpeakerSpec, SpeakerEvent, SpeakerInput, SpeakerSpec } from '../../src/spec/speech.ts'
import { configOf, describeSettings, secretValues, type PartFixture } from './parts/settings.ts'
import { expectNoSecret, now, outcome, socketSessions, unreadable } from './parts/steps.ts'

export interface SpeakerFixture<S extends z.ZodObject> extends PartFixture<S> {
  readonly spec: SpeakerSpec<S>
  /** The vendor's side of the socket; required where the spec has one. */
  readonly wire?: SpeakerWire
}

export interface SpeakerWire {
  /** The answer to requests before the socket, where there are any. */
  readonly answer?: HttpResponse
  /** What the vendor says until it takes sentences; empty where it does at once. */
  readonly ready: readonly WireMessage[]
  /** 100 ms of sound, as the vendor sends it for this context. */
  audio(context: string): readonly WireMessage[]
  /** The end of the sentence's sound. */
  spoken(context: string): readonly WireMessage[]
  /** The vendor's answer to a cancellation; default none. */
  cancelled?(context: string): readonly WireMessage[]
  /** An error in the vendor's own words, which repeat the key in the place of `KEY`. */
  failed(context: string): readonly WireMessage[]
}

/** The pure half. Speakers with a request per sentence have only settings here. */
export function speakerConformance<S extends z.ZodObject>(name: string, fixture: SpeakerFixture<S>): void {
  describe(`${name} is a speaker`, () => {
    describeSettings(fixture)
    const { spec, wire } = fixture
    if (!('socket' in spec)) return
    if (!wire) throw new Error(`${name} has a socket: bring \`wire\``)
    describeSocket(fixture, spec, wire)
  })
}

function describeSocket<S extends z.ZodObject>(
  fixture: SpeakerFixture<S>,
  { socket }: SocketSpeakerSpec<S>,
  wire: SpeakerWire,
): void {
  const config = configOf(fixture)
  const secrets = secretValues(fixture)
  const { begin, read, opened } = socketSessions<z.output<S>, SpeakerInput, SpeakerEvent>(socket, config, wire.ready)
  const ofType = <T extends SpeakerEvent['type']>(session: ReturnType<typeof begin>, type: T) =>
    session.events.filter((event): event is Extract<SpeakerEvent, { type: T }> => event.type === type)

  test('connects to a socket', () => {
    const { url } = outcome(socket.connect(config, now), wire.answer)
    expect(new URL(url).protocol).toMatch(/^wss?:$/)
    expect(socket.rate(config)).toBeGreaterThanOrEqual(8_000)
  })

  test('takes sentences once, and not before the vendor does', () => {
    const session = begin()
    session.give({ type: 'opened' })
    if (wire.ready.length > 0) expect(session.events).toEqual([])
    read(session, wire.ready)
    expect(ofType(session, 'ready')).toHaveLength(1)
  })

  test('speaks a sentence: its text goes out, its sound comes back under its name, and its end', () => {
    const session = opened()
    const { messages } = session.give({ type: 'speak', context: 'say_1', text: 'Hello "there", Zoë.' })
    const sent = messages.map((message) => ('text' in message ? message.text : '')).join('\n')
    expect(sent).toContain('Zoë')
    read(session, [...wire.audio('say_1'), ...wire.audio('say_1'), ...wire.spoken('say_1')])
    const sound = ofType(session, 'audio')
    const ms = sound.reduce((sum, { pcm }) => sum + (pcm.length * 1000) / socket.rate(config), 0)
    expect(new Set(sound.map(({ context }) => context))).toEqual(new Set(['say_1']))
    expect(ms).toBeGreaterThan(180)
    expect(ms).toBeLessThan(220)
    expect(ofType(session, 'spoken')).toEqual([{ type: 'spoken', context: 'say_1' }])
  })

  test('speaks one sentence after another, also when both were sent at once', () => {
    const session = opened()
    session.give({ type: 'speak', context: 'say_1', text: 'One.' })
    session.give({ type: 'speak', context: 'say_2', text: 'Two.' })
    for (const context of ['say_1', 'say_2']) read(session, [...wire.audio(context), ...wire.spoken(context)])
    expect(ofType(session, 'spoken').map(({ context }) => context)).toEqual(['say_1', 'say_2'])
    expect(new Set(ofType(session, 'audio').map(({ context }) => context))).toEqual(new Set(['say_1', 'say_2']))
  })

  test('a sentence that is cancelled makes no sound any more, and the next one is spoken', () => {
    const session = opened()
    session.give({ type: 'speak', context: 'say_1', text: 'One.' })
    read(session, wire.audio('say_1'))
    const before = session.events.length
    session.give({ type: 'cancel', context: 'say_1' })
    read(session, [...wire.audio('say_1'), ...(wire.cancelled?.('say_1') ?? [])])
    expect(session.events.slice(before).filter(({ type }) => type === 'audio')).toEqual([])
    session.give({ type: 'speak', context: 'say_2', text: 'Two.' })
    read(session, [...wire.audio('say_2'), ...wire.spoken('say_2')])
    expect(ofType(session, 'audio').at(-1)).toMatchObject({ context: 'say_2' })
    expect(ofType(session, 'spoken').at(-1)).toEqual({ type: 'spoken', context: 'say_2' })
  })

  test('cancelling what nobody speaks changes nothing', () => {
    const session = opened()
    session.give({ type: 'speak', context: 'say_1', text: 'One.' })
    read(session, [...wire.audio('say_1'), ...wire.spoken('say_1')])
    session.give({ type: 'cancel', context: 'say_1' })
    session.give({ type: 'cancel', context: 'say_9' })
    session.give({ type: 'speak', context: 'say_2', text: 'Two.' })
  })

  test.each(unreadable)('survives %s', (_, message) => {
    const session = opened()
    const { events } = session.give({ type: 'message', message })
    for (const event of events) expect(event.type).toBe('failed')
  })

  test('tells a failure of the vendor’s, without the key', () => {
    const session = opened()
    session.give({ type: 'speak', context: 'say_1', text: 'One.' })
    const key = secrets[0] ?? 'nobody'
    read(
      session,
      wire.failed('say_1').map((message) => withKey(message, key)),
    )
    const [failed] = ofType(session, 'failed')
    expect(failed).toMatchObject({ code: expect.stringMatching(/^(vendor|settings)\./) })
    expect(failed?.message.length).toBeGreaterThan(10)
    expectNoSecret(failed, secrets)
  })

  test.runIf(socket.idleAfter !== undefined)('keeps the vendor awake', () => {
    expect(opened().give({ type: 'idle' }).messages.length).toBeGreaterThan(0)
  })

  test('takes its leave, also before it was ready', () => {
    opened().give({ type: 'finish' })
    const session = begin()
    session.give({ type: 'opened' })
    session.give({ type: 'finish' })
  })
}

function withKey(message: WireMessage, key: string): WireMessage {
  return 'text' in message ? { text: message.text.replaceAll('KEY', key) } : message
}
