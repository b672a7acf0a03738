/** The time of a booking as HH:MM: "half past seven", "quarter to eight", "seven thirty", "7 pm", "at seven". */
import { numberAt, numberHeardAt } from './numbers.ts'
import type { Read } from './numbers.ts'
import { firstOf, lineOf } from './words.ts'
import type { Found, Word } from './words.ts'

/** What the conversation knows: whether the time was just asked for, and whether the party is already settled. */
export interface TimeHints {
  readonly asked: boolean
  /** "for eight" is then a time. */
  readonly partyKnown: boolean
  /** "about eight" is then a count of people. */
  readonly partyAsked: boolean
}

/** The first time in the words. An hour without morning or evening is one at which a restaurant serves. */
export function findTime(words: readonly Word[], hints: TimeHints): Found<string> | undefined {
  const half = halfOfDay(lineOf(words))
  const forms: readonly Form[] = [noonAt, pastAt, toAt, clockAt, pairAt, plainAt, atHour]
  const found =
    forms.map((form) => firstOf(words, form)).find((time) => time !== undefined) ??
    (hints.partyAsked ? undefined : firstOf(words, nearHour)) ??
    (hints.partyKnown ? firstOf(words, forHourAt) : undefined) ??
    (hints.asked ? firstOf(words, bareAt) : undefined)
  return found && { ...found, value: written(found.value, half) }
}

type Half = 'am' | 'pm' | undefined

interface Moment {
  readonly hour: number
  readonly minute: number
  /** Said with the hour, it counts more than what stands elsewhere. */
  readonly half?: Half
  /** Nothing to guess: "noon", "19:30". */
  readonly exact?: boolean
}

type Form = (words: readonly Word[], at: number) => { readonly value: Moment; readonly length: number } | undefined

function halfOfDay(line: string): Half {
  if (/\b(evening|tonight|to night|night|afternoon|dinner|supper|pm)\b/.test(line)) return 'pm'
  return /\b(morning|breakfast|am)\b/.test(line) && !/\bi am\b/.test(line) ? 'am' : undefined
}

function written({ hour, minute, half, exact }: Moment, elsewhere: Half): string {
  return `${two(exact ? hour : inDay(hour, half ?? elsewhere))}:${two(minute)}`
}

function inDay(hour: number, half: Half): number {
  if (hour === 0 || hour > 12) return hour
  if (half === 'am') return hour % 12
  if (half === 'pm') return (hour % 12) + 12
  // Eleven and twelve are lunch; one to ten are the afternoon and the evening.
  return hour <= 10 ? hour + 12 : hour
}

const two = (value: number) => String(value).padStart(2, '0')

function hourOf(read: Read | undefined): Read | undefined {
  return read && read.value >= 1 && read.value <= 12 ? read : undefined
}

/** A number where an hour must stand, also misheard, unless it goes on as a count of people. */
function hourHeardAt(words: readonly Word[], at: number): Read | undefined {
  const read = hourOf(numberHeardAt(words, at))
  return read && !countsPeople(words, at + read.length) ? read : undefined
}

/** After "past" and "to" nothing but an hour can stand: there "it" is eight. */
function hourAfterMinutes(words: readonly Word[], at: number): Read | undefined {
  return words[at]?.text === 'it' ? { value: 8, length: 1 } : hourHeardAt(words, at)
}

const people = /^(people|persons?|guests?|adults?|of|friends?|pax|heads?|diners?|covers?|seats?|others?)$/

function countsPeople(words: readonly Word[], at: number): boolean {
  return people.test(words[at]?.text ?? '')
}

/** "pm", "in the evening", "oclock" after an hour: how many words, and what they say. */
function tailAt(words: readonly Word[], at: number): { readonly length: number; readonly half: Half } {
  const clock = /^o?clock$/.test(words[at]?.text ?? '')
    ? 1
    : words[at]?.text === 'o' && words[at + 1]?.text === 'clock'
      ? 2
      : 0
  const next = words[at + clock]?.text
  if (next === 'pm' || next === 'am') return { length: clock + 1, half: next }
  return { length: clock, half: undefined }
}

const noonAt: Form = (words, at) => {
  const text = words[at]?.text ?? ''
  if (text === 'noon' || text === 'midday') return { value: { hour: 12, minute: 0, exact: true }, length: 1 }
  return text === 'midnight' ? { value: { hour: 0, minute: 0, exact: true }, length: 1 } : undefined
}

const passed = /^(past|after|pass|passed|parts|paste|pest)$/

/** Minutes before "past" or "to": half, quarter, "ten", "twenty five minutes". */
function minutesAt(words: readonly Word[], at: number): Read | undefined {
  const text = words[at]?.text
  if (text === 'half') return { value: 30, length: 1 }
  // "Half past" is often heard as "have passed" or "he has passed".
  if (/^(have|has|hath|heath)$/.test(text ?? '') && passed.test(words[at + 1]?.text ?? ''))
    return { value: 30, length: 1 }
  if (text === 'quarter') return { value: 15, length: 1 }
  const read = numberAt(words, at)
  if (!read || read.value < 1 || read.value > 29) return undefined
  return { value: read.value, length: read.length + (/^minutes?$/.test(words[at + read.length]?.text ?? '') ? 1 : 0) }
}

