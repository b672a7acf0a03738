/** A speaker over its vendor's socket: sentences in, each in a context of its own, sound out as it is made. */
import type { Timer } from '../../lib/clock.ts'
import { backoff } from '../../lib/backoff.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Speaker, SpeakerEvent, SpeakerInput, SocketSpeakerSpec } from '../../spec/speech.ts'
import { openVendorSocket, partError, type Translator, type VendorNeeds, type VendorSocket } from './vendor-socket.ts'

export interface SocketSpeakerOptions extends VendorNeeds {
  readonly spec: SocketSpeakerSpec
  readonly config: Readonly<Record<string, unknown>>
  readonly used: (usage: Readonly<Record<string, number>>) => void
}

/** Longest wait for the vendor to take sentences once its socket is open, ms. */
const readyTimeout = 10_000
/** Longest wait for the next piece of a sentence, ms. */
const soundTimeout = 8_000
/** Longest sentence, ms: more is a vendor gone astray. */
const longest = 120_000

/** Connected when it resolves. Rejects with an OffhookError when the vendor cannot be reached or refuses. */
export async function openSocketSpeaker(options: SocketSpeakerOptions): Promise<Speaker> {
  const speaker = new SocketSpeaker(options)
  try {
    await speaker.open()
    return speaker
  } catch (error) {
    await speaker[Symbol.asyncDispose]()
    throw error
  }
}

class SocketSpeaker implements Speaker {
  readonly rate: number
  readonly #options: SocketSpeakerOptions
  readonly #closing = new AbortController()
  /** Sentences that are being made, by context. */
  readonly #sentences = new Map<string, Sentence>()
  #session: Promise<Session> | undefined
  #losses = 0

  constructor(options: SocketSpeakerOptions) {
    this.#options = options
    this.rate = options.spec.socket.rate(options.config)
  }

