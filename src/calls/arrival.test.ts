import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openers, type Opener } from '../../test/conformance/openings.ts'
import { VirtualClock } from '../lib/clock.ts'
import { memoryLogger } from '../lib/log.ts'
import { socketPair } from '../lib/socket/pair.ts'
import type { Socket } from '../lib/socket/socket.ts'
import { carriers } from '../providers/index.ts'
import type { WireMessage } from '../spec/carrier.ts'
import type { Admitted } from './admit.ts'
import { Arrival, type Opening } from './arrival.ts'
import { wireOf } from './leg.ts'
import type { LiveCall } from './live.ts'

const live = {} as LiveCall // only handed on
/** Lets what was sent arrive, and what follows from it happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

type Admit = (claims: Parameters<Parameters<Arrival['look']>[0]>[0]) => Promise<Admitted>

function arrive(admit: Admit, strict = false) {
  const clock = new VirtualClock()
  const [ours, theirs] = socketPair()
  const arrival = new Arrival({ clock, logger: memoryLogger() }, ours, carriers, strict)
  const send = (message: WireMessage, binary = !('text' in message)) =>
    theirs.send('text' in message ? message.text : message.binary, binary)
  return { clock, ours, theirs, send, verdict: arrival.look(admit) }
}

const admitted =
  (token?: string): Admit =>
  (claims) =>
    Promise.resolve({ live, claim: claims[0]!, ...(token === undefined ? {} : { token }) } satisfies Admitted)

/** The sound that a line hears which goes on where the look ended. */
function hear(ours: Socket, { stream, state, later }: Opening): readonly number[] {
  const sound: number[] = []
  let memory = state
  const step = (message: WireMessage): void => {
    const result = stream.step(memory, { type: 'message', message })
    memory = result.state
    for (const event of result.events) if (event.type === 'audio') sound.push(event.payload[0] ?? 0)
  }
  ours.onMessage((raw) => step(wireOf(raw)))
  later.forEach(step)
  return sound
}

/** The first messages in any order, with sound and nonsense between them; sound keeps its own order. */
function story({ opening, media, ref }: Opener) {
  return fc
    .record({
      swapped: fc.boolean(),
      frames: fc.integer({ min: 0, max: 12 }),
      // Where each greeting falls among the frames, and how many messages arrive before the answer to who it is.
      places: fc.tuple(fc.nat(12), fc.nat(12)),
      answerAfter: fc.nat(20),
      asBytes: fc.boolean(),
      nonsense: fc.array(fc.constantFrom('{', 'ANSWER', '{"event":"odd"}'), { maxLength: 2 }),
    })
    .map(({ swapped, frames, places, answerAfter, asBytes, nonsense }) => {
      const first = opening({ ref })
      const messages: WireMessage[] = Array.from({ length: frames }, (_, index) => media(index))
      for (const [index, message] of (swapped ? first.toReversed() : first).entries())
        messages.splice(Math.min(places[index] ?? 0, messages.length), 0, message)
      return { messages: [...nonsense.map((text) => ({ text })), ...messages], frames, answerAfter, asBytes }
    })
}

describe.each(openers)('$carrier', (opener) => {
  test('any order and split of the first messages loses no frame', async () => {
    await fc.assert(
      fc.asyncProperty(story(opener), async ({ messages, frames, answerAfter, asBytes }) => {
        const gate = Promise.withResolvers<void>()
        const { ours, send, verdict } = arrive(async (claims) => {
          await gate.promise
          return { live, claim: claims[0]! }
        })
        const line = verdict.then((opening) => hear(ours, opening as Opening))
        for (const [index, message] of messages.entries()) {
          if (index === answerAfter) gate.resolve()
          // Nonsense as bytes would be sound to some.
          send(message, asBytes && 'text' in message && message.text.startsWith('{"event') ? true : undefined)
          await settle()
        }
        gate.resolve()
        expect(await line).toEqual(Array.from({ length: frames }, (_, index) => index + 1))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a stranger', () => {
  const [{ opening, ref, media }] = openers as readonly [Opener]

  test('that says nothing is not waited for', async () => {
    const { clock, verdict } = arrive(admitted())
    clock.advance(10_000)
    expect(await verdict).toEqual({ refused: 'no start message in time' })
    expect(clock.pending).toBe(0)
  })

  test('that talks without beginning is cut off', async () => {
    const { send, verdict } = arrive(admitted())
    for (let count = 0; count < 20; count++) send({ text: '{"event":"hello"}' })
    expect(await verdict).toEqual({ refused: 'no start message among the first messages' })
  })

  test('that leaves is gone', async () => {
    const { theirs, verdict } = arrive(admitted())
    theirs.close()
    expect(await verdict).toEqual({ refused: 'closed before it started' })
  })

  test('whose call does not come is not waited for', async () => {
    const { clock, send, verdict } = arrive(() => new Promise(() => undefined))
    for (const message of opening({ ref })) send(message)
    await settle()
    clock.advance(25_000)
    expect(await verdict).toEqual({ refused: 'the call was not found in time' })
  })

  test.each([
    ['messages', 1_501, 0],
    ['bytes', 70, 64_000],
  ])('is not kept beyond so many %s', async (_what, count, bytes) => {
    const { send, verdict } = arrive(() => new Promise(() => undefined))
    for (const message of opening({ ref })) send(message)
    for (let index = 0; index < count; index++) send(bytes > 0 ? { binary: new Uint8Array(bytes) } : media(index))
    await settle()
    expect(await verdict).toEqual({ refused: 'too much came before the call was found' })
  })

  test('with a call’s token speaks its carrier’s words at once', async () => {
    const { send, verdict } = arrive(admitted(), true)
    send({ text: 'hello?' })
    expect(await verdict).toEqual({ refused: 'this is no media stream of a known carrier' })
  })

  test('leaves no token in what is kept', async () => {
    const { send, verdict } = arrive(admitted('s3cret'))
    for (const message of opening({ ref, token: 's3cret' })) send(message)
    const { before } = (await verdict) as Opening
    expect(JSON.stringify(before)).toContain('[redacted]')
    expect(JSON.stringify(before)).not.toContain('s3cret')
  })

  test('that cannot be looked up is refused, and it is logged', async () => {
    const { send, verdict } = arrive(() => Promise.reject(new Error('no store')))
    for (const message of opening({ ref })) send(message)
    expect(await verdict).toEqual({ refused: 'the claim could not be checked' })
  })
})
