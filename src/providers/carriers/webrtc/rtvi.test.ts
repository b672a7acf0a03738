import { expect, test } from 'vitest'
import { Teller } from './rtvi.ts'

const now = Date.UTC(2026, 0, 1)
const types = (messages: readonly { readonly type: string }[]) => messages.map(({ type }) => type)

test('a reply is told sentence by sentence, then as heard', () => {
  const teller = new Teller()
  const tell = (seen: Parameters<Teller['tell']>[0]) => teller.tell(seen, now)
  expect(types(tell({ type: 'reply-started', reply: 'r' }))).toEqual(['bot-llm-started', 'bot-tts-started'])
  expect(types(tell({ type: 'reply-text', reply: 'r', delta: 'Good day. How are' }))).toEqual([
    'bot-llm-text',
    'bot-output',
  ])
  const ended = [
    ...tell({ type: 'reply-text', reply: 'r', delta: ' you?' }),
    ...tell({ type: 'reply-ended', reply: 'r' }),
  ]
  expect(types(ended)).toEqual(['bot-llm-text', 'bot-output', 'bot-llm-stopped', 'bot-tts-stopped'])
  const heard = tell({ type: 'message.added', message: 'm', role: 'agent', text: 'Good day. How are you?' })
  expect(heard.flatMap((one) => (one.type === 'bot-output' ? [one.data] : []))).toEqual([
    {
      text: 'Good day.',
      aggregated_by: 'sentence',
      segment_id: 1,
      spoken: true,
      will_be_spoken: true,
      spoken_status: 'completed',
    },
    {
      text: 'How are you?',
      aggregated_by: 'sentence',
      segment_id: 2,
      spoken: true,
      will_be_spoken: true,
      spoken_status: 'completed',
    },
  ])
})

test('what an interruption cut off is not told as spoken, then or later', () => {
  const teller = new Teller()
  teller.tell({ type: 'reply-text', reply: 'r', delta: 'First. Second. ' }, now)
  const cut = teller.tell(
    { type: 'message.added', message: 'm', role: 'agent', text: 'First.', interrupted: true },
    now,
  )
  expect(cut.flatMap((one) => (one.type === 'bot-output' ? [one.data.text] : []))).toEqual(['First.'])
  const later = teller.tell({ type: 'message.added', message: 'n', role: 'agent', text: 'Second.' }, now)
  expect(types(later)).toEqual(['bot-tts-text', 'bot-transcription'])
})

test('partial texts of the caller are told at once, final ones when they stand in the transcript', () => {
  const teller = new Teller()
  const timestamp = '2026-01-01T00:00:00.000Z'
  expect(teller.tell({ type: 'caller-text', text: 'I wou', final: false }, now)).toEqual([
    { type: 'user-transcription', data: { text: 'I wou', user_id: '', timestamp, final: false } },
  ])
  expect(teller.tell({ type: 'caller-text', text: 'I would', final: true }, now)).toEqual([])
  expect(teller.tell({ type: 'message.added', message: 'm', role: 'caller', text: 'I would' }, now)).toEqual([
    { type: 'user-transcription', data: { text: 'I would', user_id: '', timestamp, final: true } },
  ])
})

test('figures are in seconds', () => {
  expect(new Teller().tell({ type: 'turn.measured', turn: 1, timings: { firstAudio: 250 } }, now)).toEqual([
    { type: 'metrics', data: { ttfb: [{ processor: 'firstAudio', value: 0.25 }] } },
  ])
  expect(new Teller().tell({ type: 'turn.measured', turn: 1, timings: {} }, now)).toEqual([])
})

test('an agent that fails is an error under both names', () => {
  expect(new Teller().tell({ type: 'agent.failed', code: 'vendor.failed', message: 'gone' }, now)).toEqual([
    { type: 'error', data: { error: 'gone', message: 'gone', fatal: false } },
  ])
})
