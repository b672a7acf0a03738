/** A recogniser over its vendor's socket, for one session: sound in all the time, text of turns out. */
import type { Timer } from '../../lib/clock.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { RecogniserEvent, RecogniserInput, SocketRecogniserSpec } from '../../spec/speech.ts'
import { openVendorSocket, partError, type Translator, type VendorNeeds, type VendorSocket } from './vendor-socket.ts'

/** What a session tells: never `ready`, which is kept from the ears, nor a failure that ends it. */
export type HeardEvent = Exclude<RecogniserEvent, { type: 'ready' }>

export interface SocketRecogniserOptions extends VendorNeeds {
  readonly spec: SocketRecogniserSpec
  readonly config: Readonly<Record<string, unknown>>
  readonly hear: (event: HeardEvent) => void
  /** The session is over. Called once; nothing is heard after it. */
  readonly lost: (error: OffhookError) => void
}

/** Longest wait for the vendor to want sound once its socket is open, ms. */
const readyTimeout = 10_000
/** Sound goes out in pieces of this length, ms. */
const piece = 20
/** How far sound may lag behind the clock before silence takes its place, ms: lines come in lumps of up to 100. */
const slack = 200
const tick = 100
/** What was kept goes out this much faster than it was spoken: vendors refuse what comes all at once. */
const hurry = 4
/** Sound kept for a vendor that does not want it yet, ms. */
const longest = 120_000

/** Rejects with an OffhookError when the vendor cannot be reached or refuses. */
export async function openSocketRecogniser(
  options: SocketRecogniserOptions,
  signal?: AbortSignal,
  /** Called before the vendor has a chance to say anything. */
  made?: (session: SocketRecogniser) => void,
): Promise<SocketRecogniser> {
  const { spec, config } = options
  const { socket } = spec
  const translator: Translator<RecogniserInput, RecogniserEvent> = {
    name: spec.label,
    idleAfter: socket.idleAfter,
    connect: (now) => socket.connect(config, now),
    begin: () => socket.begin(config),
    step: (state, input) => socket.step(state, input),
    explainClose: (code, reason) => socket.explainClose?.(code, reason),
  }
  let session: SocketRecogniser | undefined
  const opened = await openVendorSocket(
    {
      ...options,
      translator,
      hear: (event) => session?.heard(event),
      lost: (error) => session?.ended(error),
    },
    signal,
  )
  session = new SocketRecogniser(opened, options)
  made?.(session)
  opened.start()
  return session
}

type Waiting = { readonly pcm: Int16Array } | 'flush'

export class SocketRecogniser implements AsyncDisposable {
  readonly rate: number
  readonly turns: 'engine' | 'vendor'
  readonly #socket: VendorSocket<RecogniserInput, RecogniserEvent>
  readonly #options: SocketRecogniserOptions
  readonly #late: Timer
  #tick: Timer | undefined
  #ready = false
  #over = false
  #waiting: Waiting[] = []
  #waitingMs = 0
  /** Until when, by the clock, the vendor has sound. */
  #until = 0

