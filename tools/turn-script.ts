/** What the callers of the turn corpus say, and where they pause. */

/** From 0 up to 1. */
export type Random = () => number

export interface Line {
  readonly parts: readonly Part[]
  readonly question: boolean
  /** Said while the agent speaks: a sign of listening, or something that wants to stop it. */
  readonly over?: 'listens' | 'stops'
}

export interface Part {
  readonly text: string
  /** Silence after it, ms; of the last part none. */
  readonly pause: number
  /** It ends where a phrase ends; else the speaker stops in the middle of one. */
  readonly phrase: boolean
}

/** A call's lines: most are turns, two in ten are said over the agent. */
export function writeScript(random: Random, count: number): readonly Line[] {
  return Array.from({ length: count }, () => writeLine(random))
}

function writeLine(random: Random): Line {
  const kind = random()
  if (kind < 0.1) return { parts: parts(random, [pick(random, signs)]), question: false, over: 'listens' }
  if (kind < 0.2) return { parts: parts(random, [pick(random, stops)]), question: false, over: 'stops' }
  if (kind < 0.34) return { parts: parts(random, [pick(random, answers)]), question: false }
  if (kind < 0.46) return { parts: parts(random, [pick(random, questions)]), question: true }
  if (kind < 0.6) return { parts: parts(random, [pick(random, whole)]), question: false }
  if (kind < 0.75) return { parts: number(random), question: false }
  if (kind < 0.88) return { parts: parts(random, [pick(random, openings), pick(random, endings)]), question: false }
  return {
    parts: parts(random, [pick(random, openings), pick(random, hesitations), pick(random, endings)]),
    question: false,
  }
}

function parts(random: Random, texts: readonly string[]): readonly Part[] {
  return texts.map((text) => ({ text, pause: thinking(random), phrase: false }))
}

/** Pauses of people who think: from a breath to more than a second, the short ones more often. */
function thinking(random: Random): number {
  return Math.round(250 * 5 ** random())
}

/** A number in groups, with the steady pauses of somebody who reads it out. */
function number(random: Random): readonly Part[] {
  const groups = 2 + Math.floor(random() * 2)
  const pause = Math.round(300 + random() * 500)
  const spoken = Array.from({ length: groups }, () =>
    Array.from({ length: 3 + Math.floor(random() * 2) }, () => pick(random, figures)).join(' '),
  )
  return [pick(random, numbers), ...spoken].map((text) => ({
    text,
    pause: Math.round(pause * (0.85 + random() * 0.3)),
    phrase: true,
  }))
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!
}

const figures = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const numbers = ['my number is', 'it is', 'the code is', 'you can reach me at', 'the order number is']
const signs = ['mm hm', 'okay', 'yeah', 'right', 'I see', 'yes, yes', 'uh huh', 'sure']
const stops = [
  'no wait that is not what I asked for',
  'sorry can I stop you there for a moment',
  'actually I would rather come on Monday instead',
  'hold on I did not say that at all',
  'that is wrong my name is Miller',
]
const answers = [
  'yes',
  'no',
  'yes please',
  'no thank you',
  'okay',
  'that is right',
  'tomorrow',
  'at eight',
  'just one',
  'thanks',
]
const questions = [
  'do you have a table for four',
  'when are you open on Sunday',
  'can I pay by card',
  'how much is a single room',
  'is there a later train',
  'could you say that again',
  'where is the nearest branch',
]
const whole = [
  'I would like to book a table',
  'my order has not arrived yet',
  'I want to speak to somebody in sales',
  'the internet is down since this morning',
  'please send me the invoice by mail',
  'I need to change my appointment',
  'we are four adults and two children',
  'I lost my card yesterday',
]
const openings = [
  'I would like to book a table for',
  'I am calling about the',
  'could you tell me whether',
  'my daughter has an appointment and',
  'we wanted to come on Friday but',
  'I ordered the blue one because',
  'so my problem is that',
  'the thing is I need',
  'I live in the street behind the station and',
  'please put me through to',
  'the first one was broken and the second',
]
const hesitations = ['um', 'uh', 'well', 'you know', 'let me think']
const endings = [
  'four people on Friday evening',
  'the bill from last month',
  'you deliver on Saturdays',
  'she cannot come tomorrow',
  'something came up at work',
  'it looked better in the picture',
  'nobody answers the telephone',
  'a new password for my account',
  'I never got a letter from you',
  'the manager of the shop',
  'it arrived two weeks too late',
]
