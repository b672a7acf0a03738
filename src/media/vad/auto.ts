/** The default detector: a cheap gate hears that something begins, Silero confirms that it is speech, the gate hears its end. */
import { level } from '../measure.ts'
import { NoiseFloor } from './floor.ts'
import type { FvadStream } from './fvad.ts'
import type { ModelStream, SpeechModel } from './silero-engine.ts'
import { type SileroRate, steps } from './silero-model.ts'
import { Frames, Listeners, Pauses } from './turns.ts'
import type { Vad, VadEvent } from './vad.ts'

//        3 of 4 frames are voice   p ≥ 0.5 (or some p for 96 ms), 60 ms of voice
//  quiet ───────────────────────▶ candidate ─────────────────────▶ speaking
//    ▲  ▲                          │      │ (or the gate, when the model is late)  │
//    │  └──── 100 ms not voice ────┘      │ 640 ms without p ≥ 0.5                 │
//    │                                    ▼                                        │
//    ├──────── 200 ms not voice ──── rejected ─── asks again after 1, 2, 4 s       │
//    └───────────────────────── hangover ms not voice ─────────────────────────────┘

const frameMs = 10
const recentFrames = 4
/** The model's verdict falls within this of the acoustic onset: three chunks. */
const windowMs = 96
const chunkMs = 32
/** Sound before the onset that the model hears first: it judges change. Two chunks. */
const preRollMs = 64
const confirmed = 0.5
/**
 * A soft onset (a leading f or s, a weak vowel) leaves the model in doubt for longer than the window. Doubt, on the mean over
 * the window, is enough for a sound that swells: noise gets less of it, and steady tones do not swell.
 */
const doubtful = 0.25
/** dB between the softest and the loudest frame. */
const swelling = 6
/** Clicks and taps are shorter. */
const shortestVoice = 60
/** Later than this the gate decides alone. */
const longestDelay = 60
const patience = 640
const shortestPause = { candidate: 100, rejected: 200 }
const retry = { first: 1000, longest: 4000 }
/** Kept for the pre-roll: that, and what passes until a candidate is noticed. */
const historyMs = 160

export interface AutoStats {
  candidates: number
  /** Candidates the model took for something else. */
  rejected: number
  /** Starts the gate decided because the model was late. */
  fallbacks: number
}

export interface AutoVadOptions {
  readonly rate: SileroRate
  readonly model: SpeechModel
  readonly fvad: FvadStream
  /** Silence that ends speech, ms. */
  readonly hangover: number
  /** Silence that is told as a pause, ms. Absent: none is. */
  readonly pause?: number | undefined
  /** Counted into; shared by all detectors of a process. */
  readonly stats: AutoStats
}

export function autoVad(options: AutoVadOptions): Vad {
  return new AutoVad(options)
}

interface Candidate {
  readonly stream: ModelStream
  readonly chunks: Frames
  readonly onset: number
  readonly since: number
  /** Sound the model has judged, ms since the detector's first sample. */
  judged: number
  /** Verdicts since the onset, and their sum. */
  chunksHeard: number
  probability: number
  speech: boolean
  voiced: number
  /** Levels of its frames after the first, which may be silent in part, dBFS. */
  softest: number
  loudest: number
}

class AutoVad implements Vad {
  readonly rate: number
  readonly windowMs = windowMs
  readonly #options: AutoVadOptions
  readonly #listeners = new Listeners()
  readonly #floor = new NoiseFloor()
  readonly #pauses: Pauses
  readonly #frames: Frames
  readonly #frame: number
  readonly #history: Int16Array
  #state: 'quiet' | 'candidate' | 'rejected' | 'speaking' = 'quiet'
  #candidate: Candidate | undefined
  #now = 0
  #voicedUntil = 0
  /** The last frames, newest in the lowest bit. */
  #recent = 0
  /** Their levels, newest last. */
  readonly #levels = new Float64Array(recentFrames)
  #retryAt = 0
  #retry = retry.first

  constructor(options: AutoVadOptions) {
    this.#options = options
    this.rate = options.rate
    this.#pauses = new Pauses(options.pause)
    this.#frame = (options.rate * frameMs) / 1000
    this.#history = new Int16Array((options.rate * historyMs) / 1000)
    this.#frames = new Frames(this.#frame, (frame) => this.#advance(frame))
  }

  get speaking(): boolean {
    return this.#state === 'speaking'
  }

  write(pcm: Int16Array): void {
    this.#frames.write(pcm)
  }

  listen(listener: (event: VadEvent) => void): Disposable {
    return this.#listeners.add(listener)
  }

  rest(): void {
    if (this.speaking) this.#settle('quiet')
  }

  toString(): string {
    return 'vad(energy + fvad, confirmed by silero)'
  }

  [Symbol.dispose](): void {
    this.#listeners.clear()
    this.#dropCandidate()
    this.#options.fvad[Symbol.dispose]()
  }

