import { expect, test } from 'vitest'
import { writeRtp } from '../../../protocols/rtp/packet.ts'
import type { StreamEvent, StreamInput } from '../../../spec/carrier.ts'
import { stream, text } from './stream.ts'

const format = { encoding: 'opus', rate: 16_000, frameMs: 20 } as const
const start = text({ type: 'start', ref: 'call_1', streamRef: 'rtc_1', format, sound: 111, keys: [110] })
const packet = (payloadType: number, sequence: number, payload = [1], timestamp = 0) => ({
  binary: writeRtp({ payloadType, marker: false, sequence, timestamp, source: 7, payload: new Uint8Array(payload) }),
})

function run(inputs: readonly StreamInput[]): readonly StreamEvent[] {
  let state = stream.begin()
  return inputs.flatMap((input) => {
    const step = stream.step(state, input)
    state = step.state
    return step.events
  })
}
const messages = (...given: readonly ({ text: string } | { binary: Uint8Array })[]) =>
  run(given.map((message) => ({ type: 'message', message })))

test('the start says which call and in which format', () => {
  expect(messages(start)).toEqual([{ type: 'started', ref: 'call_1', streamRef: 'rtc_1', parameters: {}, format }])
})

test('packets are sound, numbered over wraps; keys are keys; the rest is passed by', () => {
  const events = messages(
    start,
    packet(111, 65_535),
    packet(111, 0),
    packet(110, 1, [5, 0x80, 0, 1], 4),
    packet(110, 2, [5, 0x80, 0, 1], 4),
    packet(0, 3),
    { binary: new Uint8Array([1]) },
  )
  expect(events.slice(1)).toEqual([
    { type: 'audio', payload: new Uint8Array([1]), sequence: 65_535 },
    { type: 'audio', payload: new Uint8Array([1]), sequence: 65_536 },
    { type: 'digit', digit: '5' },
    { type: 'ignored', why: 'payload type 0 was not agreed on' },
    { type: 'ignored', why: 'no RTP packet' },
  ])
})

test('what the data channel says arrives in the same order as sound', () => {
  expect(messages(start, text({ type: 'digit', digit: '#' }), text({ type: 'stop', cause: 'gone' })).slice(1)).toEqual([
    { type: 'digit', digit: '#' },
    { type: 'stopped', cause: 'gone' },
  ])
})

test('our frames leave bare, once there is a link: it numbers and dates them', () => {
  const order = { type: 'audio', payload: new Uint8Array([9]) } as const
  const { state } = stream.step(stream.begin(), { type: 'message', message: start })
  expect(stream.step(state, order).messages).toEqual([{ binary: new Uint8Array([9]) }])
  expect(stream.step(state, { type: 'clear' }).messages).toEqual([])
})

test('a second start, and words that are none, are passed by', () => {
  const nonsense = ['', '{', 'null', '{"type":"digit","digit":"x"}'].map((one) => ({ text: one }))
  expect(messages(start, start, ...nonsense).slice(1)).toEqual(
    Array.from({ length: 5 }, () => ({ type: 'ignored', why: 'no word of this link' })),
  )
})

test('sound before a start is nobody’s', () => {
  expect(messages(packet(111, 1))).toEqual([{ type: 'ignored', why: 'no RTP packet' }])
})
