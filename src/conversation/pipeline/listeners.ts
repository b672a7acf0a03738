/** Recognisers at work, of both kinds in one shape: sound and ends of turns in, texts of turns out. */
import { backoff } from '../../lib/backoff.ts'
import type { Timer } from '../../lib/clock.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Recogniser, SocketRecogniserSpec } from '../../spec/speech.ts'
import { type HeardEvent, openSocketRecogniser, type SocketRecogniser } from './socket-recogniser.ts'
import type { VendorNeeds } from './vendor-socket.ts'
import { Transcript } from './transcript.ts'

export type ListenerEvent =
  /** All of the present turn so far. */
  | { readonly type: 'interim'; readonly text: string }
  /** The text of a turn, '' for none. `asked`: the answer to `end`, in its order; else of words nobody saw the end of. */
  | { readonly type: 'turn'; readonly text: string; readonly asked: boolean }
  | { readonly type: 'started' }
  | { readonly type: 'ending'; readonly text: string }
  | { readonly type: 'resumed' }
  | { readonly type: 'ended' }
  | { readonly type: 'usage'; readonly usage: Readonly<Record<string, number>> }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** Nothing more comes of it. */
  | { readonly type: 'lost'; readonly error: unknown }

export interface Listener extends AsyncDisposable {
  readonly rate: number
  readonly turns: 'engine' | 'vendor'
  /** The caller's sound, as it comes. */
  write(pcm: Int16Array): void
  /** Sound from before it was there. */
  replay(pcm: Int16Array): void
  /** The caller began to speak. */
  start(): void
  /** The turn is over; this was all of its sound. Answered once, by a turn. */
  end(turn: Int16Array): void
}

/** A recogniser that can be put to work, also again after it was lost. */
export interface ListenerPart extends AsyncDisposable {
  listen(tell: (event: ListenerEvent) => void): Promise<Listener>
}

// ── whole utterances ─────────────────────────────────────────────────────────────────────────────────────────────────

export function segmentPart(recogniser: Recogniser): ListenerPart {
  return {
    listen: async (tell) => new SegmentListener(recogniser, tell),
    [Symbol.asyncDispose]: () => recogniser[Symbol.asyncDispose](),
  }
}

class SegmentListener implements Listener {
  readonly turns = 'engine'
  readonly rate: number
  readonly #recogniser: Recogniser
  readonly #tell: (event: ListenerEvent) => void
  readonly #over = new AbortController()
  /** One after another: texts keep the order in which they were said. */
  #last: Promise<void> = Promise.resolve()

  constructor(recogniser: Recogniser, tell: (event: ListenerEvent) => void) {
    this.rate = recogniser.rate
    this.#recogniser = recogniser
    this.#tell = tell
  }

  write(): void {
    // It hears turns, once they are over.
  }

  replay(): void {
    // As above.
  }

  start(): void {
    // As above.
  }

  end(turn: Int16Array): void {
    const { signal } = this.#over
    this.#last = this.#last
      .then(() => {
        signal.throwIfAborted()
        return this.#recogniser.recognise(turn, signal)
      })
      .then(
        (text) => signal.aborted || this.#tell({ type: 'turn', text: text.trim(), asked: true }),
        (error: unknown) => this.#lost(error),
      )
      .then(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new Error('the recogniser was closed'))
  }

  #lost(error: unknown): void {
    if (this.#over.signal.aborted) return
    this.#over.abort(error)
    this.#tell({ type: 'lost', error })
  }
}

// ── a vendor's socket ────────────────────────────────────────────────────────────────────────────────────────────────

/** Longest wait for the text of a turn that is over, ms; then what is there has to do. */
const flushTimeout = 2_500
/** Words outside a turn, which our detector did not hear, are a turn of their own when nothing follows for so long, ms. */
const strayTimeout = 700

export interface SocketPartOptions extends VendorNeeds {
  readonly spec: SocketRecogniserSpec
  readonly config: Readonly<Record<string, unknown>>
}

export function socketPart(options: SocketPartOptions): ListenerPart {
  const over = new AbortController()
  let openings = 0
  return {
    async listen(tell) {
      const { clock, ids } = options.host
      // After a loss not at once: a vendor that restarts would turn everybody away again.
      if (openings++ > 0) await clock.sleep(backoff(openings - 1, ids, { max: 2_000 }), over.signal)
      let listener: SocketListener | undefined
      const session = await openSocketRecogniser(
        {
          ...options,
          hear: (event) => listener?.hear(event),
          lost: (error) => listener?.lost(error),
        },
        over.signal,
        (opened) => (listener = new SocketListener(opened, options, tell)),
      )
      return listener ?? new SocketListener(session, options, tell)
    },
    async [Symbol.asyncDispose]() {
      over.abort(new Error('the recogniser was closed'))
    },
  }
}

