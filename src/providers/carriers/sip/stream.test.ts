import { expect, test } from 'vitest'
import type { StreamEvent, StreamInput } from '../../../spec/carrier.ts'
import { frame, readWanted, stream, text } from './stream.ts'

const format = { encoding: 'pcma', rate: 8000, frameMs: 20 } as const
const start = text({ type: 'start', ref: 'call_1', streamRef: 'rtp_1', format })

function run(inputs: readonly StreamInput[]): {
  readonly events: readonly StreamEvent[]
  readonly messages: readonly unknown[]
} {
  let state = stream.begin()
  const steps = inputs.map((input) => {
    const step = stream.step(state, input)
    state = step.state
    return step
  })
  return { events: steps.flatMap(({ events }) => events), messages: steps.flatMap(({ messages }) => messages) }
}
const message = (given: { readonly text: string } | { readonly binary: Uint8Array }): StreamInput => ({
  type: 'message',
  message: given,
})

test('a link begins with which call and which format; frames have numbers, keys and the end are words', () => {
  const given = [
    start,
    { binary: frame(7, Uint8Array.of(1, 2)) },
    text({ type: 'digit', digit: '#' }),
    text({ type: 'stop', cause: 'gone' }),
  ]
  expect(run(given.map(message)).events).toEqual([
    { type: 'started', ref: 'call_1', streamRef: 'rtp_1', parameters: {}, format },
    { type: 'audio', payload: Buffer.from([1, 2]), sequence: 7 },
    { type: 'digit', digit: '#' },
    { type: 'stopped', cause: 'gone' },
  ])
})

test('what the engine says goes as bare frames and words, while the link is open', () => {
  const audio = { type: 'audio', payload: Uint8Array.of(9) } as const
  const digits = { type: 'digits', digits: '12#' } as const
  const { messages } = run([
    ...[audio, digits, message(start), audio, digits, { type: 'clear' } as const, { type: 'mark', name: 'x' } as const],
    ...[message(text({ type: 'stop' })), audio, digits, { type: 'close' } as const],
  ])
  expect(messages).toEqual([{ binary: Uint8Array.of(9) }, { text: '{"type":"digits","digits":"12#"}' }])
  expect(readWanted('{"type":"digits","digits":"12#"}')).toEqual(digits)
  expect([readWanted('{'), readWanted('{"type":"x"}')]).toEqual([undefined, undefined])
})

test('what is none is passed by: before a start, a second one, nonsense, after the end', () => {
  const given = [
    ...[{ binary: frame(1, Uint8Array.of(1)) }, text({ type: 'digit', digit: '1' }), { text: '{' }, start, start],
    ...[
      { binary: Uint8Array.of(1) },
      { text: '{"type":"digit","digit":"x"}' },
      text({ type: 'stop' }),
      text({ type: 'stop' }),
    ],
  ]
  expect(run(given.map(message)).events.map(({ type }) => type)).toEqual([
    ...['ignored', 'ignored', 'ignored', 'started', 'ignored', 'ignored', 'ignored', 'stopped', 'ignored'],
  ])
})
