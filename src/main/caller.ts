/** A simulated caller: polite, unless told otherwise. Acts may be added while the call runs. */
import { Phone, readWav, toTelephone } from '../../simulators/index.ts'
import type { Act } from '../api/parts.ts'
import type { Clock } from '../lib/clock.ts'
import { OffhookError } from '../spec/errors.ts'

/** An act that can be done at once: what is spoken is sound by now. */
export type Ready =
  | { readonly type: 'say'; readonly sound: Int16Array }
  | { readonly type: 'press'; readonly digits: string }
  | { readonly type: 'pause'; readonly ms: number }
  | { readonly type: 'hangup' }

/** How long the caller waits for a greeting, for an answer to begin, and for it to finish, ms. */
const greeting = 8_000
const patience = 20_000
const longestAnswer = 60_000
/** Quiet that counts as the end of an answer, ms. */
const finished = 1_200
/** Acts that wait: more is no script. */
const mostWaiting = 500

export class Caller {
  readonly phone: Phone
  readonly #stay: boolean
  readonly #waiting: Ready[] = []
  #news = Promise.withResolvers<void>()
  /** Resolved when what comes next does not wait for the other side. */
  #urgent = Promise.withResolvers<void>()

  constructor(clock: Clock, acts: readonly Ready[], stay: boolean) {
    this.#stay = stay
    this.#waiting.push(...acts)
    this.phone = new Phone({ clock, record: false, script: (phone) => this.#perform(phone) })
  }

  /** How many acts are still to come. Somebody who listens and is told to hang up, or not to wait, does so at once. */
  add(acts: readonly Ready[]): number {
    if (this.#waiting.length + acts.length > mostWaiting)
      throw new OffhookError('request.invalid', `${this.#waiting.length} acts wait already: let some of them be done`)
    if (this.#waiting.length === 0 && acts[0] && isUrgent(acts[0])) this.#urgent.resolve()
    this.#waiting.push(...acts)
    this.#news.resolve()
    return this.#waiting.length
  }

  /** Before each act the caller listens until the other side has finished; a pause takes the place of listening. */
  async #perform(phone: Phone): Promise<void> {
    let answer: Answer | undefined = { spoken: speech(phone), patience: greeting }
    for (;;) {
      if (answer && this.#waiting[0]?.type !== 'pause') await this.#listen(phone, answer)
      const act = this.#waiting.shift()
      if (!act && !this.#stay) return phone.hangup()
      if (act?.type === 'hangup') return phone.hangup()
      // Who is quiet now and speaks meanwhile has answered; who speaks already is being talked over.
      const meanwhile = phone.hearsSpeech ? undefined : speech(phone)
      if (act) await perform(phone, act)
      else await this.#more(phone)
      answer = act && act.type !== 'pause' ? { spoken: meanwhile ?? speech(phone), patience } : undefined
    }
  }

  async #listen(phone: Phone, answer: Answer): Promise<void> {
    this.#urgent = Promise.withResolvers()
    const listening = listen(phone, answer)
    listening.catch(() => undefined) // nobody may be waiting for it any more
    await Promise.race([listening, this.#urgent.promise])
  }

  /** Rejects when the call is over. */
  async #more(phone: Phone): Promise<void> {
    this.#news = Promise.withResolvers()
    while (this.#waiting.length === 0) await Promise.race([this.#news.promise, phone.sleep(patience)])
  }
}

function isUrgent({ type }: Ready): boolean {
  return type === 'pause' || type === 'hangup'
}

/** What the caller waits for. */
interface Answer {
  /** Resolves when the other side speaks. */
  readonly spoken: Promise<void>
  /** ms */
  readonly patience: number
}

function speech(phone: Phone): Promise<void> {
  const spoken = phone.waitForSpeech(Number.POSITIVE_INFINITY)
  spoken.catch(() => undefined) // nobody may come to wait for it
  return spoken
}

async function listen(phone: Phone, { spoken, patience }: Answer): Promise<void> {
  await phone.sleep(400)
  await Promise.race([spoken, phone.sleep(patience)])
  await phone.waitForSilence(finished, longestAnswer).catch(unlessOver)
}

/** Somebody who never stops is no reason not to go on. */
function unlessOver(error: unknown): void {
  if (error instanceof Error && error.name === 'CallOver') throw error
}

async function perform(phone: Phone, act: Exclude<Ready, { type: 'hangup' }>): Promise<void> {
  switch (act.type) {
    case 'say':
      return phone.say(act.sound)
    case 'press':
      return phone.press(act.digits)
    case 'pause':
      return phone.sleep(act.ms)
    default:
      return act satisfies never
  }
}

/** Speaks and reads everything before it is needed, so that a mistake costs no call. */
export async function makeReady(
  acts: readonly Act[],
  speak: (text: string) => Promise<Int16Array>,
): Promise<readonly Ready[]> {
  const ready: Ready[] = []
  for (const act of acts) {
    if ('say' in act) ready.push({ type: 'say', sound: await speak(act.say) })
    else if ('audio' in act) ready.push({ type: 'say', sound: soundOf(act.audio) })
    else if ('digits' in act) ready.push({ type: 'press', digits: act.digits })
    else if ('pauseMs' in act) ready.push({ type: 'pause', ms: act.pauseMs })
    else ready.push({ type: 'hangup' })
  }
  return ready
}

function soundOf(audio: string): Int16Array {
  try {
    return toTelephone(readWav(Buffer.from(audio, 'base64')))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new OffhookError('audio.malformed', `The recording is no WAV that can be used: ${why}`, { cause: error })
  }
}
