/** Hears when the caller speaks: the detector on the line, its pauses, and the agent's own sound that comes back. */
import type { Clock } from '../lib/clock.ts'
import type { Vad, VadEvent, VadFactory } from '../media/vad/vad.ts'
import type { AudioSink, Playout } from '../spec/audio.ts'
import type { Line } from './contract.ts'
import { EchoGuard } from './echo.ts'
import { overhear } from './overhear.ts'
import type { TurnInput } from './turn.ts'

export interface ListenerOptions {
  readonly vad: VadFactory
  readonly clock: Clock
  readonly echoGuard: boolean
  /** Sound of the agent is queued and not yet heard. */
  readonly audible: () => boolean
  /** What the caller hears just now is a question. */
  readonly asked: () => boolean
  readonly post: (input: TurnInput) => void
}

/** While the line gives back the agent's own sound, it is judged anew after so much of it, ms. */
const judgedEvery = 100

export class Listener {
  readonly #options: ListenerOptions
  readonly #guard: EchoGuard | undefined
  #vad: Vad | undefined
  #parts: readonly Disposable[] = []
  /** The detector hears speech that is the agent's own; how much of it, ms. */
  #echoMs: number | undefined
  #nextJudgement = 0
  /** Since when the caller is silent; undefined while they speak, and before they ever did. */
  #quietAt: number | undefined

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#guard = options.echoGuard ? new EchoGuard() : undefined
  }

  open({ microphone }: Line): void {
    this.close()
    const vad = this.#options.vad(microphone.rate)
    this.#vad = vad
    const guard = this.#guard ? [microphone.pipe(this.#ear(this.#guard, microphone.rate))] : []
    this.#parts = [...guard, microphone.pipe(vad), vad.listen((event) => this.#detected(event)), vad]
  }

  close(): void {
    for (const part of this.#parts) part[Symbol.dispose]()
    this.#parts = []
    this.#vad = undefined
    this.#echoMs = undefined
  }

  /** The caller's turn is over, whatever the detector thinks. */
  rest(): void {
    this.#vad?.rest?.()
  }

  /** How long the caller has been silent, if they have spoken since `began`; whoever decides about turns, this is what they felt. */
  silentFor(began: number): number {
    const quiet = this.#quietAt
    return quiet === undefined || quiet < began ? 0 : this.#options.clock.monotonic() - quiet
  }

  /** The line's speaker, overheard: what is said into it may come back. */
  overhear(playout: Playout): Playout {
    const guard = this.#guard
    if (!guard) return playout
    const { clock } = this.#options
    return overhear(playout, {
      said(pcm) {
        const now = clock.monotonic()
        guard.say(pcm, playout.rate, now + playout.queuedMs, now)
      },
      cleared: () => guard.clear(clock.monotonic()),
      hushed: () => guard.hush(clock.monotonic()),
      wentOn: () => guard.goOn(clock.monotonic()),
    })
  }

  #ear(guard: EchoGuard, rate: number): AudioSink {
    return {
      rate,
      write: (pcm) => {
        guard.hear(pcm, rate)
        if (this.#echoMs !== undefined) this.#judgeAgain(guard, (pcm.length * 1000) / rate)
      },
      toString: () => 'echo guard',
    }
  }

  /** What began as an echo goes on: is it still one? */
  #judgeAgain(guard: EchoGuard, ms: number): void {
    this.#echoMs = (this.#echoMs ?? 0) + ms
    if (this.#echoMs < this.#nextJudgement) return
    this.#nextJudgement = this.#echoMs + judgedEvery
    if (guard.isEcho(this.#echoMs, this.#options.clock.monotonic())) return
    // Of what was heard until now the last stretch is the caller's.
    this.#start(Math.min(this.#echoMs, judgedEvery))
  }

  /** The detector's verdict acts within its own call, before any other sound moves. */
  #detected({ type, atMs, decidedMs, finished }: VadEvent): void {
    const agoMs = Math.max(0, decidedMs - atMs)
    const { post, audible, clock } = this.#options
    if (type === 'paused' || type === 'ended') {
      if (this.#echoMs === undefined) this.#quietAt ??= clock.monotonic() - agoMs
      this.#echoMs = undefined
      return post({ type: 'speech-paused', by: 'engine', agoMs, ...(finished !== undefined && { finished }) })
    }
    if (!audible() || !this.#guard?.isEcho(agoMs, clock.monotonic())) return this.#start(agoMs)
    this.#echoMs = agoMs
    this.#nextJudgement = agoMs + judgedEvery
  }

  #start(agoMs: number): void {
    this.#echoMs = undefined
    this.#quietAt = undefined
    const { post, audible, asked } = this.#options
    post({ type: 'speech-started', by: 'engine', agoMs, audible: audible(), asked: asked() })
  }
}
