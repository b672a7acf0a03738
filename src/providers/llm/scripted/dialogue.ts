/** The dialogue as a fold over what the caller said: the same history gives the same state and the same next words. */
import { described, heardIn, keyed, missing } from './booking.ts'
import type { Booking, Slot } from './booking.ts'
import { sayings } from './house.ts'
import type { Department, House } from './house.ts'
import { answerIn, intentsIn, keysIn, menuIn } from './intents.ts'
import type { Intent } from './intents.ts'
import { lineOf, wordsOf } from './words.ts'

/** What the receptionist wants done besides speaking. */
export type Deed =
  | { readonly type: 'hang-up' }
  | { readonly type: 'transfer'; readonly to: Department }
  | { readonly type: 'press'; readonly keys: string }

export interface State {
  readonly booking: Booking
  /**
   * idle ──book──▶ asking ──all slots──▶ confirming ──yes──▶ booked
   *   ▲               ▲──── a change ────────┘                  │
   *   └── cancel ─────┴──────────── another booking ◀───────────┘
   */
  readonly phase: 'idle' | 'asking' | 'confirming' | 'booked'
  /** The slot that was asked for last. */
  readonly asked: Slot | undefined
  /** Turns in a row that were not understood. */
  readonly misses: number
  readonly said: string
  readonly deed: Deed | undefined
}

export function beginning(house: House): State {
  const said = sayings.greeting(house)
  return { booking: {}, phase: 'idle', asked: undefined, misses: 0, said, deed: undefined }
}

/** Everything the caller said, in order, to where the talk stands now. */
export function follow(utterances: readonly string[], house: House): State {
  return utterances.reduce((state, utterance) => hear(state, utterance, house), beginning(house))
}

/** One turn of the caller. */
export function hear(before: State, utterance: string, house: House): State {
  const state = { ...before, deed: undefined }
  const keys = keysIn(utterance)
  if (keys !== undefined) return pressed(state, keys, house)
  const turn = turnOf(state, utterance)
  const menu = menuIn(turn.line)
  if (menu.length > 0) return { ...state, misses: 0, said: '', deed: { type: 'press', keys: chosen(menu) } }
  return manner(state, turn, house) ?? matter(state, turn, house)
}

interface Turn {
  readonly line: string
  readonly intents: ReadonlySet<Intent>
  /** What it says about a booking. */
  readonly heard: Booking
  /** The same, were a time the thing asked for. */
  readonly bareTime: string | undefined
}

/** Said for themselves: a bare number or word in such a turn is no answer ("one moment"). */
const asides: readonly Intent[] = ['wait', 'cancel', 'repeat', 'transfer', 'hours', 'address', 'help', 'bye']

function turnOf(state: State, utterance: string): Turn {
  const words = wordsOf(utterance)
  const line = lineOf(words)
  const intents = intentsIn(line)
  const answering = !asides.some((intent) => intents.has(intent))
  const heard = heardIn(words, state.booking, answering ? state.asked : undefined)
  const bareTime = answering ? heardIn(words, state.booking, 'time').time : undefined
  return { line, intents, heard, bareTime }
}

/** The key of another machine's menu that leads to a table, else to a person, else the first. */
function chosen(menu: ReturnType<typeof menuIn>): string {
  const wanted = [/book|reserv|table/, /operator|reception|person|speak|someone/]
  const best = wanted
    .map((purpose) => menu.find((item) => purpose.test(item.purpose)))
    .find((item) => item !== undefined)
  return (best ?? menu[0]!).key
}

/** Things that are settled at once, whatever the talk is about. */
function manner(state: State, { line, intents, heard }: Turn, house: House): State | undefined {
  if (intents.has('repeat')) return { ...state, misses: 0 }
  if (intents.has('transfer')) return transfer(state, line, house)
  if (intents.has('bye') && !intents.has('book')) return farewell(state)
  if (intents.has('cancel')) return cancel(state)
  if (Object.keys(heard).length > 0) return undefined
  if (intents.has('wait')) return { ...state, misses: 0, said: sayings.wait }
  const finished = intents.has('done') || (state.phase === 'booked' && answerIn(line) === 'no' && !slotNamed(line))
  return finished && (state.phase === 'booked' || state.phase === 'idle') ? farewell(state) : undefined
}

function farewell(state: State): State {
  return { ...state, misses: 0, said: sayings.bye, deed: { type: 'hang-up' } }
}

function cancel(state: State): State {
  const said = state.phase === 'idle' ? sayings.what : `${sayings.cancelled} ${sayings.more}`
  return { ...state, booking: {}, phase: 'idle', asked: undefined, misses: 0, said }
}

function transfer(state: State, line: string, house: House): State {
  const to = house.departments.find(({ name }) => line.includes(name)) ?? house.departments[0]
  if (!to) return { ...state, misses: 0, said: `${sayings.noTransfer} ${sayings.more}` }
  return { ...state, misses: 0, said: sayings.transferring(to.name), deed: { type: 'transfer', to } }
}

function pressed(state: State, keys: string, house: House): State {
  if (keys === '*') return { ...state, misses: 0 }
  if (state.phase === 'confirming') return keys === '1' ? booked(state) : keys === '2' ? changing(state) : lost(state)
  if (state.asked) return filled(state, keyed(keys, state.asked), '')
  if (keys === '0') return transfer(state, '', house)
  if (keys === '1') return filled({ ...state, booking: {}, phase: 'asking' }, {}, '')
  if (keys === '2') return aside(state, sayings.hours(house))
  return keys === '3' ? aside(state, sayings.address(house)) : lost(state)
}