  constructor(socket: VendorSocket<RecogniserInput, RecogniserEvent>, options: SocketRecogniserOptions) {
    const { spec, config, host } = options
    this.#socket = socket
    this.#options = options
    this.rate = spec.socket.rate(config)
    this.turns = spec.socket.turns(config)
    this.#late = host.clock.timer(readyTimeout, () => {
      const message = `${spec.label} was not ready to hear within ${readyTimeout / 1000} s`
      socket.fail(new OffhookError('vendor.timeout', message))
    })
  }

  /** Sound that the vendor does not have yet, ms. */
  get waitingMs(): number {
    return this.#waitingMs
  }

  /** The caller's sound, as it comes. From the first of it on the vendor hears all the time. */
  write(pcm: Int16Array): void {
    if (this.#over) return
    this.#keep(pcm)
    this.#begin()
    this.#until = Math.max(this.#until, this.#now() - slack) + (pcm.length * 1000) / this.rate
    this.#send(((pcm.length * 1000) / this.rate) * hurry)
  }

  /** What was said before, at once: it is on its way faster than it was spoken. */
  replay(pcm: Int16Array): void {
    if (this.#over) return
    this.#keep(pcm)
    this.#begin()
  }

  /** The turn is over: told once the vendor has all of its sound. */
  flush(): void {
    this.#waiting.push('flush')
    this.#begin()
    this.#send(0)
  }

  /** For the socket: what the translator made of its messages. */
  heard(event: RecogniserEvent): void {
    const { hear, spec, secrets } = this.#options
    if (event.type === 'ready') return this.#wanted()
    if (event.type === 'failed' && event.fatal) return this.#socket.fail(partError(event, spec.label, secrets))
    hear(event.type === 'failed' ? { ...event, message: partError(event, spec.label, secrets).message } : event)
  }

  /** For the socket. */
  ended(error: OffhookError): void {
    if (this.#over) return
    this.#end()
    this.#options.lost(error)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end()
    await this.#socket[Symbol.asyncDispose]()
  }

  #wanted(): void {
    this.#ready = true
    this.#late.cancel()
    this.#send(0)
  }

  #end(): void {
    this.#over = true
    this.#waiting = []
    this.#late.cancel()
    this.#tick?.cancel()
  }

  /** The clock of the sound begins with the first of it: nothing is heard, nor billed, while it rings. */
  #begin(): void {
    if (this.#tick) return
    this.#until = this.#now()
    this.#next()
  }

  #next(): void {
    const due = this.#now() + tick
    this.#tick = this.#options.host.clock.timer(tick, () => {
      // When we were held up ourselves, what the line sent meanwhile is waiting, too: silence would cut a word in two.
      const late = this.#now() - due
      this.#next()
      this.#send((late > tick ? 0 : this.#fill()) * hurry)
    })
  }

  /** Where the line is silent, so is what the vendor hears: without sound it would never end a turn. Ms of it. */
  #fill(): number {
    const behind = this.#now() - this.#until
    if (behind <= slack) return 0
    const ms = behind - (behind % piece)
    this.#until += ms
    // A vendor that does not listen yet misses no silence.
    if (this.#ready) this.#keep(new Int16Array((ms * this.rate) / 1000))
    return ms
  }

  #keep(pcm: Int16Array): void {
    const length = Math.round((piece * this.rate) / 1000)
    // Lumps are cut, pieces that are about right stay: the vendor wants some twenty milliseconds.
    const step = pcm.length > 2 * length ? length : pcm.length
    for (let at = 0; at < pcm.length; at += step) this.#waiting.push({ pcm: pcm.slice(at, at + step) })
    this.#waitingMs += (pcm.length * 1000) / this.rate
    while (this.#waitingMs > longest) this.#drop()
  }

  #drop(): void {
    const at = this.#waiting.findIndex((item) => item !== 'flush')
    const [item] = at < 0 ? [] : this.#waiting.splice(at, 1)
    this.#waitingMs = item && item !== 'flush' ? this.#waitingMs - (item.pcm.length * 1000) / this.rate : 0
  }

  /** Up to `ms` of what waits, with the ends of turns where they stand in it. */
  #send(ms: number): void {
    if (!this.#ready) return
    let left = ms
    while (!this.#over) {
      const next = this.#waiting[0]
      if (next === undefined || (next !== 'flush' && left <= 0)) return
      this.#waiting.shift()
      if (next === 'flush') this.#socket.give({ type: 'flush' })
      else {
        const length = (next.pcm.length * 1000) / this.rate
        this.#waitingMs -= length
        left -= length
        this.#socket.give({ type: 'audio', pcm: next.pcm })
      }
    }
  }

  #now(): number {
    return this.#options.host.clock.monotonic()
  }
}