  #advance(frame: Int16Array): void {
    this.#now += frameMs
    const loudness = level(frame)
    const loud = this.#floor.loud(loudness, this.speaking)
    const voice = this.#options.fvad.speech(frame) && loud
    if (voice) this.#voicedUntil = this.#now
    this.#recent = ((this.#recent << 1) | (voice ? 1 : 0)) & 0b1111
    this.#remember(frame, loudness)
    if (this.#candidate) this.#weigh(this.#candidate, frame, voice)
    else if (this.#state === 'speaking') this.#listenForEnd(voice)
    else if (this.#state === 'rejected') this.#waitAfterRejection(voice)
    else if (voice && isBeginning(this.#recent)) this.#suspect()
  }

  get #silentFor(): number {
    return this.#now - this.#voicedUntil
  }

  #remember(frame: Int16Array, loudness: number): void {
    this.#levels.copyWithin(0, 1)
    this.#levels[recentFrames - 1] = loudness
    this.#history.copyWithin(0, this.#frame)
    this.#history.set(frame, this.#history.length - this.#frame)
  }

  /** Something begins: the model hears it from a little before its onset. */
  #suspect(): void {
    const { model, rate, stats } = this.#options
    const frames = 32 - Math.clz32(this.#recent)
    const onset = this.#now - frameMs * frames
    const levels = this.#levels.subarray(recentFrames - frames + 1)
    const since = onset - preRollMs
    const heard = (chunk: number, probability: number) => this.#judged(candidate, chunk, probability)
    const stream = model.open(rate, heard)
    const chunks = new Frames(steps[rate].chunk, (chunk) => stream.push(chunk))
    const voiced = this.#recent.toString(2).replaceAll('0', '').length * frameMs
    const candidate: Candidate = {
      ...{ stream, chunks, onset, since, judged: since, chunksHeard: 0, probability: 0, speech: false, voiced },
      ...{ softest: Math.min(...levels), loudest: Math.max(...levels) },
    }
    this.#candidate = candidate
    this.#state = 'candidate'
    stats.candidates++
    chunks.write(this.#history.subarray(this.#history.length - ((this.#now - since) * rate) / 1000))
  }

  #judged(candidate: Candidate, chunk: number, probability: number): void {
    if (candidate !== this.#candidate) return
    candidate.judged = candidate.since + (chunk + 1) * chunkMs
    if (candidate.judged > candidate.onset) candidate.speech ||= isSpeech(candidate, probability)
    if (candidate.speech && candidate.voiced >= shortestVoice) this.#begin(candidate)
  }

  #weigh(candidate: Candidate, frame: Int16Array, voice: boolean): void {
    if (voice) candidate.voiced += frameMs
    const loudness = this.#levels[recentFrames - 1]!
    candidate.softest = Math.min(candidate.softest, loudness)
    candidate.loudest = Math.max(candidate.loudest, loudness)
    candidate.chunks.write(frame)
    if (candidate !== this.#candidate) return
    const age = this.#now - candidate.onset
    const late = this.#now - candidate.judged > longestDelay + chunkMs && age >= windowMs + longestDelay
    if (candidate.speech && candidate.voiced >= shortestVoice) this.#begin(candidate)
    else if (this.#silentFor >= shortestPause.candidate) this.#settle('quiet')
    else if (late && candidate.voiced >= age * 0.6) {
      this.#options.stats.fallbacks++
      this.#begin(candidate)
    } else if (age >= patience && !late) this.#reject()
  }

  #begin(candidate: Candidate): void {
    this.#settle('speaking')
    this.#retry = retry.first
    this.#pauses.start(this.#now)
    this.#listeners.tell({ type: 'started', atMs: candidate.onset, decidedMs: this.#now })
  }

  #reject(): void {
    this.#options.stats.rejected++
    this.#settle('rejected')
    this.#retryAt = this.#now + this.#retry
    this.#retry = Math.min(this.#retry * 2, retry.longest)
  }

  #waitAfterRejection(voice: boolean): void {
    if (this.#silentFor >= shortestPause.rejected) {
      this.#retry = retry.first
      this.#settle('quiet')
    } else if (voice && this.#now >= this.#retryAt) this.#suspect()
  }

  #listenForEnd(voice: boolean): void {
    const pause = this.#pauses.advance(this.#now, frameMs, voice)
    if (pause) this.#listeners.tell(pause)
    if (!this.speaking || this.#silentFor < this.#options.hangover) return
    this.#settle('quiet')
    this.#listeners.tell({ type: 'ended', atMs: this.#voicedUntil, decidedMs: this.#now })
  }

  #settle(state: 'quiet' | 'rejected' | 'speaking'): void {
    this.#dropCandidate()
    this.#state = state
    this.#recent = 0
  }

  #dropCandidate(): void {
    this.#candidate?.stream[Symbol.dispose]()
    this.#candidate = undefined
  }
}

/** Takes the verdict on one more chunk. */
function isSpeech(candidate: Candidate, probability: number): boolean {
  candidate.chunksHeard++
  candidate.probability += probability
  if (probability >= confirmed) return true
  const age = candidate.judged - candidate.onset
  if (age < windowMs || age >= windowMs + chunkMs) return false
  const doubted = candidate.probability / candidate.chunksHeard >= doubtful
  return doubted && candidate.loudest - candidate.softest >= swelling
}

function isBeginning(recent: number): boolean {
  return recent === 0b0111 || recent === 0b1011 || recent === 0b1101 || recent === 0b1111
}
