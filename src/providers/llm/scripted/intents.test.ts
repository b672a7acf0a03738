import { describe, expect, test } from 'vitest'
import { answerIn, intentsIn, keysIn, menuIn } from './intents.ts'
import { lineOf, wordsOf } from './words.ts'

const line = (text: string) => lineOf(wordsOf(text))

test.each([
  ['What are your opening hours?', ['hours']],
  ['When do you open on Sundays?', ['hours']],
  ['your opening ours', ['hours']],
  ['Are you open tomorrow?', ['hours']],
  ['Where are you?', ['address']],
  ["What's your address and when do you close", ['hours', 'address']],
  ['Can I speak to a person', ['transfer']],
  ['put me through to sales', ['transfer']],
  ['Could you repeat that please', ['repeat']],
  ["Sorry, I didn't catch that", ['repeat']],
  ['Good-by.', ['bye']],
  ["That's all, thank you", ['done', 'thanks']],
  ["I'd like to book a table", ['book']],
  ['one moment please', ['wait']],
  ['forget it', ['cancel']],
  ['the weather is lovely', []],
])('%j wants %j', (text, intents) => {
  expect([...intentsIn(line(text))]).toEqual(intents)
})

describe('answers', () => {
  test.each([
    ['Yes.', 'yes'],
    ['yeah that is right', 'yes'],
    ['Okay', 'yes'],
    ['No.', 'no'],
    ['Know.', 'no'],
    ["that's not right", 'no'],
    ['no, that is wrong', 'no'],
    ['I do not know', undefined],
    ['seven', undefined],
  ])('%j is %s', (text, answer) => {
    expect(answerIn(line(text))).toBe(answer)
  })
})

test('menus of other machines give their keys with their purposes', () => {
  const sales = { key: '1', purpose: 'for sales' }
  const tables = { key: '2', purpose: 'for reservations' }
  expect(menuIn(line('Welcome. Press one for sales, press 2 for reservations.'))).toEqual([sales, tables])
  expect(menuIn(line('For sales, press 1. For reservations, dial two.'))).toEqual([sales, tables])
  expect(menuIn(line('the press one'))).toEqual([{ key: '1', purpose: '' }])
  expect(menuIn(line('press on'))).toEqual([])
})

test.each([
  ['[DTMF: 5]', '5'],
  ['[DTMF: 1930#]', '1930#'],
  ['five', undefined],
  ['[DTMF: x]', undefined],
])('the keys in %j are %s', (text, keys) => {
  expect(keysIn(text)).toBe(keys)
})
