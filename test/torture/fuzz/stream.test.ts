/** Spoiled media messages against the translator and the line it serves: nothing throws, nothing grows, everything closes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { silentSocket } from '../../../src/calls/cast.ts'
import { liveInputs } from '../../../src/calls/inputs.ts'
import { openLeg } from '../../../src/calls/leg.ts'
import { VirtualClock } from '../../../src/lib/clock.ts'
import { seededIds } from '../../../src/lib/ids.ts'
import { silentLogger } from '../../../src/lib/log.ts'
import { stream } from '../../../src/providers/carriers/twilio/stream.ts'
import type { StreamInput, WireMessage } from '../../../src/spec/carrier.ts'
import { messages, runs, spoiledMessage } from './seeds.ts'

const format = stream.formats[0]!

function wire(data: string | Uint8Array): WireMessage {
  return typeof data === 'string' ? { text: data } : { binary: data }
}

const input: fc.Arbitrary<StreamInput> = fc.oneof(
  {
    weight: 6,
    arbitrary: spoiledMessage((text) => text).map((data) => ({ type: 'message', message: wire(data) }) as const),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map((payload) => ({ type: 'audio', payload }) as const) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }).map((name) => ({ type: 'mark', name }) as const) },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'clear' } as const, { type: 'close' } as const) },
)

describe('the translator of a media socket', () => {
  test('takes anything, says only what it may, and keeps little', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
        let state = stream.begin()
        let started = 0
        let stopped = 0
        for (const one of inputs) {
          const step = stream.step(state, one)
          state = step.state
          for (const event of step.events) {
            if (event.type === 'started') started++
            if (event.type === 'stopped') stopped++
            if (event.type === 'audio') {
              expect(started - stopped).toBe(1)
              expect(event.payload.length).toBeGreaterThan(0)
            }
            if (event.type === 'digit') expect(event.digit).toMatch(/^[0-9A-D*#]$/)
          }
          for (const message of step.messages)
            expect(() => JSON.parse('text' in message ? message.text : '')).not.toThrow()
        }
        expect(started).toBeLessThanOrEqual(1)
        expect(stopped).toBeLessThanOrEqual(started)
        expect(JSON.stringify(state).length).toBeLessThan(10_000)
      }),
      { numRuns: runs(2_000) },
    )
  })
})

describe('a line', () => {
  test('hears whole samples or nothing, ends once, and leaves no timer behind', () => {
    const act = fc.oneof(
      { weight: 5, arbitrary: spoiledMessage((text) => text) },
      { weight: 2, arbitrary: fc.nat(5_000).map((samples) => ({ speak: samples })) },
      { weight: 1, arbitrary: fc.constantFrom('clear' as const, 'pause' as const, 'resume' as const, 'end' as const) },
      { weight: 2, arbitrary: fc.nat(300).map((ms) => ({ pass: ms })) },
    )
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const clock = new VirtualClock()
        const inputs = liveInputs(clock, seededIds('fuzz'))
        let state = stream.begin()
        for (const text of messages.slice(0, 2))
          state = stream.step(state, { type: 'message', message: { text } }).state
        let ends = 0
        let heard = 0
        const sent: WireMessage[] = []
        const socket = silentSocket((message) => void sent.push(message))
        const leg = openLeg({
          ...{ socket, stream, state, format, streamRef: 'MZ', inputs, pace: clock, logger: silentLogger, taps: {} },
          onDigit: (digit) => expect(digit).toMatch(/^[0-9A-D*#]$/),
          onStopped: () => ends++,
          onLost: () => ends++,
          count: () => undefined,
        })
        leg.microphone.pipe({ rate: format.rate, write: (pcm) => void (heard += pcm.length), toString: () => 'count' })
        for (const one of acts) {
          if (typeof one === 'string' && one === 'clear') leg.speaker.clear()
          else if (one === 'pause') leg.speaker.pause()
          else if (one === 'resume') leg.speaker.resume()
          else if (one === 'end') socket.end({ code: 1006, reason: '' })
          else if (typeof one === 'string' || one instanceof Uint8Array) leg.receive(wire(one))
          else if ('speak' in one) leg.speaker.write(new Int16Array(one.speak))
          else clock.advance(one.pass)
        }
        leg.close('the test is over')
        expect(ends).toBeLessThanOrEqual(1)
        expect(Number.isInteger(heard)).toBe(true)
        expect(leg.speaker.queuedMs).toBe(0)
        expect(clock.pending).toBe(0)
        const before = sent.length
        leg.speaker.write(new Int16Array(1_600))
        clock.advance(1_000)
        expect(sent.length).toBe(before)
      }),
      { numRuns: runs(600) },
    )
  })
})
