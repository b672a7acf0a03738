import { describe, expect, test } from 'vitest'
import { spoken, words } from './spoken.ts'

describe('words', () => {
  test.each([
    ['Call 555-1234 now', 'Call five five five, one two three four now'],
    ['Call +1 (212) 555-0123.', 'Call plus one, two one two, five five five, zero one two three.'],
    ['+12125550123', 'plus one two one, two five five, five zero one, two three'],
    ['Your code is 40213', 'Your code is four zero two, one three'],
    ['In 2026, 1,000 people', 'In 2026, 1,000 people'],
    ['At 7:30 pm or 19:05 or 19:00', "At 7:30 pm or 19 oh 5 or 19 o'clock"],
    ['7:00 p.m. sharp', '7 pm sharp'],
    ['Open 9-17', 'Open 9 to 17'],
    ['A café in Zürich — “Größe” Ørsted', 'A cafe in Zurich, Grosse orsted'],
    ['**Bold** _and_ `code` <b>', 'Bold and code b'],
    ['A & B, 5 €, £3.50, 20°', 'A and B, 5 euros, 3.50 pounds, 20 degrees'],
    ['bob@example.com', 'bob at example dot com'],
    ['bell\u0007 null\u0000 zero\u200bwidth', 'bell null zero width'],
    ['Hello 👋 there', 'Hello there'],
    ['你好', ''],
  ])('%j is said as %j', (text, said) => {
    expect(words(text)).toBe(said)
  })
})

describe('spoken', () => {
  test('cuts at the ends of sentences and lines, not after a title or an initial', () => {
    expect(spoken('Mr. J. Smith called. Was it you?\nYes! 3.5 is fine.')).toEqual([
      'Mr. J. Smith called.',
      'Was it you?',
      'Yes!',
      '3.5 is fine.',
    ])
  })

  test.each(['', '   ', '...', '\n\n', '\u0000', '—'])('has nothing to say for %j', (text) => {
    expect(spoken(text)).toEqual([])
  })

  test('cuts a long sentence at a comma, else at a space, else anywhere, and loses no word', () => {
    const clause = `${'word '.repeat(30)}end`
    const long = `${clause}, ${clause} ${clause}`
    const pieces = spoken(long)
    expect(pieces.every((piece) => piece.length <= 220)).toBe(true)
    expect(pieces.join(' ')).toBe(long)
    expect(pieces[0]).toBe(`${clause},`)
    expect(spoken('x'.repeat(500)).map((piece) => piece.length)).toEqual([220, 220, 60])
  })

  test('stays quick on twenty thousand letters', () => {
    expect(spoken('1 2 3 ('.repeat(3000)).join('').length).toBeGreaterThan(1000)
  })
})