/** "half past seven", "quarter after eight", "ten past nine", and the British "half seven". */
const pastAt: Form = (words, at) => {
  const minutes = minutesAt(words, at)
  if (!minutes) return undefined
  const past = passed.test(words[at + minutes.length]?.text ?? '') ? 1 : 0
  if (past === 0 && words[at]?.text !== 'half') return undefined
  const hour = hourAfterMinutes(words, at + minutes.length + past)
  if (!hour) return undefined
  const length = minutes.length + past + hour.length
  const tail = tailAt(words, at + length)
  return { value: { hour: hour.value, minute: minutes.value, half: tail.half }, length: length + tail.length }
}

/** "quarter to eight", "ten to nine"; "two" and "too" for "to" after a quarter, ten, twenty or twenty five. */
const toAt: Form = (words, at) => {
  const minutes = minutesAt(words, at)
  if (!minutes || minutes.value === 30) return undefined
  const between = words[at + minutes.length]?.text ?? ''
  if (!/^(to|two|too|before|till|til)$/.test(between)) return undefined
  if (minutes.value % 5 !== 0) return undefined
  const hour = hourAfterMinutes(words, at + minutes.length + 1)
  if (!hour) return undefined
  const length = minutes.length + 1 + hour.length
  const tail = tailAt(words, at + length)
  const value = { hour: hour.value === 1 ? 12 : hour.value - 1, minute: 60 - minutes.value, half: tail.half }
  return { value, length: length + tail.length }
}

/** "7:30", "19:30", "730", "1930": one word of digits. */
const clockAt: Form = (words, at) => {
  const found = /^(\d{1,2}):?(\d\d)$/.exec(words[at]?.text ?? '')
  if (!found) return undefined
  const [hour, minute] = [Number(found[1]), Number(found[2])]
  const digits = !found[0].includes(':')
  if (hour > 23 || minute > 59 || (digits && (found[0].length < 3 || minute % 5 !== 0))) return undefined
  const tail = tailAt(words, at + 1)
  return { value: { hour, minute, half: tail.half, exact: hour > 12 || hour === 0 }, length: 1 + tail.length }
}

/** "seven thirty", "7 45", "seven oh five": an hour and minutes that are a multiple of five. */
const pairAt: Form = (words, at) => {
  const hour = hourOf(numberAt(words, at))
  if (!hour || words[at]!.text === 'a') return undefined
  const next = at + hour.length
  const oh = /^(oh|o|zero)$/.test(words[next]?.text ?? '') ? 1 : 0
  const minute = numberAt(words, next + oh)
  if (!minute || minute.value % 5 !== 0 || minute.value > 55) return undefined
  if (oh === 1 ? minute.value !== 5 : minute.value < 10) return undefined
  const length = hour.length + oh + minute.length
  if (countsPeople(words, at + length)) return undefined
  const tail = tailAt(words, at + length)
  return { value: { hour: hour.value, minute: minute.value, half: tail.half }, length: length + tail.length }
}

/** "seven oclock", "seven pm", "seven in the evening", "eight tonight". */
const plainAt: Form = (words, at) => {
  const hour = hourOf(numberHeardAt(words, at))
  if (!hour) return undefined
  const tail = tailAt(words, at + hour.length)
  const line = lineOf(words.slice(at + hour.length, at + hour.length + 3))
  const said = tail.length > 0 || /^(in the (morning|afternoon|evening)|at night|tonight|sharp)/.test(line)
  return said
    ? { value: { hour: hour.value, minute: 0, half: tail.half }, length: hour.length + tail.length }
    : undefined
}

/** "at seven", "at about eight"; "add" for "at". */
const atHour: Form = (words, at) => cued(words, at, /^(at|add)$/) ?? hadHourAt(words, at)

/** "Friday had two": after a day and at the end, "had" is "at". */
const hadHourAt: Form = (words, at) => {
  const found = cued(words, at, /^(had|hat|hath)$/)
  const ends = found && (words[at + found.length] === undefined || words[at + found.length]!.stop)
  return ends && /day$|^(tomorrow|tonight)$/.test(words[at - 1]?.text ?? '') ? found : undefined
}

/** "around eight", "by six". */
const nearHour: Form = (words, at) => cued(words, at, /^(around|about|by|from|near|nearer|towards)$/)

function cued(words: readonly Word[], at: number, cue: RegExp): ReturnType<Form> {
  if (!cue.test(words[at]?.text ?? '')) return undefined
  const about = /^(around|about|say)$/.test(words[at + 1]?.text ?? '') ? 1 : 0
  const hour = hourHeardAt(words, at + 1 + about)
  return hour && { value: { hour: hour.value, minute: 0 }, length: 1 + about + hour.length }
}

const holdsPeople = /^(tables?|party|group|booking|reservation|seats?)$/

/** "For eight", where the party is settled and no table is named right before. */
const forHourAt: Form = (words, at) => {
  if (!/^(for|four)$/.test(words[at]?.text ?? '') || holdsPeople.test(words[at - 1]?.text ?? '')) return undefined
  const hour = hourOf(numberAt(words, at + 1))
  if (!hour || countsPeople(words, at + 1 + hour.length)) return undefined
  return { value: { hour: hour.value, minute: 0 }, length: 1 + hour.length }
}

const bareAt: Form = (words, at) => {
  const hour = hourOf(numberAt(words, at))
  if (!hour || words[at]!.text === 'a' || countsPeople(words, at + hour.length)) return bareMisheard(words, at)
  return { value: { hour: hour.value, minute: 0 }, length: hour.length }
}

/** The whole answer is one word that sounds like an hour: "Ate." */
function bareMisheard(words: readonly Word[], at: number): ReturnType<Form> {
  const hour = words.length === 1 ? hourOf(numberHeardAt(words, at)) : undefined
  return hour && { value: { hour: hour.value, minute: 0 }, length: 1 }
}
