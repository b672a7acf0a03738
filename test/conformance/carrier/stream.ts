/** Media streams: sound and marks survive both ways, and no message of any kind makes a step throw. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { StreamFormat } from '../../../src/spec/audio.ts'
import type { CarrierSpec, Stream, StreamEvent, StreamInput, WireMessage } from '../../../src/spec/carrier.ts'
import { openers } from '../openings.ts'
import type { CarrierFixture } from './fixture.ts'

type Wire = NonNullable<CarrierFixture<z.ZodObject>['stream']>

export function describeStream<S extends z.ZodObject>(fixture: CarrierFixture<S>): void {
  const { stream } = fixture.spec
  if (!stream) return
  describe('stream', () => {
    const wire = fixture.stream
    if (!wire) return test('has a fixture', () => expect.fail('the spec has a stream, the fixture has none'))
    describeLife(fixture.spec, stream, wire)
    describeSound(stream, wire)
    if (stream.marks) describeMarks(stream, wire)
    describeGarbage(stream, wire)
  })
}

const message = (one: WireMessage): StreamInput => ({ type: 'message', message: one })

interface Played {
  readonly state: unknown
  readonly events: readonly StreamEvent[]
  readonly messages: readonly WireMessage[]
}

/** Runs inputs one after another, from `state` or from the beginning. */
function play(stream: Stream, inputs: readonly StreamInput[], state: unknown = stream.begin()): Played {
  const events: StreamEvent[] = []
  const messages: WireMessage[] = []
  for (const input of inputs) {
    const done = stream.step(state, input)
    state = done.state
    events.push(...done.events)
    messages.push(...done.messages)
  }
  return { state, events, messages }
}

const opened = (stream: Stream, wire: Wire) => play(stream, wire.opening.map(message))

function describeLife({ name, listen }: CarrierSpec, stream: Stream, wire: Wire): void {
  // Over a link that the provider's own listener makes: no stranger's socket can pass for it.
  const linked = listen !== undefined

  test('opens with one started event in a format of the spec', () => {
    const started = opened(stream, wire).events.filter((event) => event.type === 'started')
    expect(started).toHaveLength(1)
    expect(started[0]).toMatchObject(wire.started)
    expect(stream.formats).toContainEqual(started[0]!.format)
  })

  test(`is ${linked ? 'no stranger’s' : 'recognised'} by what opens it, by its greeting as by its start`, () => {
    for (const one of wire.opening) expect(stream.recognise(one)).toBe(!linked)
    for (const other of [{ text: '' }, { text: '{}' }, { binary: new Uint8Array() }])
      expect(stream.recognise(other)).toBe(false)
  })

  test('claims no start of another carrier', () => {
    for (const { carrier, ref, opening } of openers)
      if (carrier !== name) expect([carrier, stream.recognise(opening({ ref }).at(-1)!)]).toEqual([carrier, false])
  })

  const { digit, stop } = wire
  if (digit)
    test('a pressed key is reported', () => {
      const { events } = play(stream, [message(digit.message)], opened(stream, wire).state)
      expect(events).toEqual([{ type: 'digit', digit: digit.digit }])
    })

  if (stop)
    test('a stop is reported, and no sound comes after it', () => {
      const { state, events } = play(stream, [message(stop)], opened(stream, wire).state)
      expect(events).toMatchObject([{ type: 'stopped' }])
      const late = play(stream, [message(wire.audio(frameOf(stream.formats[0]!), 1)), message(stop)], state)
      expect(late.events.filter((event) => event.type !== 'ignored')).toEqual([])
    })

  test('the same step from the same state gives the same result', () => {
    const { state } = opened(stream, wire)
    for (const input of inputsOf(stream, wire)) expect(stream.step(state, input)).toEqual(stream.step(state, input))
  })
}

