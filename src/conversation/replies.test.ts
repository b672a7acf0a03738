import { expect, test } from 'vitest'
import { Replies } from './replies.ts'

function spoken(...replies: readonly { id: string; text: string; soundMs: number; ended?: boolean }[]): Replies {
  const all = new Replies()
  for (const { id, text, soundMs, ended = true } of replies) {
    all.start(id)
    all.text(id, { text })
    all.sound(soundMs)
    if (ended) all.end(id)
  }
  return all
}

test('a cut gives the newest replies the silence first', () => {
  const replies = spoken(
    { id: 'a', text: 'One two.', soundMs: 800 },
    { id: 'b', text: 'Three.', soundMs: 600, ended: false },
  )
  expect(replies.cut(1000)).toEqual([
    { id: 'a', heardMs: 400, text: 'One', rest: 'two.', whole: false },
    { id: 'b', heardMs: 0, text: '', rest: 'Three.', whole: false },
  ])
  expect(replies.sounding).toBe(false)
})

test('a reply that was all heard is whole although its mark is still under way', () => {
  const replies = spoken({ id: 'a', text: 'Done.', soundMs: 500 }, { id: 'b', text: 'Next one.', soundMs: 900 })
  expect(replies.cut(900).map(({ whole }) => whole)).toEqual([true, false])
})

test('a reply that had more to say was interrupted although all its sound so far was heard', () => {
  const replies = spoken({ id: 'a', text: 'Done and', soundMs: 900, ended: false })
  expect(replies.cut(0)).toEqual([{ id: 'a', heardMs: 900, text: 'Done and', rest: '', whole: false }])
})

test('being heard takes earlier replies along', () => {
  const replies = spoken({ id: 'a', text: 'One.', soundMs: 100 }, { id: 'b', text: 'Two.', soundMs: 100 })
  expect(replies.heard('b').map(({ text }) => text)).toEqual(['One.', 'Two.'])
  expect(replies.heard('b')).toEqual([])
})

test('a reply without sound was not heard', () => {
  const replies = new Replies()
  replies.start('a')
  replies.text('a', { text: 'Silent words.' })
  expect(replies.end('a')).toBe(false)
  expect(replies.cut(0)).toEqual([])
})

test('text that comes after a cut belongs to nothing', () => {
  const replies = spoken({ id: 'a', text: 'One', soundMs: 100, ended: false })
  replies.cut(50)
  replies.text('a', { text: ' more' })
  expect(replies.cut(0)).toEqual([])
})

test.each([
  ['Shall I book it?', 1_600, true, 'a question that is over'],
  ['Shall I book a table for you?', 900, true, 'a question in its middle'],
  ['It is booked. Anything else?', 400, false, 'what comes before a question'],
  ['Is that all? I will send it to you.', 3_000, false, 'what follows one'],
  ['Is that all?', 0, false, 'a question of which nothing was heard'],
])('%s heard for %i ms: asked %s (%s)', (text, heardMs, asked) => {
  const soundMs = text.length * 60
  const replies = spoken({ id: 'a', text, soundMs, ended: true })
  expect(replies.asks(Math.max(0, soundMs - heardMs))).toBe(asked)
})
