import { expect, test } from 'vitest'
import { History } from './history.ts'

function said(history: History, id: string, sentences: readonly (readonly [string, number])[]): void {
  history.begin(id)
  for (const [text, ms] of sentences) {
    history.text(id, text)
    history.sound(id, ms)
  }
}

test('an interrupted reply keeps what was heard, later ones nothing', () => {
  const history = new History('Be brief.')
  history.caller('Hello')
  said(history, 'a', [
    ['One two. ', 800],
    ['Three four.', 1100],
  ])
  history.end('a', [])
  said(history, 'b', [['Never heard.', 500]])
  expect(history.interrupt('a', 1400)).toBe('One two. Three')
  history.text('b', ' More.')
  expect(history.turns()).toEqual([
    { role: 'system', text: 'Be brief.' },
    { role: 'caller', text: 'Hello' },
    { role: 'agent', text: 'One two. Three' },
  ])
})

test('every tool call has its answer right behind it, whatever came between', () => {
  const history = new History()
  said(history, 'a', [['One moment.', 500]])
  const calls = [
    { id: '1', name: 'look_up', arguments: { day: 'friday' } },
    { id: '2', name: 'send_digits', arguments: {} },
  ]
  history.end('a', calls)
  history.caller('Hello?')
  expect(history.result('1', 'free')).toBe(true)
  expect(history.result('9', 'nobody asked')).toBe(false)
  expect(history.turns()).toEqual([
    { role: 'agent', text: 'One moment.', tools: calls },
    { role: 'tool', id: '1', name: 'look_up', result: 'free' },
    {
      role: 'tool',
      id: '2',
      name: 'send_digits',
      result: 'no result: cancelled, or still working when the caller spoke',
    },
    { role: 'caller', text: 'Hello?' },
  ])
})

test('a reply of which nothing was heard leaves no trace, unless it called a tool', () => {
  const history = new History()
  said(history, 'a', [['Hidden.', 500]])
  history.interrupt('a', 0)
  expect(history.turns()).toEqual([])
  said(history, 'b', [['Hidden too.', 500]])
  history.end('b', [{ id: '1', name: 'look_up', arguments: {} }])
  history.interrupt('b', 0)
  expect(history.turns().map(({ role }) => role)).toEqual(['agent', 'tool'])
})

test('an unknown reply changes nothing', () => {
  const history = new History()
  said(history, 'a', [['Kept.', 500]])
  expect(history.interrupt('x', 0)).toBe('')
  expect(history.turns()).toEqual([{ role: 'agent', text: 'Kept.' }])
})
