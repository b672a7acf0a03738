import { describe, expect, test } from 'vitest'
import { patternFault } from './pattern.ts'
import { Terms } from './terms.ts'

const rule = (terms: readonly string[], pattern = '') => ({ name: 'rule', terms, pattern })

/** Where the rule was found: the index of the piece, `end`, or nowhere. */
function found(terms: readonly string[], pieces: readonly string[], pattern = ''): number | 'end' | undefined {
  const open = new Terms([rule(terms, pattern)])
  for (const [index, piece] of pieces.entries()) if (open.read(piece)) return index
  return open.end() ? 'end' : undefined
}

describe('a forbidden term', () => {
  test.each<[string, readonly string[], readonly string[], number | 'end' | undefined]>([
    ['alone', ['refund'], ['A refund is due.'], 0],
    ['in capitals, with punctuation', ['top secret'], ['TOP—secret!'], 0],
    ['split over two pieces', ['refund'], ['A ref', 'und is due'], 1],
    ['split letter by letter', ['top secret'], [...'the top secret plan'], 'the top secret '.length - 1],
    ['split over two sentences', ['guarantee you'], ['That we guarantee.', ' You will see.'], 1],
    ['as the last word', ['refund'], ['here is your refund'], 'end'],
    ['inside a longer word', ['ass'], ['an ass', 'istant and a class '], undefined],
    ['with an invisible letter in it', ['refund'], ['a re\u00ADfund '], 0],
    ['in wide letters', ['refund'], ['ｒｅｆｕｎｄ '], 0],
    ['without spaces around it', ['返金'], ['本日返金できます'], 0],
    ['not there', ['refund'], ['fund re fund'], undefined],
    ['far behind much text', ['refund'], ['x '.repeat(400), 'y '.repeat(400), 'refund '], 2],
  ])('is found %s', (_, terms, pieces, where) => {
    expect(found(terms, pieces)).toBe(where)
  })

  test('is not found twice in words that were kept of the text before, cut in the middle', () => {
    const open = new Terms([rule(['und'])])
    const long = `${'x'.repeat(10)}refund ${'a '.repeat(118)}`
    for (const piece of [long, 'b ', 'b ', 'b ', 'b ', 'b ']) expect(open.read(piece)).toBeUndefined()
  })
})

test('a pattern is found across pieces', () => {
  const pattern = String.raw`\b\d{3}-\d{2}-\d{4}\b`
  expect(found([], ['It is 123-', '45-67', '89.'], pattern)).toBe(2)
  expect(found([], ['It is 123-45'], pattern)).toBeUndefined()
})

describe('a pattern', () => {
  test.each<[string, RegExp]>([
    ['(a', /group/i],
    ['a*', /everything/],
    ['(a+)+b', /repeats/],
    ['(a|aa)+b', /repeats/],
    ['((ab)*c)*d', /repeats/],
    ['x(?=y)', /ahead/],
    [String.raw`(a)\1`, /back/],
    ['a*b*c*d', /too much/],
    ['a{0,200}b{0,200}c{0,200}d', /too much/],
  ])('%s is refused', (pattern, why) => {
    expect(patternFault(pattern)).toMatch(why)
  })

  test.each([
    String.raw`\d{3}-\d{2}-\d{4}`,
    'colou?r',
    '(card|account) number',
    String.raw`\+\d+ \d+`,
    '[(*+]{2}',
    String.raw`\(x\)+`,
  ])('%s may be used', (pattern) => {
    expect(patternFault(pattern)).toBeUndefined()
  })

  test('that is allowed takes no time on the worst of texts', () => {
    const text = 'a'.repeat(239)
    const started = process.hrtime.bigint()
    new RegExp('a*a*b', 'iu').test(text)
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(500)
  })
})