class SocketListener implements Listener {
  readonly #session: SocketRecogniser
  readonly #name: string
  readonly #clock
  readonly #tell: (event: ListenerEvent) => void
  readonly #transcript = new Transcript()
  /** Ends of turns that wait for their text: ours, and those of words outside a turn. */
  #asked: ('turn' | 'stray')[] = []
  /** Answers of the vendor that nobody waits for any more. */
  #overdue = 0
  /** Our detector hears the caller. */
  #speaking = false
  /** The vendor is within a turn of its own. */
  #open = false
  #timer: Timer | undefined
  #over = false

  constructor(session: SocketRecogniser, { spec, host }: SocketPartOptions, tell: (event: ListenerEvent) => void) {
    this.#session = session
    this.#name = spec.label
    this.#clock = host.clock
    this.#tell = tell
  }

  get rate(): number {
    return this.#session.rate
  }

  get turns(): 'engine' | 'vendor' {
    return this.#session.turns
  }

  write(pcm: Int16Array): void {
    this.#session.write(pcm)
  }

  replay(pcm: Int16Array): void {
    this.#session.replay(pcm)
  }

  start(): void {
    this.#speaking = true
    if (this.#asked.length === 0) this.#timer?.cancel()
  }

  end(): void {
    this.#speaking = false
    // The vendor's own turn may have ended before ours.
    if (this.turns === 'vendor' && !this.#open && this.#transcript.text !== '') return this.#answer('turn')
    this.#ask('turn')
  }

  hear(event: HeardEvent): void {
    if (this.#over) return
    switch (event.type) {
      case 'text':
        return this.#words(event.text, event.final)
      case 'flushed':
        return this.#flushed()
      case 'turn-started':
        this.#open = true
        return this.#tell({ type: 'started' })
      case 'turn-ending':
        return this.#tell({ type: 'ending', text: this.#transcript.text })
      case 'turn-resumed':
        return this.#tell({ type: 'resumed' })
      case 'turn-ended':
        return this.#turnEnded()
      case 'usage':
        return this.#tell(event)
      case 'failed':
        return this.#tell({ type: 'failed', code: event.code, message: event.message })
      default:
        return event satisfies never
    }
  }

  lost(error: unknown): void {
    if (this.#over) return
    this.#leave()
    this.#tell({ type: 'lost', error })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave()
    await this.#session[Symbol.asyncDispose]()
  }

  #leave(): void {
    this.#over = true
    this.#timer?.cancel()
  }

  #words(text: string, final: boolean): void {
    const before = this.#transcript.text
    this.#transcript.hear(text, final)
    const now = this.#transcript.text
    if (now !== before && now !== '') this.#tell({ type: 'interim', text: now })
    if (this.turns === 'vendor' || this.#speaking || this.#asked.length > 0 || now === '') return
    this.#wait(strayTimeout, () => this.#ask('stray'))
  }

  #ask(what: 'turn' | 'stray'): void {
    this.#asked.push(what)
    if (this.turns === 'engine') this.#session.flush()
    if (this.#asked.length === 1) this.#wait(flushTimeout, () => this.#late())
  }

  #flushed(): void {
    if (this.#overdue > 0) {
      this.#overdue--
      if (this.#overdue === 0) this.#transcript.settle()
      return
    }
    const [asked] = this.#asked
    if (asked) this.#answer(asked)
  }

  /** Within a turn of ours the vendor's is only a part of it. */
  #turnEnded(): void {
    this.#open = false
    const [asked] = this.#asked
    if (asked) return this.#answer(asked)
    if (this.#speaking) return
    this.#tell({ type: 'ended' })
    this.#tell({ type: 'turn', text: this.#transcript.take(), asked: false })
  }

  #answer(asked: 'turn' | 'stray', text = this.#transcript.take()): void {
    this.#asked.shift()
    this.#timer?.cancel()
    if (this.#asked.length > 0) this.#wait(flushTimeout, () => this.#late())
    this.#tell({ type: 'turn', text, asked: asked === 'turn' })
  }

  #late(): void {
    // It cannot answer before it has heard.
    if (this.#session.waitingMs > 0) return this.#wait(flushTimeout, () => this.#late())
    const [asked] = this.#asked
    if (!asked) return
    const { text } = this.#transcript
    if (text === '' && this.turns === 'engine') {
      const message = `${this.#name} had no answer to the end of a turn within ${flushTimeout / 1000} s`
      return this.lost(new OffhookError('vendor.timeout', message))
    }
    if (this.turns === 'engine') this.#overdue++
    this.#answer(asked, this.#transcript.takeEarly())
  }

  #wait(ms: number, run: () => void): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.timer(ms, run)
  }
}