  /** The session there is, or a new one. */
  open(): Promise<Session> {
    const opening = (this.#session ??= this.#connect())
    // What cannot be opened is tried again by the next sentence.
    opening.catch(() => {
      if (this.#session === opening) this.#session = undefined
    })
    return opening
  }

  async *speak(text: string, signal: AbortSignal): AsyncIterable<Int16Array> {
    signal.throwIfAborted()
    const sentence = new Sentence(this.#options, this.rate)
    const stop = () => sentence.fail(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    const context = this.#options.host.ids.id('say')
    let session: Session | undefined
    try {
      const ready = this.open().then((open) => open.ready())
      session = await Promise.race([ready, sentence.failed])
      this.#sentences.set(context, sentence)
      session.socket.give({ type: 'speak', context, text })
      sentence.wait()
      yield* sentence
    } finally {
      signal.removeEventListener('abort', stop)
      this.#sentences.delete(context)
      if (!sentence.over || sentence.broken) session?.socket.give({ type: 'cancel', context })
      sentence.end()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('the speaker was closed'))
    for (const sentence of this.#sentences.values()) sentence.fail(this.#closing.signal.reason)
    const session = await this.#session?.catch(() => undefined)
    await session?.close()
  }

  async #connect(): Promise<Session> {
    const { spec, config } = this.#options
    const { socket } = spec
    const translator: Translator<SpeakerInput, SpeakerEvent> = {
      name: spec.label,
      idleAfter: socket.idleAfter,
      connect: (now) => socket.connect(config, now),
      begin: () => socket.begin(config),
      step: (state, input) => socket.step(state, input),
      explainClose: (code, reason) => socket.explainClose?.(code, reason),
    }
    let session: Session | undefined
    const hear = (event: SpeakerEvent) => session && this.#heard(session, event)
    const lost = (error: OffhookError) => session && this.#lost(session, error)
    const opened = await openVendorSocket({ ...this.#options, translator, hear, lost }, this.#closing.signal)
    session = new Session(opened, this.#options)
    opened.start()
    return session
  }

  #heard(session: Session, event: SpeakerEvent): void {
    const { spec, secrets, used, logger } = this.#options
    switch (event.type) {
      case 'ready':
        this.#losses = 0
        return session.wanted()
      case 'audio':
        return this.#sentences.get(event.context)?.push(event.pcm)
      case 'spoken':
        return this.#sentences.get(event.context)?.end()
      case 'usage':
        return used(event.usage)
      case 'failed': {
        const error = partError(event, spec.label, secrets)
        if (event.context !== undefined) return this.#sentences.get(event.context)?.fail(error)
        if (event.fatal) return session.socket.fail(error)
        return logger.warn(error.message, { code: error.code })
      }
      default:
        return event satisfies never
    }
  }

  /** Sentences without sound are said again by whoever wanted them; the next ones find a socket that is open again. */
  #lost(session: Session, error: OffhookError): void {
    session.lost(error)
    this.#session = undefined
    const sentences = [...this.#sentences.values()]
    for (const sentence of sentences) sentence.fail(error)
    if (this.#closing.signal.aborted || !error.retry || ++this.#losses > 1) return
    const { clock, ids } = this.#options.host
    const wait = clock.sleep(backoff(this.#losses, ids), this.#closing.signal)
    // Kept warm, not awaited: a sentence that comes meanwhile opens it itself, and one that comes later tells what is wrong.
    wait.then(() => this.open()).catch(() => undefined)
  }
}

/** One connection, and whether it takes sentences yet. */
class Session {
  readonly socket: VendorSocket<SpeakerInput, SpeakerEvent>
  readonly #ready = Promise.withResolvers<Session>()
  readonly #late: Timer

  constructor(socket: VendorSocket<SpeakerInput, SpeakerEvent>, { host, spec }: SocketSpeakerOptions) {
    this.socket = socket
    this.#ready.promise.catch(() => undefined)
    this.#late = host.clock.timer(readyTimeout, () => {
      const message = `${spec.label} was not ready to speak within ${readyTimeout / 1000} s`
      socket.fail(new OffhookError('vendor.timeout', message))
    })
  }

  ready(): Promise<Session> {
    return this.#ready.promise
  }

  wanted(): void {
    this.#late.cancel()
    this.#ready.resolve(this)
  }

  lost(error: unknown): void {
    this.#late.cancel()
    this.#ready.reject(error)
  }

  async close(): Promise<void> {
    this.lost(new Error('the speaker was closed'))
    await this.socket[Symbol.asyncDispose]()
  }
}

/** The sound of one sentence between who makes it and who says it. */
class Sentence implements AsyncIterable<Int16Array> {
  readonly #options: SocketSpeakerOptions
  readonly #rate: number
  readonly #sound: Int16Array[] = []
  readonly #failure = Promise.withResolvers<never>()
  #wake: (() => void) | undefined
  #late: Timer | undefined
  #error: unknown
  #ms = 0
  over = false
  broken = false

  constructor(options: SocketSpeakerOptions, rate: number) {
    this.#options = options
    this.#rate = rate
    this.#failure.promise.catch(() => undefined)
  }

  /** Rejects when nothing more comes of it. */
  get failed(): Promise<never> {
    return this.#failure.promise
  }

  push(pcm: Int16Array): void {
    if (this.over) return
    this.#ms += (pcm.length * 1000) / this.#rate
    if (this.#ms > longest) return this.fail(this.#astray())
    this.#sound.push(pcm)
    this.#wake?.()
    this.wait()
  }

  end(): void {
    this.over = true
    this.#late?.cancel()
    this.#wake?.()
  }

  fail(error: unknown): void {
    if (this.over) return
    this.broken = true
    this.#error = error
    this.#failure.reject(error)
    this.end()
  }

  wait(): void {
    this.#late?.cancel()
    if (this.over) return
    const { host, spec } = this.#options
    this.#late = host.clock.timer(soundTimeout, () =>
      this.fail(new OffhookError('vendor.timeout', `${spec.label} made no sound for ${soundTimeout / 1000} s`)),
    )
  }

  /** For one reader. Sound that came before a failure is read first. */
  async *[Symbol.asyncIterator](): AsyncIterator<Int16Array> {
    while (true) {
      const pcm = this.#sound.shift()
      if (pcm) yield pcm
      else if (this.broken) throw this.#error
      else if (this.over) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #astray(): OffhookError {
    const message = `${this.#options.spec.label} made more than ${longest / 1000} s of sound for one sentence`
    return new OffhookError('vendor.failed', message)
  }
}
