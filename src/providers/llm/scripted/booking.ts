/** The slots of a booking: which are filled, what an utterance adds to them, and how they are said. */
import { withoutTakenBack } from './corrections.ts'
import { findDay, weekdays } from './days.ts'
import { findName } from './names.ts'
import { findParty } from './parties.ts'
import { findTime } from './times.ts'
import { without } from './words.ts'
import type { Word } from './words.ts'

export interface Booking {
  readonly party?: number
  /** As said: "friday", "tomorrow", "march 14". */
  readonly day?: string
  /** HH:MM. */
  readonly time?: string
  readonly name?: string
}

export type Slot = keyof Booking

/** In the order in which they are asked for. */
export const slots = ['party', 'day', 'time', 'name'] as const satisfies readonly Slot[]

export function missing(booking: Booking): Slot | undefined {
  return slots.find((slot) => booking[slot] === undefined)
}

/** What the words say about a booking, given what is known and which slot was asked for. */
export function heardIn(utterance: readonly Word[], known: Booking, asked: Slot | undefined): Booking {
  const all = withoutTakenBack(utterance)
  const day = findDay(all)
  const hints = { asked: asked === 'time', partyKnown: known.party !== undefined, partyAsked: asked === 'party' }
  // "Tonight" and "this evening" say the half of the day too: the time is read before the day is taken out.
  const early = findTime(all, hints)
  const timeless = without(all, early)
  const dayless = without(timeless, findDay(timeless))
  const party = findParty(dayless, asked === 'party')
  const partyless = without(dayless, party)
  // "For two for eight": with the party out of the way, what is left of that form is the time.
  const time = early ?? (party && findTime(partyless, { ...hints, partyKnown: true, partyAsked: false }))
  const rest = time === early ? partyless : without(partyless, time)
  const name = findName(rest, asked === 'name' && !day && !time && !party)
  return {
    ...(party && { party: party.value }),
    ...(day && { day: day.value }),
    ...(time && { time: time.value }),
    ...(name !== undefined && { name }),
  }
}

/** What keys say about the slot that was asked for: a size, an hour or 1930, 1 Monday to 7 Sunday. */
export function keyed(keys: string, asked: Slot): Booking {
  const digits = keys.replaceAll(/\D/g, '')
  const value = Number(digits)
  if (digits === '') return {}
  if (asked === 'party') return value >= 1 && value <= 99 ? { party: value } : {}
  if (asked === 'day') return value >= 1 && value <= 7 ? { day: weekdays[value - 1]! } : {}
  if (asked !== 'time') return {}
  const time = findTime([{ text: digits, raw: digits, stop: true }], {
    asked: true,
    partyKnown: true,
    partyAsked: false,
  })
  return time ? { time: time.value } : {}
}

/** "a table for six on Friday at 7:30 pm, under the name Miller", as far as known. */
export function described({ party, day, time, name }: Booking): string {
  const parts = [
    party === undefined ? 'a table' : `a table for ${party}`,
    day === undefined ? '' : ` ${dayPhrase(day)}`,
    time === undefined ? '' : ` at ${clockPhrase(time)}`,
    name === undefined ? '' : `, under the name ${name}`,
  ]
  return parts.join('')
}

function dayPhrase(day: string): string {
  const spoken = day.replaceAll(
    /\b(?!the\b|next\b|day\b|after\b|today\b|tomorrow\b)[a-z]+day\b|^(?!the )[a-z]+(?= \d)/g,
    (word) => word.replace(/^./, (letter) => letter.toUpperCase()),
  )
  return /^(today|tomorrow|next|the day)/.test(day) ? spoken : `on ${spoken}`
}

/** "19:30" → "7:30 pm", "12:00" → "noon". */
function clockPhrase(time: string): string {
  const [hour, minute] = [Number(time.slice(0, 2)), time.slice(3)]
  if (time === '12:00') return 'noon'
  if (time === '00:00') return 'midnight'
  const half = hour < 12 ? 'am' : 'pm'
  const shown = hour % 12 === 0 ? 12 : hour % 12
  return minute === '00' ? `${shown} ${half}` : `${shown}:${minute} ${half}`
}
