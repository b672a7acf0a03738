/** Sound inside the house: mono signed 16-bit PCM, passed synchronously from sources to sinks. Wire formats end at the codec. */

/** Somewhere samples go. `write` never awaits and never throws for audio reasons; it may keep no reference to `pcm`. */
export interface AudioSink {
  /** Samples per second. */
  readonly rate: number
  /** Any length, also zero. The array belongs to the caller again when `write` returns. */
  write(pcm: Int16Array): void
  /** Ends a run of sound: stages push out what they hold (resampler tails, part frames). */
  flush?(): void
  /** The path from here on, stage by stage: one log line shows the whole way. */
  toString(): string
}

/** Somewhere samples come from. One source may feed several sinks; disposing the pipe stops one of them. */
export interface AudioSource {
  readonly rate: number
  pipe(sink: AudioSink): Disposable
}

/** A step on the way: given what follows, the sink that feeds it. */
export type AudioStage = (next: AudioSink) => AudioSink

/** Somebody who talks and listens: `microphone` is what they say, `speaker` what they hear. */
export interface AudioPort {
  readonly microphone: AudioSource
  readonly speaker: AudioSink
}

/** A speaker in real time: bounded, and what is queued can be taken back. */
export interface Playout extends AudioSink {
  /** Written and not yet heard, ms. */
  readonly queuedMs: number
  /** Resolves when at most `ms` are queued: the one place with backpressure. Rejects when the signal aborts. */
  drained(ms: number, signal: AbortSignal): Promise<void>
  /** Barge-in: drops what is queued here and at the carrier. `heardMs` counts from the start of this run of sound. */
  clear(): { readonly heardMs: number }
  /** Falls silent at once and keeps what was not heard, here and at the carrier: `goOn` says it, `clear` drops it. */
  hush(): void
  /** After a `hush`: from the very sample at which the caller stopped hearing. Otherwise nothing. */
  goOn(): void
  /** Calls back once everything written so far was heard (or, with `cleared`, was dropped by `clear`). */
  mark(reached: (how: 'heard' | 'cleared') => void): void
}

/** Wire encodings the codecs know. `l16le`/`l16be`: linear 16 bit, little or big endian. Opus needs `openCodec`, which loads it. */
export type Encoding = 'pcmu' | 'pcma' | 'l16le' | 'l16be' | 'g722' | 'opus'

/** How a stream's sound is written on its wire. */
export interface AudioFormat {
  readonly encoding: Encoding
  /** Sample rate of the sound in Hz (G.722: 16000, whatever the SDP says; Opus: what we decode to, whatever was recorded). */
  readonly rate: number
}

/** A carrier's media format: what one message holds. */
export interface StreamFormat extends AudioFormat {
  /** Sound per message, ms: 20 nearly everywhere, 100 for some. */
  readonly frameMs: number
  /**
   * How far ahead of real time we may send, ms: the carrier's own buffer does the pacing. 400 does for most, however much they
   * hold: what is there must be taken back when the caller interrupts. Default 0 (strictly paced).
   */
  readonly leadMs?: number
}
