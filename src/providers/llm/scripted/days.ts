/** The day of a booking, kept as it was said: "friday", "next friday", "tomorrow", "march 14", "the 14th". */
import { numberAt, ordinalAt } from './numbers.ts'
import { firstOf } from './words.ts'
import type { Found, Word } from './words.ts'

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

export function findDay(words: readonly Word[]): Found<string> | undefined {
  return firstOf(words, relativeAt) ?? firstOf(words, dateAt) ?? firstOf(words, weekdayAt)
}

interface Day {
  readonly value: string
  readonly length: number
}

const relatives: readonly (readonly [readonly string[], string])[] = [
  [['the', 'day', 'after', 'tomorrow'], 'the day after tomorrow'],
  [['day', 'after', 'tomorrow'], 'the day after tomorrow'],
  [['tomorrow'], 'tomorrow'],
  [['tomorrows'], 'tomorrow'],
  // As recognisers write it; also without the "to", which they take for "two" or "the".
  [['to', 'morrow'], 'tomorrow'],
  [['to', 'marrow'], 'tomorrow'],
  [['to', 'the', 'morrow'], 'tomorrow'],
  [['to', 'the', 'marrow'], 'tomorrow'],
  [['to', 'maro'], 'tomorrow'],
  [['today'], 'today'],
  [['tonight'], 'today'],
  [['to', 'night'], 'today'],
  [['this', 'evening'], 'today'],
  [['this', 'afternoon'], 'today'],
]

function relativeAt(words: readonly Word[], at: number): Day | undefined {
  if (/^(marrow|morrow|maro)$/.test(words[at]?.text ?? '')) return { value: 'tomorrow', length: 1 }
  const found = relatives.find(([said]) => said.every((word, index) => words[at + index]?.text === word))
  return found && { value: found[1], length: found[0].length }
}

function dateAt(words: readonly Word[], at: number): Day | undefined {
  return monthFirst(words, at) ?? dayFirst(words, at)
}

/** "march 14", "march the fourteenth". */
function monthFirst(words: readonly Word[], at: number): Day | undefined {
  const month = words[at]?.text ?? ''
  if (!months.includes(month)) return undefined
  const skip = words[at + 1]?.text === 'the' ? 2 : 1
  const day = ordinalAt(words, at + skip) ?? numberAt(words, at + skip)
  return inMonth(day) ? { value: `${month} ${day.value}`, length: skip + day.length } : undefined
}

/** "the fourteenth of march", "14th march", "14 march", "the 14th". */
function dayFirst(words: readonly Word[], at: number): Day | undefined {
  const article = words[at]?.text === 'the' ? 1 : 0
  const ordinal = ordinalAt(words, at + article)
  const day = ordinal ?? numberAt(words, at + article)
  if (!inMonth(day)) return undefined
  const end = at + article + day.length
  const of = words[end]?.text === 'of' ? 1 : 0
  const month = words[end + of]?.text ?? ''
  if (months.includes(month)) return { value: `${month} ${day.value}`, length: end + of + 1 - at }
  // "Second" and "8th" alone are no date; "the second" and "on 8th" are.
  const introduced = article === 1 || words[at - 1]?.text === 'on'
  return ordinal && introduced ? { value: `the ${nth(day.value)}`, length: end - at } : undefined
}

function inMonth<T extends { readonly value: number }>(day: T | undefined): day is T {
  return day !== undefined && day.value >= 1 && day.value <= 31
}

function nth(day: number): string {
  const ending = day % 100 >= 11 && day % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th')
  return `${day}${ending}`
}

/** "friday", "next friday", "friday next week", "a week on friday". */
function weekdayAt(words: readonly Word[], at: number): Day | undefined {
  const day = weekdayLike(words[at]?.text ?? '')
  if (!day) return undefined
  const before = words[at - 1]?.text
  const later =
    before === 'next' ||
    (before === 'on' && words[at - 2]?.text === 'week') ||
    (words[at + 1]?.text === 'next' && words[at + 2]?.text === 'week')
  return { value: later ? `next ${day}` : day, length: 1 }
}

/** A weekday, its plural, or a misspelling one letter away; short words are taken literally ("sunny" is no Sunday). */
function weekdayLike(word: string): string | undefined {
  const exact = weekdays.find((day) => word === day || word === `${day}s`)
  if (exact || word.length < 6 || !/d[ae]y?s?$/.test(word)) return exact
  return weekdays.find((day) => oneApart(word, day))
}

/** One letter added, missing, changed, or two neighbours swapped. */
function oneApart(left: string, right: string): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left]
  if (long.length - short.length > 1) return false
  let at = 0
  while (at < short.length && short[at] === long[at]) at++
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1)
  const swapped = short[at] === long[at + 1] && short[at + 1] === long[at]
  return short.slice(at + 1) === long.slice(at + 1) || (swapped && short.slice(at + 2) === long.slice(at + 2))
}
