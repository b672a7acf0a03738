import { expect, test } from 'vitest'
import { Transcript } from './transcript.ts'

function hearing(...parts: readonly (readonly [text: string, final: boolean])[]): Transcript {
  const transcript = new Transcript()
  for (const [text, final] of parts) transcript.hear(text, final)
  return transcript
}

test('final parts add up, with what may still change behind them', () => {
  const transcript = hearing(['A table', true], ['for', false], ['for two', false])
  expect(transcript.text).toBe('A table for two')
  transcript.hear('for two.', true)
  expect(transcript.take()).toBe('A table for two.')
  expect(transcript.text).toBe('')
})

test('what never became final is not lost', () => {
  expect(hearing(['yes', false]).take()).toBe('yes')
})

test('what was taken early is not told again when it becomes final', () => {
  const transcript = hearing(['yes', false])
  expect(transcript.takeEarly()).toBe('yes')
  transcript.hear('Yes.', true)
  expect(transcript.text).toBe('')
  transcript.settle()
  transcript.hear('and no', true)
  expect(transcript.take()).toBe('and no')
})

test('of what was taken early only the rest is told', () => {
  const transcript = hearing(['yes', false])
  transcript.takeEarly()
  transcript.hear('Yes, at', false)
  expect(transcript.text).toBe('at')
  transcript.hear('Yes, at eight.', true)
  expect(transcript.take()).toBe('at eight.')
})

test('final parts that were taken early do not hide what follows', () => {
  const transcript = hearing(['At eight.', true])
  expect(transcript.takeEarly()).toBe('At eight.')
  transcript.hear('For two.', true)
  expect(transcript.take()).toBe('For two.')
})
