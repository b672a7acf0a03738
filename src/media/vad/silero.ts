/** Silero over all of the sound: the most exact detector, and the one that costs most. */
import type { SpeechModel } from './silero-engine.ts'
import { type SileroRate, steps } from './silero-model.ts'
import { Frames, Listeners, Turns } from './turns.ts'
import type { Vad } from './vad.ts'

/** Probabilities at which speech starts, and below which it may end. */
const start = 0.5
const stop = 0.35
/** Two chunks of the last three. */
const needed = 2
const window = 3

export function sileroVad(model: SpeechModel, rate: SileroRate, hangover: number, pause?: number): Vad {
  const { chunk } = steps[rate]
  const frameMs = (chunk * 1000) / rate
  const listeners = new Listeners()
  const turns = new Turns({ frameMs, window, needed, hangover, pause })
  let written = 0
  let answered = 0
  const stream = model.open(rate, (index, probability) => {
    const voice = probability >= (turns.speaking ? stop : start)
    // Chunks that were skipped under load count as this one, so that time stays true.
    for (; answered <= index; answered++) {
      const event = turns.advance(voice)
      if (event) listeners.tell({ ...event, decidedMs: (written * 1000) / rate })
    }
  })
  const frames = new Frames(chunk, (frame) => stream.push(frame))
  return {
    rate,
    // Speech begins anywhere within a chunk: the first whole one comes up to a chunk later.
    windowMs: (needed + 1) * frameMs,
    get speaking() {
      return turns.speaking
    },
    write(pcm) {
      written += pcm.length
      frames.write(pcm)
    },
    listen: (listener) => listeners.add(listener),
    rest: () => turns.rest(),
    toString: () => 'vad(silero)',
    [Symbol.dispose]() {
      listeners.clear()
      stream[Symbol.dispose]()
    },
  }
}
