/** What the receptionist knows about the house, and the sentences made of it. */
import type { Slot } from './booking.ts'

export interface House {
  readonly business: string
  readonly hours: string
  readonly address: string
  /** Whom a caller may be put through to; the first is for anybody who asks for a person. */
  readonly departments: readonly Department[]
}

export interface Department {
  readonly name: string
  /** A number, an extension, or whatever the transfer tool takes. */
  readonly target: string
}

/** "sales: +12125550101", one a line; lines without a colon are names the transfer tool knows. */
export function departmentsOf(lines: string): Department[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(':')
      const target = rest.join(':').trim()
      return { name: name.trim().toLowerCase(), target: target || name.trim() }
    })
}

export const sayings = {
  greeting: (house: House) => `Hello, this is ${house.business}. How can I help you?`,
  hint: 'I can book a table, tell you our opening hours or our address, or put you through to a person.',
  keys: 'You can also press 1 for a table, 2 for our opening hours, 3 for the address, or 0 for a person.',
  hours: (house: House) => `We are open ${house.hours}.`,
  address: (house: House) => `Our address is ${house.address}.`,
  lost: 'Sorry, I did not understand that.',
  wait: 'Take your time.',
  cancelled: 'All right, I have cancelled that.',
  more: 'Is there anything else?',
  welcome: 'You are welcome.',
  bye: 'Thank you for calling. Goodbye.',
  what: 'What can I do for you?',
  change: 'What should I change: the number of people, the day, the time or the name?',
  transferring: (department: string) => `I am putting you through to ${department}. One moment, please.`,
  noTransfer: 'I am sorry, I cannot put you through at the moment.',
  transferFailed: 'I am sorry, nobody is free to take your call.',
  there: 'Are you still there?',
  questions: {
    party: 'For how many people?',
    day: 'For which day?',
    time: 'At what time?',
    name: 'Under which name, please?',
  } satisfies Record<Slot, string>,
  hints: {
    party: 'Please say a number, or press it on your keypad.',
    day: 'Please say a day, such as Friday or tomorrow, or press 1 for Monday to 7 for Sunday.',
    time: 'Please say a time, such as half past seven, or press the hour on your keypad.',
    name: 'Please say your last name, or spell it.',
  } satisfies Record<Slot, string>,
} as const
