import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import { comparable, distance } from './errors.ts'
import { heldOut, localLoop, score } from './score.ts'
import type { Heard, Sentence } from './score.ts'

const bookings: readonly Sentence[] = [
  {
    say: 'I would like a table for six on Friday at half past seven under the name Miller.',
    expect: { party: 6, day: 'friday', time: '19:30', name: 'Miller' },
  },
  { say: 'Can I book a table for two tomorrow at eight?', expect: { party: 2, day: 'tomorrow', time: '20:00' } },
  { say: 'A table for four people on Saturday, please.', expect: { party: 4, day: 'saturday' } },
  { say: 'We are five people and want to come tonight at nine.', expect: { party: 5, day: 'today', time: '21:00' } },
  {
    say: 'Please reserve a table for three on Monday at quarter to eight.',
    expect: { party: 3, day: 'monday', time: '19:45' },
  },
  { say: 'Book a table for eight on the fourteenth of March.', expect: { party: 8, day: 'march 14' } },
  { say: 'A table for two at seven thirty on Sunday.', expect: { party: 2, day: 'sunday', time: '19:30' } },
  { say: 'My name is Johnson, a table for ten on Thursday.', expect: { party: 10, day: 'thursday', name: 'Johnson' } },
  {
    before: ['a table for six on friday'],
    say: 'At half past eight.',
    expect: { party: 6, day: 'friday', time: '20:30' },
  },
  {
    before: ['a table for six on friday at half past seven under the name miller'],
    say: 'No, at seven please.',
    expect: { party: 6, day: 'friday', time: '19:00', name: 'Miller' },
  },
]

let scope: Scope
beforeAll(() => {
  scope = new Scope('loop')
})
afterAll(() => scope.close())

test('ten bookings spoken over a µ-law line are understood', async () => {
  const result = await score(bookings, await localLoop(scope, 'clean'))
  expect(result.wer, result.misses.join('\n')).toBeLessThan(0.25)
  expect(result.perfect, result.misses.join('\n')).toBeGreaterThanOrEqual(8)
})

describe('the scorer', () => {
  const exact = async (sentence: Sentence): Promise<Heard> => ({ text: sentence.say, booking: sentence.expect })

  test('gives full marks to a perfect ear and none to a deaf one', async () => {
    const sentences = heldOut()
    expect(sentences).toHaveLength(20)
    expect(await score(sentences, exact)).toMatchObject({ perfect: 20, invented: 0, nearNames: 0, wer: 0, misses: [] })
    const deaf = await score(sentences, async () => ({ text: '', booking: {} }))
    expect(deaf).toMatchObject({ perfect: 0, right: 0, wer: 1 })
    expect(deaf.misses).toHaveLength(20)
  })

  test('takes a near name, and counts what was invented', async () => {
    const sentence = { say: 'under Thompson', expect: { name: 'Thompson' } }
    const hear = async () => ({ text: 'under Tomson', booking: { name: 'Tomson', party: 2 } })
    expect(await score([sentence], hear)).toMatchObject({ right: 1, nearNames: 1, invented: 1, perfect: 0, wer: 0.5 })
  })

  test('compares words, not spelling of numbers', () => {
    expect(comparable("It's 7:30, table 22!")).toEqual(comparable('its seven thirty table twenty-two'))
    expect(distance(['a', 'b', 'c'], ['a', 'c', 'd'])).toBe(2)
  })
})
