import { describe, expect, test } from 'vitest'
import { beginning, follow, hear } from './dialogue.ts'
import { departmentsOf } from './house.ts'
import type { House } from './house.ts'

const house: House = {
  business: 'the Blue Door',
  hours: 'from noon to ten',
  address: '12 Harbour Street',
  departments: departmentsOf('a person: 100\nsales: 200'),
}

const full = 'A table for six on Friday at half past seven under the name Miller.'

test('one sentence may hold everything', () => {
  const state = follow([full], house)
  expect(state.booking).toEqual({ party: 6, day: 'friday', time: '19:30', name: 'Miller' })
  expect(state.said).toBe('So, a table for 6 on Friday at 7:30 pm, under the name Miller. Is that right?')
  expect(state.phase).toBe('confirming')
})

test('asks for what is missing, in order, saying what it understood', () => {
  const turns = ['a table please', 'six', 'on friday', 'seven', 'Miller', 'yes']
  const said = turns.map((_, index) => follow(turns.slice(0, index + 1), house).said)
  expect(said).toEqual([
    'Gladly. For how many people?',
    'A table for 6. For which day?',
    'A table for 6 on Friday. At what time?',
    'A table for 6 on Friday at 7 pm. Under which name, please?',
    'So, a table for 6 on Friday at 7 pm, under the name Miller. Is that right?',
    'Thank you, a table for 6 on Friday at 7 pm, under the name Miller: that is booked. Is there anything else?',
  ])
})

describe('corrections', () => {
  test.each([
    ['No, at seven.', { time: '19:00' }],
    ['no seven', { time: '19:00' }],
    ['No, not six, seven people.', { party: 7 }],
    ['seven people instead of six', { party: 7 }],
    ['not friday but saturday', { day: 'saturday' }],
    ['actually make it saturday at eight', { day: 'saturday', time: '20:00' }],
    ['No, the name is Mueller', { name: 'Mueller' }],
    ['yes but for eight people', { party: 8 }],
    ['Yes, six people', {}],
  ])('%j changes %j', (text, change) => {
    const { booking, phase } = follow([full, text], house)
    expect(booking).toEqual({ party: 6, day: 'friday', time: '19:30', name: 'Miller', ...change })
    expect(phase).toBe(Object.keys(change).length > 0 ? 'confirming' : 'booked')
  })

  test('a bare no asks what to change, and a slot may be named first', () => {
    expect(follow([full, 'no'], house).said).toContain('What should I change')
    expect(follow([full, 'no', 'the day', 'sunday'], house).booking.day).toBe('sunday')
    expect(follow([full, 'change the number of people', 'eight'], house).booking.party).toBe(8)
  })

  test('also after the booking, and before its end', () => {
    expect(follow([full, 'yes', 'no, make it at eight'], house)).toMatchObject({
      phase: 'confirming',
      booking: { time: '20:00' },
    })
    expect(follow(['a table for six', 'no for five people', 'tomorrow'], house).booking).toEqual({
      party: 5,
      day: 'tomorrow',
    })
  })
})

describe('besides booking', () => {
  test.each([
    ['when are you open', 'We are open from noon to ten. Is there anything else?'],
    ['where are you', 'Our address is 12 Harbour Street. Is there anything else?'],
    ['hello', 'Hello. What can I do for you?'],
    ['thank you', 'You are welcome. Is there anything else?'],
    ['never mind', 'What can I do for you?'],
  ])('%j is answered', (text, said) => {
    expect(follow([text], house).said).toBe(said)
  })

  test('a question in the middle is answered and the talk goes on', () => {
    expect(follow(['a table for six', 'until when are you open on friday'], house)).toMatchObject({
      said: 'We are open from noon to ten. For which day?',
      booking: { party: 6 },
    })
  })

  test('repeats, waits, and takes neither for an answer', () => {
    const before = follow(['a table', 'for six', 'friday'], house)
    expect(hear(before, 'sorry, could you say that again', house).said).toBe(before.said)
    expect(hear(before, 'one moment please', house)).toMatchObject({ said: 'Take your time.', booking: before.booking })
    const naming = follow([full.replace(' under the name Miller', '')], house)
    expect(hear(naming, 'hold on', house).booking.name).toBeUndefined()
  })

  test.each([
    ['speak to a person', '100'],
    ['transfer me to sales please', '200'],
    ['let me talk to someone', '100'],
  ])('%j transfers to %s', (text, target) => {
    expect(follow([text], house).deed).toMatchObject({ type: 'transfer', to: { target } })
  })

  test('without anybody to transfer to it says so', () => {
    const { said, deed } = follow(['an operator'], { ...house, departments: [] })
    expect(said).toContain('cannot put you through')
    expect(deed).toBeUndefined()
  })

  test.each([['goodbye'], ['yes', 'no thanks'], ['yes', 'No.'], ['yes', "that's all"], ['yes', 'thank you bye']])(
    'hangs up after %j',
    (...turns) => {
      const state = follow([full, ...turns], house)
      expect(state.deed).toEqual({ type: 'hang-up' })
      expect(hear(state, 'hello', house).deed).toBeUndefined()
    },
  )

  test('another booking begins empty; cancelling forgets', () => {
    expect(follow([full, 'yes', 'another table for two'], house).booking).toEqual({ party: 2 })
    expect(follow([full, 'cancel that'], house)).toMatchObject({ booking: {}, phase: 'idle' })
  })

  test('what it does not understand makes it help more each time', () => {
    const said = [1, 2].map((count) => follow(Array<string>(count).fill('blub'), house).said)
    expect(said[0]).toContain('I can book a table')
    expect(said[1]).toContain('press 1 for a table')
    expect(follow(['a table', 'blub', 'blub'], house).said).toContain('Or say: a person.')
    expect(follow([full, 'blub'], house).said).toContain('yes or no')
    expect(follow(['blub', 'hello', 'blub'], house).misses).toBe(1)
    expect(follow([''], house).misses).toBe(1)
  })
})

describe('keys', () => {
  const key = (digits: string) => `[DTMF: ${digits}]`

  test('fill every slot that has a number, and answer yes', () => {
    const turns = [key('1'), key('6'), key('5'), key('1930'), 'Miller', key('1')]
    expect(follow(turns, house)).toMatchObject({
      phase: 'booked',
      booking: { party: 6, day: 'friday', time: '19:30', name: 'Miller' },
    })
    expect(follow([full, key('2')], house).said).toContain('What should I change')
  })

  test.each([
    ['2', 'We are open'],
    ['3', 'Our address is'],
    ['0', 'I am putting you through'],
    ['*', 'How can I help'],
    ['9', 'I did not understand'],
  ])('%s at the beginning: %s', (digits, said) => {
    expect(follow([key(digits)], house).said).toContain(said)
  })

  test.each([
    ['Press one for sales, press two for a reservation', '2'],
    ['press 4 to speak to an operator, press 5 for fax', '4'],
    ['press 7 for fax', '7'],
  ])('%j is answered with %s', (text, keys) => {
    expect(follow([text], house).deed).toEqual({ type: 'press', keys })
  })
})

test('the fold is one: going on from a state equals starting over', () => {
  const turns = [full, 'no', 'the time', 'at ate', 'yes', 'goodbye']
  let state = beginning(house)
  for (const [index, turn] of turns.entries()) {
    state = hear(state, turn, house)
    expect(state).toEqual(follow(turns.slice(0, index + 1), house))
  }
})
