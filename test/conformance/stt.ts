/** What every recogniser promises, as tests: `recogniserConformance(name, fixture)` in the provider's own test file. */
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { WireMessage } from '../../src/spec/carrier.ts'
import type { HttpResponse } from '../../src/spec/http.ts'
import type { RecogniserEvent, RecogniserInput, RecogniserSpec, SocketRecogniserSpec } from '../../src/spec/speech.ts'
import { configOf, describeSettings, secretValues, type PartFixture } from './parts/settings.ts'
import { expectNoSecret, now, outcome, socketSessions, unreadable } from './parts/steps.ts'

export interface RecogniserFixture<S extends z.ZodObject> extends PartFixture<S> {
  readonly spec: RecogniserSpec<S>
  /** The vendor's side of the socket; required where the spec has one. */
  readonly wire?: RecogniserWire
}

export interface RecogniserWire {
  /** The answer to requests before the socket, where there are any. */
  readonly answer?: HttpResponse
  /** What the vendor says until it wants sound; empty where it does at once. */
  readonly ready: readonly WireMessage[]
  /** Makes "hello there" the text of the turn, all final. With turns of the vendor's: from the beginning of the turn to before its end. */
  readonly heard: readonly WireMessage[]
  /** The vendor's answer to a flush. Not with turns of the vendor's. */
  readonly flushed?: readonly WireMessage[]
  /** Ends the turn. Only with turns of the vendor's. */
  readonly turnEnded?: readonly WireMessage[]
  /** An error in the vendor's own words, which repeat the key in the place of `KEY`. */
  readonly failed: readonly WireMessage[]
}

/** The pure half. Segment recognisers have only settings here. */
export function recogniserConformance<S extends z.ZodObject>(name: string, fixture: RecogniserFixture<S>): void {
  describe(`${name} is a recogniser`, () => {
    describeSettings(fixture)
    const { spec, wire } = fixture
    if (!('socket' in spec)) return
    if (!wire) throw new Error(`${name} has a socket: bring \`wire\``)
    describeSocket(fixture, spec, wire)
  })
}

function describeSocket<S extends z.ZodObject>(
  fixture: RecogniserFixture<S>,
  { socket }: SocketRecogniserSpec<S>,
  wire: RecogniserWire,
): void {
  const config = configOf(fixture)
  const secrets = secretValues(fixture)
  const turns = socket.turns(config)
  const { begin, read, opened } = socketSessions<z.output<S>, RecogniserInput, RecogniserEvent>(
    socket,
    config,
    wire.ready,
  )
  const sound = (ms: number) => new Int16Array((socket.rate(config) * ms) / 1000).map((_, at) => (at % 64) * 100)

  test('connects to a socket, with its key where it is not shown', () => {
    const { url } = outcome(socket.connect(config, now), wire.answer)
    expect(new URL(url).protocol).toMatch(/^wss?:$/)
    expect(socket.rate(config)).toBeGreaterThanOrEqual(8_000)
  })

  test('wants sound once, and not before the vendor does', () => {
    const session = begin()
    session.give({ type: 'opened' })
    if (wire.ready.length > 0) expect(session.events).toEqual([])
    read(session, wire.ready)
    expect(session.events.filter(({ type }) => type === 'ready')).toHaveLength(1)
  })

  test('sends sound on, and keeps none of what it was lent', () => {
    const [one, other] = [opened(), opened()]
    for (let at = 0; at < 25; at++) {
      const pcm = sound(20)
      one.give({ type: 'audio', pcm })
      pcm.fill(0)
      other.give({ type: 'audio', pcm: sound(20) })
    }
    expect(one.messages.length).toBeGreaterThan(0)
    expect(one.messages).toEqual(other.messages)
  })

  test('tells what was heard', () => {
    const session = opened()
    session.give({ type: 'audio', pcm: sound(100) })
    read(session, wire.heard)
    expect(textOf(session.events)).toBe('hello there')
  })

  test.runIf(turns === 'engine')('answers a flush once the vendor has, with words or without', () => {
    const session = opened()
    for (const messages of [wire.heard, [], wire.heard]) {
      session.give({ type: 'audio', pcm: sound(200) })
      read(session, messages)
      const before = session.events.length
      session.give({ type: 'flush' })
      read(session, wire.flushed ?? [])
      const after = session.events.slice(before)
      expect(after.filter(({ type }) => type === 'flushed')).toHaveLength(1)
      expect(after.at(-1)).toEqual({ type: 'flushed' })
    }
  })

  test.runIf(turns === 'vendor')('tells when a turn begins and ends, again and again', () => {
    const session = opened()
    for (let turn = 1; turn <= 2; turn++) {
      read(session, wire.heard)
      const begun = session.events.filter(({ type }) => type === 'turn-started')
      expect(begun).toHaveLength(turn)
      read(session, wire.turnEnded ?? [])
      expect(session.events.filter(({ type }) => type === 'turn-ended')).toHaveLength(turn)
      const texts = session.events.map(({ type }) => type)
      // What was said is told before the turn is over.
      expect(texts.lastIndexOf('text')).toBeLessThan(texts.lastIndexOf('turn-ended'))
    }
    expect(
      textOf(
        session.events.slice(
          0,
          session.events.findIndex(({ type }) => type === 'turn-ended'),
        ),
      ),
    ).toBe('hello there')
  })

  test.each(unreadable)('survives %s', (_, message) => {
    const session = opened()
    const { events } = session.give({ type: 'message', message })
    for (const event of events) expect(event.type).toBe('failed')
    read(session, wire.heard)
  })

  test('survives sound from a vendor that has none', () => {
    opened().give({ type: 'message', message: { binary: new Uint8Array([0, 1, 2]) } })
  })

  test('tells a failure of the vendor’s, without the key', () => {
    const session = opened()
    read(
      session,
      wire.failed.map((message) => withKey(message, secrets[0] ?? 'nobody')),
    )
    const failed = session.events.find((event) => event.type === 'failed')
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

/** Final parts joined, and what stands behind them. */
export function textOf(events: readonly RecogniserEvent[]): string {
  const finals: string[] = []
  let interim = ''
  for (const event of events) {
    if (event.type !== 'text') continue
    if (event.final) finals.push(event.text)
    interim = event.final ? '' : event.text
  }
  return [...finals, interim].filter((text) => text !== '').join(' ')
}

function withKey(message: WireMessage, key: string): WireMessage {
  return 'text' in message ? { text: message.text.replaceAll('KEY', key) } : message
}
