/** Says sentences one after another: text to sound, as fast as it is made but not far ahead of who listens. */
import type { Clock } from '../../lib/clock.ts'
import type { Emitter } from '../../media/port.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Speaker } from '../../spec/speech.ts'

/** Sound made ahead of real time, ms: what is made and then interrupted was made for nothing, and playouts are bounded. */
const lead = 10_000

export interface MouthOptions {
  readonly speaker: Speaker
  readonly voice: Emitter
  readonly clock: Clock
  /** The sound of this sentence begins now. */
  readonly saying: (text: string) => void
  /** Called before the sound passes. */
  readonly sounding: (ms: number) => void
  /** A sentence broke off; the next one goes on. */
  readonly broke: (error: unknown) => void
}

/** Resolves when all was written. Rejects when a sentence cannot be said at all, or with the signal's reason. */
export async function sayAll(
  sentences: AsyncIterable<string>,
  options: MouthOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options
  let until = clock.monotonic()
  const sounding = (ms: number) => {
    until = Math.max(until, clock.monotonic()) + ms
    options.sounding(ms)
  }
  for await (const sentence of sentences) {
    signal.throwIfAborted()
    const ahead = until - clock.monotonic() - lead
    if (ahead > 0) await clock.sleep(ahead, signal)
    await sayOne(sentence, { ...options, sounding }, signal)
  }
}

async function sayOne(sentence: string, options: MouthOptions, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    let begun = false
    try {
      for await (const pcm of options.speaker.speak(sentence.trim(), signal)) {
        signal.throwIfAborted()
        if (pcm.length === 0) continue
        if (!begun) options.saying(sentence)
        begun = true
        options.sounding((pcm.length * 1000) / options.voice.rate)
        options.voice.emit(pcm)
        // An interruption may come from within the sound's own way.
        signal.throwIfAborted()
      }
      return
    } catch (error) {
      signal.throwIfAborted()
      if (begun) return options.broke(error)
      if (attempt === 2 || isHopeless(error)) throw error
    }
  }
}

/** Trying again helps nobody. */
export function isHopeless(error: unknown): boolean {
  return error instanceof OffhookError && !error.retry
}
