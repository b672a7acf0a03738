import { expect, test } from 'vitest'
import { Thoughts } from './thoughts.ts'

function spoken(deltas: readonly string[]): string {
  const thoughts = new Thoughts()
  return deltas.map((delta) => thoughts.push(delta)).join('') + thoughts.end()
}

test.each([
  ['<think>hm</think>Hello.', 'Hello.'],
  ['<think>\nLet me see: 1 < 2\n</think>\n\nYes.', '\n\nYes.'],
  ['<THINKING>x</THINKING>A<think>y</think>B', 'AB'],
  ['1 < 2 and <b>bold</b>', '1 < 2 and <b>bold</b>'],
  ['never closed <think>and so on', 'never closed '],
  ['</think>Hello', 'Hello'],
  ['ends with <thi', 'ends with <thi'],
])('%j is spoken as %j, however it is cut', (text, expected) => {
  expect(spoken([text])).toBe(expected)
  expect(spoken([...text])).toBe(expected)
  for (let at = 1; at < text.length; at++) expect(spoken([text.slice(0, at), text.slice(at)])).toBe(expected)
})
