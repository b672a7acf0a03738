/** Understands as scripted: finds speech by its energy, and gives the words a test put there, one after the other as the sound passes. */

export type Phrases = readonly string[] | (() => string)

export interface EarOptions {
  readonly rate: number
  /** What is said, turn by turn; a turn without one has no words. A function is asked when a turn begins. */
  readonly phrases: Phrases
  /** Silence that ends a turn, ms; `Infinity`: only `force` does. */
  readonly pause: number
  /** Silence that may be the end, ms. Default: never told. */
  readonly hesitation?: number
}

/** Times are of the sound, ms since its beginning. */
export interface HeardWord {
  readonly text: string
  readonly start: number
  readonly end: number
}

export type EarEvent =
  | { readonly type: 'started'; readonly at: number }
  /** All words of the turn so far. */
  | { readonly type: 'word'; readonly words: readonly HeardWord[] }
  | { readonly type: 'hesitated' | 'resumed'; readonly at: number }
  | { readonly type: 'ended'; readonly words: readonly HeardWord[]; readonly at: number }

const window = 10
/** A sample of speech is louder than this, in the mean of a window. */
const loud = 400
/** Of loud windows in a row: a click is no speech. */
const sure = 3
/** A word takes so long to say, ms. */
const wordEvery = 280

export class Ear {
  readonly #options: EarOptions
  readonly #size: number
  #rest = new Int16Array(0)
  #windows = 0
  #loudInRow = 0
  #startedAt: number | undefined
  #lastLoud = 0
  #hesitated = false
  #turn = 0
  #phrase: readonly string[] = []
  #words: HeardWord[] = []

  constructor(options: EarOptions) {
    this.#options = options
    this.#size = (options.rate * window) / 1000
  }

  /** Ms of sound heard. */
  get at(): number {
    return this.#windows * window
  }

  /** Somebody is speaking, or has only just stopped. */
  get speaking(): boolean {
    return this.#startedAt !== undefined
  }

  /** Of the present turn. */
  get words(): readonly HeardWord[] {
    return this.#words
  }

  hear(pcm: Int16Array): readonly EarEvent[] {
    const events: EarEvent[] = []
    const all = new Int16Array(this.#rest.length + pcm.length)
    all.set(this.#rest)
    all.set(pcm, this.#rest.length)
    let at = 0
    for (; at + this.#size <= all.length; at += this.#size) this.#window(all.subarray(at, at + this.#size), events)
    this.#rest = all.slice(at)
    return events
  }

  /** Ends the turn here, with all its words. Nothing when nobody spoke. */
  force(): readonly EarEvent[] {
    if (this.#startedAt === undefined) return []
    const events: EarEvent[] = []
    this.#end(events)
    return events
  }

  #window(pcm: Int16Array, events: EarEvent[]): void {
    this.#windows++
    let sum = 0
    for (const sample of pcm) sum += Math.abs(sample)
    this.#loudInRow = sum / pcm.length > loud ? this.#loudInRow + 1 : 0
    if (this.#startedAt === undefined) {
      if (this.#loudInRow >= sure) this.#start(events)
      return
    }
    if (this.#loudInRow >= sure) this.#go(events)
    const silent = this.at - this.#lastLoud
    if (silent >= this.#options.pause) return this.#end(events)
    if (this.#hesitated || silent < (this.#options.hesitation ?? Infinity)) return
    this.#hesitated = true
    this.#say(Infinity, events)
    events.push({ type: 'hesitated', at: this.at })
  }

  #start(events: EarEvent[]): void {
    this.#startedAt = this.at - sure * window
    this.#lastLoud = this.at
    const { phrases } = this.#options
    const phrase = typeof phrases === 'function' ? phrases() : (phrases[this.#turn] ?? '')
    this.#phrase = phrase.split(/\s+/).filter(Boolean)
    events.push({ type: 'started', at: this.#startedAt })
  }

  #go(events: EarEvent[]): void {
    this.#lastLoud = this.at
    if (this.#hesitated) events.push({ type: 'resumed', at: this.at })
    this.#hesitated = false
    this.#say(Math.floor((this.at - this.#startedAt!) / wordEvery), events)
  }

  /** At least so many words are out; the last one waits for the end. */
  #say(count: number, events: EarEvent[]): void {
    const phrase = this.#phrase
    const until = Number.isFinite(count) ? Math.min(count, phrase.length - 1) : phrase.length
    let said = false
    for (let index = this.#words.length; index < until; index++) {
      const end = Math.min(this.#startedAt! + (index + 1) * wordEvery, this.#lastLoud)
      const start = this.#words.at(-1)?.end ?? this.#startedAt!
      this.#words.push({ text: phrase[index]!, start, end: Math.max(start, end) })
      said = true
    }
    if (said) events.push({ type: 'word', words: [...this.#words] })
  }

  #end(events: EarEvent[]): void {
    this.#say(Infinity, events)
    events.push({ type: 'ended', words: this.#words, at: this.at })
    this.#words = []
    this.#startedAt = undefined
    this.#hesitated = false
    this.#turn++
  }
}

/** 16-bit little-endian bytes as samples; half a sample at the end is dropped. */
export function samplesOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: bytes.length >> 1 }, (_, at) => view.getInt16(at * 2, true))
}

/** As the test put it down. */
export function written(words: readonly { readonly text: string }[]): string {
  return words.map(({ text }) => text).join(' ')
}