/** What the turn is about: questions about the house, and the booking. */
function matter(state: State, turn: Turn, house: House): State {
  const { intents, line } = turn
  const info = [
    ...(intents.has('hours') ? [sayings.hours(house)] : []),
    ...(intents.has('address') ? [sayings.address(house)] : []),
  ].join(' ')
  // A question about the house that also names a day is still only a question.
  const heard = info && !intents.has('book') ? {} : turn.heard
  const begins =
    intents.has('book') || heard.party !== undefined || (heard.time !== undefined && heard.day !== undefined)
  if (state.phase === 'confirming') return confirm(state, { ...turn, heard }, info)
  if (state.phase === 'asking') return filled(state, heard, info)
  if (state.phase === 'booked' && !intents.has('book') && Object.keys(heard).length > 0)
    return filled(state, heard, info)
  if (begins) return filled({ ...state, booking: {}, phase: 'asking' }, heard, info)
  return info ? aside(state, info) : small(state, intents, line)
}

function confirm(state: State, { line, heard, bareTime }: Turn, info: string): State {
  const answer = answerIn(line)
  if (differs(heard, state.booking)) return filled(state, heard, info)
  // A bare number is most likely another time: "no, seven".
  if (answer !== 'yes' && bareTime !== undefined && bareTime !== state.booking.time)
    return filled(state, { time: bareTime }, info)
  if (info) return aside(state, info)
  if (answer === 'yes') return booked(state)
  const named = slotNamed(line)
  if (named) return { ...state, phase: 'asking', asked: named, misses: 0, said: sayings.questions[named] }
  return answer === 'no' ? changing(state) : lost(state)
}

function differs(heard: Booking, known: Booking): boolean {
  return (Object.keys(heard) as Slot[]).some((slot) => heard[slot] !== known[slot])
}

/** "Change the time": the slot that is meant, without its new value. */
function slotNamed(line: string): Slot | undefined {
  if (/\b(people|persons?|guests?|number|party|size)\b/.test(line)) return 'party'
  if (/\b(day|date)\b/.test(line)) return 'day'
  if (/\b(time|hour)\b/.test(line)) return 'time'
  return /\bname\b/.test(line) ? 'name' : undefined
}

/** Takes what was heard into the booking and asks for what is missing, or for a yes. */
function filled(state: State, heard: Booking, info: string): State {
  const booking = { ...state.booking, ...heard }
  const next = missing(booking)
  const gained = differs(heard, state.booking)
  if (!gained && !info && state.phase === 'asking' && state.asked) return lost(state)
  const said = next ? question(booking, heard, next) : `So, ${described(booking)}. Is that right?`
  return {
    ...state,
    booking,
    phase: next ? 'asking' : 'confirming',
    asked: next,
    misses: 0,
    said: info ? `${info} ${said}` : said,
  }
}

/** Says what was just understood, so that a mistake can be put right, then asks on. */
function question(booking: Booking, heard: Booking, next: Slot): string {
  const opening = Object.keys(booking).length === 0 ? 'Gladly. ' : ''
  const known = Object.keys(heard).length > 0 ? `${capital(described(booking))}. ` : opening
  return `${known}${sayings.questions[next]}`
}

const capital = (text: string) => text.replace(/^./, (letter) => letter.toUpperCase())

function booked(state: State): State {
  const said = `Thank you, ${described(state.booking)}: that is booked. ${sayings.more}`
  return { ...state, phase: 'booked', asked: undefined, misses: 0, said }
}

function changing(state: State): State {
  return { ...state, misses: 0, said: sayings.change }
}

/** An answer besides the booking; then back to where the talk was. */
function aside(state: State, info: string): State {
  const back =
    state.phase === 'confirming'
      ? `So, ${described(state.booking)}. Is that right?`
      : state.asked
        ? sayings.questions[state.asked]
        : sayings.more
  return { ...state, misses: 0, said: `${info} ${back}` }
}

/** Nothing to fill and nothing to answer. */
function small(state: State, intents: ReadonlySet<Intent>, line: string): State {
  const answer = answerIn(line)
  if (intents.has('thanks')) return { ...state, misses: 0, said: `${sayings.welcome} ${sayings.more}` }
  if (intents.has('help')) return { ...state, misses: 0, said: `${sayings.hint} ${sayings.keys}` }
  if (/^(hello|hi|hey|good (morning|afternoon|evening))\b/.test(line))
    return { ...state, misses: 0, said: `Hello. ${sayings.what}` }
  if (answer === 'yes') return { ...state, misses: 0, said: sayings.what }
  return lost(state)
}

/** Helps more each time: the hint, then the keys, then a person. */
function lost(state: State): State {
  const misses = state.misses + 1
  const hint =
    state.phase === 'confirming' ? 'Please say yes or no.' : state.asked ? sayings.hints[state.asked] : sayings.hint
  const more = misses < 2 ? '' : state.asked || state.phase === 'confirming' ? ' Or say: a person.' : ` ${sayings.keys}`
  return { ...state, misses, said: `${sayings.lost} ${hint}${more}` }
}
