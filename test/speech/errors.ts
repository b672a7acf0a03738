/** How far a recognised text is from what was said. */

/** Words as both sides would write them: no case, no punctuation, digits as words. */
export function comparable(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll('%', ' percent')
    .replaceAll(/(\d{1,2}):(\d\d)/g, '$1 $2')
    .replaceAll(/\d{1,2}(?!\d)/g, (digits) => inWords(Number(digits)))
    .replaceAll(/[^a-z0-9' ]/g, ' ')
    .replaceAll("'", '')
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** Words inserted, deleted and changed (Levenshtein). */
export function distance<T>(left: readonly T[], right: readonly T[]): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (const [index, item] of left.entries()) {
    const next = [index + 1]
    for (const [at, other] of right.entries())
      next.push(Math.min(next[at]! + 1, row[at + 1]! + 1, row[at]! + (item === other ? 0 : 1)))
    row = next
  }
  return row.at(-1)!
}

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const tens = ' ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')

function inWords(value: number): string {
  if (value < 20) return ` ${small[value]!} `
  return ` ${tens[Math.floor(value / 10)]!}${value % 10 === 0 ? '' : ` ${small[value % 10]!}`} `
}
