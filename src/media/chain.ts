/** Stages and how to line them up: every way that sound takes is built here. */
import type { AudioSink, AudioStage } from '../spec/audio.ts'
import { resample } from './resample.ts'

/** `stages` stand in the order in which sound passes them; the last one feeds `sink`. */
export function chain(sink: AudioSink, ...stages: readonly AudioStage[]): AudioSink {
  return stages.reduceRight((next, stage) => stage(next), sink)
}

/** Takes sound at `rate`, whatever follows: a resampler where the rates differ, nothing where they do not. */
export function fit(rate: number): AudioStage {
  return (next) => resample(rate, next.rate)(next)
}

/**
 * Writes a stage in three lines: `(next) => into(next, 'name', (pcm) => next.write(…))`.
 * `flush` pushes out what the stage holds; what follows is flushed after it.
 */
export function into(
  next: AudioSink,
  name: string,
  write: (pcm: Int16Array) => void,
  flush?: () => void,
): AudioSink & { flush(): void } {
  return {
    rate: next.rate,
    write,
    flush() {
      flush?.()
      next.flush?.()
    },
    toString: () => `${name} → ${next}`,
  }
}

/** Copies the sound to a second sink, at that sink's rate. */
export function tap(second: AudioSink): AudioStage {
  return (next) => {
    const side = fit(next.rate)(second)
    return into(
      next,
      `tap(${side})`,
      (pcm) => {
        side.write(pcm)
        next.write(pcm)
      },
      () => side.flush?.(),
    )
  }
}

/** Lets sound through while `open()`; otherwise nothing passes, and time stands still for what follows. */
export function gate(open: () => boolean): AudioStage {
  return (next) =>
    into(next, 'gate', (pcm) => {
      if (open()) next.write(pcm)
    })
}

/** While `muted()`, silence of the same length takes the sound's place: time goes on for what follows. */
export function mute(muted: () => boolean): AudioStage {
  return (next) => into(next, 'mute', (pcm) => next.write(muted() ? new Int16Array(pcm.length) : pcm))
}

/** Louder or softer; what does not fit 16 bit is cut off at the limits. */
export function gain(decibels: number): AudioStage {
  const factor = 10 ** (decibels / 20)
  return (next) =>
    into(next, `gain ${decibels} dB`, (pcm) => next.write(pcm.map((sample) => saturate(sample * factor))))
}

/** Cuts into frames of exactly `ms` milliseconds. A flush fills the last one up with silence. */
export function framer(ms: number): AudioStage {
  return (next) => {
    const frame = new Int16Array(Math.round((next.rate * ms) / 1000))
    let held = 0
    const write = (pcm: Int16Array) => {
      for (let at = 0; at < pcm.length;) {
        const part = pcm.subarray(at, at + frame.length - held)
        frame.set(part, held)
        held += part.length
        at += part.length
        if (held === frame.length) send()
      }
    }
    const send = () => {
      held = 0
      next.write(frame)
    }
    return into(next, `frames of ${ms} ms`, write, () => {
      if (held === 0) return
      frame.fill(0, held)
      send()
    })
  }
}

function saturate(value: number): number {
  return value > 32767 ? 32767 : value < -32768 ? -32768 : Math.round(value)
}
