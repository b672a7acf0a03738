/** Scores how well spoken bookings are understood: slots right of slots expected. Run it: `node test/speech/score.ts`. */
import { readFileSync } from 'node:fs'
import { realClock } from '../../src/lib/clock.ts'
import { seededIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import { follow } from '../../src/providers/llm/scripted/dialogue.ts'
import { slots } from '../../src/providers/llm/scripted/booking.ts'
import type { Booking } from '../../src/providers/llm/scripted/booking.ts'
import { localRecogniser } from '../../src/providers/stt/local/index.ts'
import { localSpeaker } from '../../src/providers/tts/local/index.ts'
import type { PartHost } from '../../src/spec/speech.ts'
import { comparable, distance } from './errors.ts'
import { noises, overTelephone } from './telephone.ts'
import type { Noise } from './telephone.ts'

export interface Sentence {
  /** What the caller said in earlier turns: given as text. */
  readonly before?: readonly string[]
  /** Spoken. */
  readonly say: string
  /** The whole booking after it. */
  readonly expect: Booking
}

export interface Heard {
  readonly text: string
  readonly booking: Booking
}

export interface Score {
  readonly sentences: number
  /** Every slot right and none invented. */
  readonly perfect: number
  readonly slots: number
  readonly right: number
  /** Names that differ in up to a third of their letters; counted in `right`. */
  readonly nearNames: number
  readonly invented: number
  /** Word error rate, 0 to 1. */
  readonly wer: number
  /** A line for each sentence that is not perfect: what was said, heard and understood. */
  readonly misses: readonly string[]
}

export function heldOut(): readonly Sentence[] {
  // Our own file; its shape is the type's.
  return JSON.parse(readFileSync(new URL('held-out.json', import.meta.url), 'utf8')) as readonly Sentence[]
}

/** `hear` gives the sentence to whoever is examined: a loop in this process, or a telephone call. */
export async function score(
  sentences: readonly Sentence[],
  hear: (sentence: Sentence) => Promise<Heard>,
): Promise<Score> {
  const total = { perfect: 0, slots: 0, right: 0, nearNames: 0, invented: 0, wrongWords: 0, words: 0 }
  const misses: string[] = []
  for (const sentence of sentences) {
    const heard = await hear(sentence)
    const marks = mark(sentence.expect, heard.booking)
    total.slots += marks.slots
    total.right += marks.right
    total.nearNames += marks.nearNames
    total.invented += marks.invented
    const said = comparable(sentence.say)
    total.words += said.length
    total.wrongWords += distance(said, comparable(heard.text))
    if (marks.right === marks.slots && marks.invented === 0) total.perfect++
    else misses.push(`${sentence.say}\n  heard      ${heard.text}\n  understood ${JSON.stringify(heard.booking)}`)
  }
  const { wrongWords, words, ...counts } = total
  return { sentences: sentences.length, ...counts, wer: wrongWords / words, misses }
}

function mark(expected: Booking, got: Booking) {
  const marks = { slots: 0, right: 0, nearNames: 0, invented: 0 }
  for (const slot of slots) {
    const [want, have] = [expected[slot], got[slot]]
    if (want === undefined) {
      if (have !== undefined) marks.invented++
      continue
    }
    marks.slots++
    const near = slot === 'name' && want !== have && alike(String(want), String(have))
    if (near) marks.nearNames++
    if (want === have || near) marks.right++
  }
  return marks
}

function alike(left: string, right: string): boolean {
  return distance([...left.toLowerCase()], [...right.toLowerCase()]) <= left.length / 3
}

/** Speaks with the local voice, sends it over a telephone line, and lets the local parts make a booking of it. */
export async function localLoop(
  scope: Scope,
  noise: Noise,
  voice = 'rms',
): Promise<(sentence: Sentence) => Promise<Heard>> {
  const host: PartHost = { scope, clock: realClock, ids: seededIds('score'), stream: () => Promise.reject(new Error()) }
  const speaker = await localSpeaker.open(localSpeaker.settings.parse({ voice }), host)
  const recogniser = await localRecogniser.open(localRecogniser.settings.parse({}), host)
  const house = { business: '', hours: '', address: '', departments: [] }
  return async ({ before = [], say }) => {
    const pieces = await Array.fromAsync(speaker.speak(say, scope.signal))
    const sound = Int16Array.from(pieces.flatMap((piece) => Array.from(piece)))
    const text = await recogniser.recognise(overTelephone(sound, noise), scope.signal)
    return { text, booking: follow([...before, text], house).booking }
  }
}

if (import.meta.main) {
  for (const noise of noises) {
    await using scope = new Scope('score')
    const { misses, ...figures } = await score(heldOut(), await localLoop(scope, noise, process.argv[2]))
    process.stdout.write(`${noise}: ${JSON.stringify(figures)}\n${misses.join('\n')}\n`)
  }
}
