/** Says sentences one after another: text to sound, as fast as it is made but not far ahead of who listens. */
import type { Clock } from '../../lib/clock.ts'
import { fit } from '../../media/chain.ts'
import type { Emitter } from '../../media/port.ts'
import type { Speaker } from '../../spec/speech.ts'
import { Feed } from './feed.ts'
import type { Standby } from './standby.ts'

/** Sound made ahead of real time, ms: what is made and then interrupted was made for nothing, and playouts are bounded. */
const lead = 10_000

export interface MouthOptions {
  readonly speakers: Standby<Speaker>
  readonly voice: Pick<Emitter, 'rate' | 'emit'>
  readonly clock: Clock
  /** The sound of this sentence begins now. */
  readonly saying: (text: string) => void
  /** Called before the sound passes. */
  readonly sounding: (ms: number) => void
  /** A sentence broke off; the next one goes on. */
  readonly broke: (error: unknown) => void
}

/**
 * Resolves when all was written. Rejects when a sentence cannot be said at all, or with the signal's reason. The next
 * sentence is begun with the sound of the one before: its own is there when that ends.
 */
export async function sayAll(
  sentences: AsyncIterable<string>,
  options: MouthOptions,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const making = new Feed<Sentence>()
  makeAll(sentences, making, options, AbortSignal.any([signal, over.signal])).then(
    () => making.end(),
    (error: unknown) => making.fail(error),
  )
  try {
    await sayInOrder(making, options, signal)
  } finally {
    over.abort(new Error('nothing more is said'))
  }
}

/** A sentence on its way from text to sound. */
interface Sentence {
  readonly text: string
  readonly sound: Feed<Int16Array>
  /** The first of its sound is made, or there is none. */
  readonly begun: Promise<void>
  /** All of it was said. */
  readonly said: PromiseWithResolvers<void>
  /** Failures of the speaker when it was begun. */
  readonly since: number
  /** Makes it anew, once it failed. */
  readonly again: () => Sentence
}

async function makeAll(
  sentences: AsyncIterable<string>,
  making: Feed<Sentence>,
  options: MouthOptions,
  signal: AbortSignal,
): Promise<void> {
  let [before, earlier]: (Sentence | undefined)[] = []
  for await (const text of sentences) {
    await before?.begun
    await earlier?.said.promise
    signal.throwIfAborted()
    earlier = before
    before = make(text, options, signal)
    making.push(before)
  }
}

function make(text: string, options: MouthOptions, signal: AbortSignal): Sentence {
  const sound = new Feed<Int16Array>()
  const begun = Promise.withResolvers<void>()
  const push = (pcm: Int16Array) => {
    if (pcm.length === 0) return
    sound.push(pcm)
    begun.resolve()
  }
  makeSound(text, push, options, signal)
    .then(
      () => sound.end(),
      (error: unknown) => sound.fail(error),
    )
    .finally(() => begun.resolve())
  const again = () => make(text, options, signal)
  const { count: since } = options.speakers
  return { text, sound, begun: begun.promise, said: Promise.withResolvers(), since, again }
}

/** Whoever stands in may speak at another rate. */
async function makeSound(
  text: string,
  push: (pcm: Int16Array) => void,
  { speakers, voice }: MouthOptions,
  signal: AbortSignal,
): Promise<void> {
  const speaker = await speakers.part()
  const same = speaker.rate === voice.rate
  const way = fit(speaker.rate)({
    rate: voice.rate,
    write: (pcm) => push(same ? pcm : pcm.slice()),
    toString: () => '',
  })
  for await (const pcm of speaker.speak(text.trim(), signal)) {
    signal.throwIfAborted()
    way.write(pcm)
  }
  way.flush?.()
}

async function sayInOrder(making: AsyncIterable<Sentence>, options: MouthOptions, signal: AbortSignal): Promise<void> {
  const { clock } = options
  let until = clock.monotonic()
  const sounding = (ms: number) => {
    until = Math.max(until, clock.monotonic()) + ms
    options.sounding(ms)
  }
  for await (const sentence of making) {
    signal.throwIfAborted()
    const ahead = until - clock.monotonic() - lead
    if (ahead > 0) await clock.sleep(ahead, signal)
    await sayOne(sentence, { ...options, sounding }, signal)
    sentence.said.resolve()
  }
}

async function sayOne(first: Sentence, options: MouthOptions, signal: AbortSignal): Promise<void> {
  for (let sentence = first; ; sentence = sentence.again()) {
    let begun = false
    try {
      for await (const pcm of sentence.sound) {
        signal.throwIfAborted()
        if (!begun) options.saying(sentence.text)
        begun = true
        options.sounding((pcm.length * 1000) / options.voice.rate)
        options.voice.emit(pcm)
        // An interruption may come from within the sound's own way.
        signal.throwIfAborted()
      }
      return options.speakers.worked()
    } catch (error) {
      signal.throwIfAborted()
      const more = options.speakers.failed(error, { since: sentence.since })
      if (begun) return options.broke(error)
      if (!more) throw error
    }
  }
}
