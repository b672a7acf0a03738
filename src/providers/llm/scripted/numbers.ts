/** Whole numbers from 0 to 99 as they are spoken, and as recognisers mishear them. */
import type { Word } from './words.ts'

const units = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const
const teens = [
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
] as const
const tens = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'] as const

const values = new Map<string, number>([
  ...units.map((word, index) => [word, index] as const),
  ...teens.map((word, index) => [word, 10 + index] as const),
  ...tens.map((word, index) => [word, 20 + 10 * index] as const),
  ['fourty', 40],
  ['dozen', 12],
])

/** Words that sound like numbers: believed only where a number must stand. */
const soundalikes = new Map<string, number>([
  ['won', 1],
  ['to', 2],
  ['too', 2],
  ['tu', 2],
  ['tree', 3],
  ['for', 4],
  ['fore', 4],
  ['sex', 6],
  ['sicks', 6],
  ['sics', 6],
  ['ate', 8],
  ['eighth', 8],
  ['tan', 10],
])

export interface Read {
  readonly value: number
  readonly length: number
}

/** The number that begins at `at`: "six", "twenty two", "6", "a dozen". */
export function numberAt(words: readonly Word[], at: number): Read | undefined {
  const word = words[at]?.text ?? ''
  if (/^\d{1,2}$/.test(word)) return { value: Number(word), length: 1 }
  if (word === 'a' && words[at + 1]?.text === 'dozen') return { value: 12, length: 2 }
  const value = values.get(word)
  if (value === undefined) return undefined
  const unit = values.get(words[at + 1]?.text ?? '')
  const joined = value >= 20 && value % 10 === 0 && unit !== undefined && unit > 0 && unit < 10 && !words[at]!.stop
  return joined ? { value: value + unit, length: 2 } : { value, length: 1 }
}

/** Like `numberAt`, also where the recogniser wrote "for", "to" or "ate". */
export function numberHeardAt(words: readonly Word[], at: number): Read | undefined {
  const heard = soundalikes.get(words[at]?.text ?? '')
  return numberAt(words, at) ?? (heard === undefined ? undefined : { value: heard, length: 1 })
}

const ordinals = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
  'eleventh',
  'twelfth',
  'thirteenth',
  'fourteenth',
  'fifteenth',
  'sixteenth',
  'seventeenth',
  'eighteenth',
  'nineteenth',
  'twentieth',
]

/** A day of the month as an ordinal: "14th", "fourteenth", "twenty first", "thirtieth". */
export function ordinalAt(words: readonly Word[], at: number): Read | undefined {
  const word = words[at]?.text ?? ''
  const digits = /^(\d{1,2})(?:st|nd|rd|th)$/.exec(word)
  if (digits) return { value: Number(digits[1]), length: 1 }
  if (word === 'thirtieth') return { value: 30, length: 1 }
  const unit = ordinals.indexOf(words[at + 1]?.text ?? '') + 1
  if ((word === 'twenty' || word === 'thirty') && unit > 0 && unit < 10)
    return { value: (word === 'twenty' ? 20 : 30) + unit, length: 2 }
  const value = ordinals.indexOf(word) + 1
  return value > 0 ? { value, length: 1 } : undefined
}
