/** A call's media in the user's own program: what the caller says comes out, what is sent they hear. */
import type { Leg } from '../calls/leg.ts'
import { BoundedQueue } from '../lib/queue.ts'
import { Listeners } from '../lib/socket/listeners.ts'
import { chain, fit } from '../media/chain.ts'
import type { AudioSink } from '../spec/audio.ts'
import type { RecognisedTransport } from './streams.ts'

/** A piece of what the caller says. */
export interface Heard {
  /** 16-bit mono. */
  readonly pcm: Int16Array
  /** Hz */
  readonly rate: number
}

export interface TransportParts {
  readonly about: RecognisedTransport
  readonly leg: Leg
  /** Keys, as they are pressed. */
  readonly digits: Listeners<string>
  /** Hz of what is heard. */
  readonly rate: number
  readonly hangUp: () => Promise<void>
  /** Resolves with why it ended. */
  readonly closed: Promise<string>
}

/** Sound that nobody has read yet: two minutes of 20 ms. The oldest is lost first. */
const mostUnread = 6_000

/**
 * Ends with `hangUp`, with the caller, or with `close`. Reading it (`for await`) gives the caller's sound until then; so does `onSound`, at
 * once as it comes.
 */
export class Transport implements AsyncDisposable {
  /** Whose stream it is, and what the carrier says of the call. */
  readonly about: RecognisedTransport
  /** Hz of what is heard, and of what is sent unless `send` says otherwise. */
  readonly rate: number
  /** Resolves with why the call is over. Never rejects. */
  readonly closed: Promise<string>
  readonly #leg: Leg
  readonly #hangUp: () => Promise<void>
  readonly #speakers = new Map<number, AudioSink>()
  readonly #digits: Listeners<string>
  readonly #sound = new Listeners<Heard>()
  /** Until somebody listens. */
  #unheard: BoundedQueue<Heard> | undefined = new BoundedQueue({ limit: mostUnread, policy: 'drop-oldest' })

  constructor({ about, leg, digits, rate, hangUp, closed }: TransportParts) {
    this.about = about
    this.rate = rate
    this.closed = closed
    this.#leg = leg
    this.#digits = digits
    this.#hangUp = hangUp
    leg.microphone.pipe({ rate, write: (pcm) => this.#hear({ pcm: pcm.slice(), rate }), toString: () => 'program' })
  }

  /** Sound sent and not yet heard, ms. */
  get queuedMs(): number {
    return this.#leg.speaker.queuedMs
  }

  /** The first listener hears from the beginning. */
  onSound(listener: (heard: Heard) => void): Disposable {
    const unheard = this.#unheard?.clear() ?? []
    this.#unheard = undefined
    unheard.forEach(listener)
    return this.#sound.add(listener)
  }

  /** Keys that the caller presses, where the carrier tells them. */
  onDigit(listener: (digit: string) => void): Disposable {
    return this.#digits.add(listener)
  }

  /** The caller hears it, after what was sent before; paced here. Of any rate. */
  send(pcm: Int16Array, rate: number = this.rate): void {
    this.#speakerAt(rate).write(pcm)
  }

  /** A run of sound is over: what is held back to fill a frame goes out. */
  flush(): void {
    for (const speaker of this.#speakers.values()) speaker.flush?.()
  }

  /** Takes back what the caller has not heard yet: they interrupt. */
  clear(): { readonly heardMs: number } {
    return this.#leg.speaker.clear()
  }

  /** Resolves once all that was sent so far was heard, or was taken back. */
  mark(): Promise<'heard' | 'cleared'> {
    return new Promise((resolve) => this.#leg.speaker.mark(resolve))
  }

  /** Resolves when at most `ms` are still to be heard: to send no faster than is listened to. */
  drained(ms: number, signal: AbortSignal = new AbortController().signal): Promise<void> {
    return this.#leg.speaker.drained(ms, signal)
  }

  /** Ends the call at the carrier, and its stream. Idempotent; a call that is gone already is no failure. Rejects with what the carrier refused. */
  hangUp(): Promise<void> {
    return this.#hangUp()
  }

  /** Ends the stream alone: the carrier goes on with what follows in the markup. */
  close(): void {
    this.#leg.close('done')
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Heard> {
    const unread = new BoundedQueue<Heard>({ limit: mostUnread, policy: 'drop-oldest' })
    let wake: () => void = () => undefined
    let over = false
    const stop = (): void => {
      over = true
      wake()
    }
    using _pipe = this.onSound((heard) => {
      unread.push(heard)
      wake()
    })
    void this.closed.then(stop)
    while (true) {
      const next = unread.shift()
      if (next) yield next
      else if (over) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.closed
  }

  #hear(heard: Heard): void {
    if (this.#unheard) this.#unheard.push(heard)
    else this.#sound.tell(heard)
  }

  #speakerAt(rate: number): AudioSink {
    const known = this.#speakers.get(rate)
    if (known) return known
    const speaker = chain(this.#leg.speaker, fit(rate))
    this.#speakers.set(rate, speaker)
    return speaker
  }
}
