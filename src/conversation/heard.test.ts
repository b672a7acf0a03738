import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heardText } from './heard.ts'

const text = 'One two three four.'

describe('heard text', () => {
  test.each([
    [0, ''],
    [100, ''],
    [300, 'One'],
    [699, 'One'],
    [700, 'One two'],
    [1300, 'One two three'],
    [1899, 'One two three'],
    [1900, 'One two three four.'],
    [9999, 'One two three four.'],
  ])('without times letters share the sound: after %d of 1900 ms', (heardMs, heard) => {
    const pieces = [{ text: 'One two ' }, { text: 'three four.' }]
    expect(heardText({ pieces, soundMs: 1900, ended: true }, heardMs)).toBe(heard)
  })

  test('known times are kept to: a slow first sentence holds back the second', () => {
    const pieces = [
      { text: 'Hi. ', atMs: 0 },
      { text: 'And then a good many words.', atMs: 5000 },
    ]
    const reply = { pieces, soundMs: 6000, ended: true }
    expect(heardText(reply, 2000)).toBe('')
    expect(heardText(reply, 4999)).toBe('Hi.')
    expect(heardText(reply, 5000)).toBe('Hi.')
    expect(heardText(reply, 5400)).toBe('Hi. And then a')
    expect(heardText(reply, 6000)).toBe('Hi. And then a good many words.')
  })

  test('a sentence whose sound is still being made is not taken for all heard', () => {
    const pieces = [{ text: 'This sentence has a long way to go before it is over.', atMs: 0 }]
    expect(heardText({ pieces, soundMs: 400, ended: false }, 400)).toBe('This')
  })

  test('text without sound was not heard', () => {
    expect(heardText({ pieces: [{ text }], soundMs: 0, ended: false }, 0)).toBe('')
  })

  test('a word that goes on in a timed piece is not heard before all of it was', () => {
    const reply = { pieces: [{ text: 'wel' }, { text: 'come back', atMs: 300 }], soundMs: 900, ended: true }
    expect(heardText(reply, 300)).toBe('')
    expect(heardText(reply, 700)).toBe('welcome')
  })

  test('property: what was heard is a prefix, and never shrinks with time', () => {
    const piece = fc.record({
      text: fc.string({ maxLength: 20 }),
      atMs: fc.option(fc.nat(5000), { nil: undefined }),
    })
    const pieces = fc
      .array(piece, { maxLength: 6 })
      .map((list) => list.map(({ text, atMs }) => (atMs === undefined ? { text } : { text, atMs })))
    fc.assert(
      fc.property(pieces, fc.nat(6000), fc.boolean(), fc.nat(7000), fc.nat(1000), (list, soundMs, ended, at, more) => {
        const reply = { pieces: list, soundMs, ended }
        const all = list
          .map(({ text }) => text)
          .join('')
          .trim()
        const early = heardText(reply, at)
        const late = heardText(reply, at + more)
        expect(all.startsWith(early)).toBe(true)
        expect(late.length).toBeGreaterThanOrEqual(early.length)
      }),
    )
  })
})