function describeSound(stream: Stream, wire: Wire): void {
  const frame = frameArbitrary(stream.formats[0]!)

  test('the caller’s sound arrives byte for byte and in order', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), (frames) => {
        const inputs = frames.map((payload, index) => message(wire.audio(payload, index + 1)))
        const { events } = play(stream, inputs, opened(stream, wire).state)
        const sound = events.filter((event) => event.type === 'audio')
        expect(sound.map(({ payload }) => hex(payload))).toEqual(frames.map(hex))
        const counted = sound.flatMap(({ sequence }) => sequence ?? [])
        expect(counted).toEqual(counted.toSorted((a, b) => a - b))
      }),
      { numRuns: 50 },
    )
  })

  test('numbers of sound go on rising where sixteen bits end', () => {
    const counts = [1, 32_000, 60_000, 65_535, 65_536, 65_537, 98_000, 130_000, 131_072]
    const payload = frameOf(stream.formats[0]!)
    const inputs = counts.map((count) => message(wire.audio(payload, count)))
    const { events } = play(stream, inputs, opened(stream, wire).state)
    const counted = events.flatMap((event) => (event.type === 'audio' ? (event.sequence ?? []) : []))
    expect(counted).toEqual([...new Set(counted)].toSorted((a, b) => a - b))
  })

  test('our sound arrives byte for byte', () => {
    fc.assert(
      fc.property(frame, (payload) => {
        const { messages } = play(stream, [{ type: 'audio', payload }], opened(stream, wire).state)
        expect(hex(Buffer.concat(messages.map((one) => wire.played(one) ?? new Uint8Array())))).toBe(hex(payload))
      }),
      { numRuns: 50 },
    )
  })

  test('a view into a larger buffer sends its own bytes only', () => {
    const payload = frameOf(stream.formats[0]!)
    const view = Buffer.concat([Buffer.from('before'), payload, Buffer.from('after')]).subarray(6, 6 + payload.length)
    const { messages } = play(stream, [{ type: 'audio', payload: view }], opened(stream, wire).state)
    expect(messages.map((one) => hex(wire.played(one) ?? new Uint8Array())).join('')).toBe(hex(payload))
  })

  test('nothing is sent before the start', () => {
    const payload = frameOf(stream.formats[0]!)
    expect(play(stream, [{ type: 'audio', payload }, { type: 'clear' }]).messages).toEqual([])
  })

  test(`a clear ${stream.clears === false ? 'has nobody to tell' : 'tells the carrier'}`, () => {
    const { messages } = play(stream, [{ type: 'clear' }], opened(stream, wire).state)
    expect(messages.length > 0).toBe(stream.clears !== false)
  })
}

function describeMarks(stream: Stream, wire: Wire): void {
  const echo = (name: string) => {
    if (!wire.echo) throw new Error('the spec has marks, the fixture has no echo')
    return message(wire.echo(name))
  }
  const marksOf = (inputs: readonly StreamInput[]) =>
    play(stream, inputs, opened(stream, wire).state).events.filter((event) => event.type === 'mark')

  test('a mark comes back when what was before it has been played', () => {
    expect(marksOf([{ type: 'mark', name: 'm1' }, echo('m1')])).toEqual([{ type: 'mark', name: 'm1', cleared: false }])
  })

  test('a mark that a clear returned was not played', () => {
    const inputs: StreamInput[] = [{ type: 'mark', name: 'm1' }, { type: 'clear' }, { type: 'mark', name: 'm2' }]
    expect(marksOf([...inputs, echo('m1'), echo('m2')])).toEqual([
      { type: 'mark', name: 'm1', cleared: true },
      { type: 'mark', name: 'm2', cleared: false },
    ])
  })
}

function describeGarbage(stream: Stream, wire: Wire): void {
  const texts = wire.opening.flatMap((one) => ('text' in one ? [one.text] : []))
  const damaged = fc
    .tuple(fc.constantFrom('{}', ...texts), fc.nat(600), fc.nat(5), fc.string({ maxLength: 5 }))
    .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut))
  const garbage = fc.oneof(
    fc.string().map((text) => ({ text })),
    fc.json().map((text) => ({ text })),
    damaged.map((text) => ({ text })),
    fc.uint8Array().map((binary) => ({ binary })),
  )

  test('garbage never throws, never passes for sound we can name, and leaves the stream usable', () => {
    fc.assert(
      fc.property(fc.array(garbage, { maxLength: 5 }), fc.boolean(), (messages, open) => {
        for (const one of messages) stream.recognise(one)
        const before = open ? opened(stream, wire).state : stream.begin()
        const { state } = play(stream, messages.map(message), before)
        if (!open) return
        const { events } = play(stream, [message(wire.audio(frameOf(stream.formats[0]!), 1))], state)
        expect(events).toMatchObject([{ type: 'audio' }])
      }),
      { numRuns: 300 },
    )
  })

  test('orders in any state never throw', () => {
    for (const state of [stream.begin(), opened(stream, wire).state])
      for (const input of inputsOf(stream, wire)) expect(stream.step(state, input)).toHaveProperty('messages')
  })
}

function inputsOf(stream: Stream, wire: Wire): readonly StreamInput[] {
  const payload = frameOf(stream.formats[0]!)
  return [
    { type: 'audio', payload },
    { type: 'mark', name: 'm1' },
    { type: 'clear' },
    { type: 'digits', digits: '1' },
    { type: 'close' },
    message(wire.audio(payload, 1)),
  ]
}

function bytesOf({ encoding, rate, frameMs }: StreamFormat): number {
  const samples = (rate * frameMs) / 1_000
  if (encoding === 'g722') return samples / 2
  // Any length will do: a packet says itself how long it is.
  if (encoding === 'opus') return 60
  return encoding === 'pcmu' || encoding === 'pcma' ? samples : samples * 2
}

function frameOf(format: StreamFormat): Uint8Array {
  return Uint8Array.from({ length: bytesOf(format) }, (_, index) => (index * 37) & 0xff)
}

function frameArbitrary(format: StreamFormat): fc.Arbitrary<Uint8Array> {
  const length = bytesOf(format)
  return fc.uint8Array({ minLength: length, maxLength: length })
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
