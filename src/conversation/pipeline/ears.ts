/** Hears the caller through whichever recogniser is at work: a turn that one of them did not answer is played to the next. */
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/log.ts'
import { fit } from '../../media/chain.ts'
import { resampled } from '../../media/resample.ts'
import { energyVad } from '../../media/vad/energy.ts'
import type { Vad } from '../../media/vad/vad.ts'
import type { AudioSink } from '../../spec/audio.ts'
import { Hearing } from './hearing.ts'
import type { Listener, ListenerEvent, ListenerPart } from './listeners.ts'
import type { Standby } from './standby.ts'

export type EarsEvent =
  | Exclude<ListenerEvent, { type: 'lost' }>
  /** Nobody is left who could hear. */
  | { readonly type: 'broken'; readonly error: unknown }

export interface EarsOptions {
  readonly standby: Standby<ListenerPart>
  readonly clock: Clock
  readonly logger: Logger
}

/** Sound from before a vendor told that a turn began, ms: it tells with the first words. */
const vendorDelay = 1_000
/** A session that lasted so long did not fail, ms: vendors end them after some time, and networks break. */
const lasting = 60_000
/** Where a vendor that took the turns is replaced by one that does not: silence that ends a turn, ms. */
const standInHangover = 700

/** Rejects when no recogniser can be opened; nothing is left open then. */
export async function openEars(options: EarsOptions): Promise<Ears> {
  const ears = new Ears(options)
  await ears.open()
  return ears
}

export class Ears implements AudioSink, AsyncDisposable {
  readonly #options: EarsOptions
  /** Turns without a text yet. */
  #unanswered: Int16Array[] = []
  #listener: Listener | undefined
  #way: AudioSink | undefined
  #hearing = new Hearing(16_000)
  /** Our own detector, where the vendor's turns were lost with it. */
  #vad: Vad | undefined
  #speaking = false
  /** When the present recogniser began. */
  #since = 0
  #closing: Promise<void> | undefined
  #over = false
  #told: EarsEvent[] | undefined = []
  #tell: (event: EarsEvent) => void = (event) => this.#told?.push(event)
  /** Who decides about turns: whoever was there first does to the end. */
  turns: 'engine' | 'agent' = 'engine'

  constructor(options: EarsOptions) {
    this.#options = options
  }

  async open(): Promise<void> {
    const listener = await this.#listen()
    this.#hearing = new Hearing(listener.rate)
    this.turns = listener.turns === 'vendor' ? 'agent' : 'engine'
    this.#attach(listener)
  }

  /** For one. */
  hear(tell: (event: EarsEvent) => void): void {
    this.#tell = tell
    const told = this.#told ?? []
    this.#told = undefined
    for (const event of told) tell(event)
  }

  get rate(): number {
    return this.#hearing.rate
  }

  /** The caller speaks. */
  get listening(): boolean {
    return this.#speaking
  }

  /** Turns whose text is due. */
  get pending(): number {
    return this.#unanswered.length
  }

  write(pcm: Int16Array): void {
    if (this.#over) return
    this.#hearing.write(pcm)
    this.#way?.write(pcm)
    this.#vad?.write(pcm)
  }

  /** Our detector: speech began `agoMs` ago. */
  start(agoMs: number): void {
    this.#speaking = true
    this.#hearing.start(agoMs)
    this.#listener?.start()
  }

  /** Our detector: speech ended `agoMs` ago. Answered by a turn, unless nobody is left. */
  stop(agoMs: number): void {
    this.#speaking = false
    if (this.#over) return
    const turn = this.#hearing.stop(agoMs)
    this.#unanswered.push(turn)
    this.#listener?.end(this.#fitted(turn, this.#listener))
  }

  toString(): string {
    return `recogniser ${this.rate} Hz`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    this.#vad?.[Symbol.dispose]()
    await this.#closing
    await this.#listener?.[Symbol.asyncDispose]()
    await this.#options.standby[Symbol.asyncDispose]()
  }

  // ── who hears ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** At work, whoever it is. The caller is waiting or soon will be: nobody gets a second chance to open. */
  async #listen(): Promise<Listener> {
    const { standby } = this.#options
    for (;;) {
      const part = await standby.part()
      try {
        return await this.#atWork(part)
      } catch (error) {
        if (this.#over || !standby.failed(error, { atOnce: true })) throw error
      }
    }
  }

  async #atWork(part: ListenerPart): Promise<Listener> {
    let listener: Listener | undefined
    let lost: { readonly error: unknown } | undefined
    const opened = await part.listen((event) => {
      if (event.type !== 'lost') this.#heard(event)
      else if (listener && this.#listener === listener) this.#lost(listener, event.error)
      else lost = event
    })
    listener = opened
    if (!lost) return opened
    await opened[Symbol.asyncDispose]()
    throw lost.error
  }

  #attach(listener: Listener): void {
    this.#listener = listener
    this.#since = this.#options.clock.monotonic()
    const write = (pcm: Int16Array) => listener.write(pcm)
    this.#way = fit(this.rate)({ rate: listener.rate, write, toString: () => `${listener.rate} Hz` })
    if (this.turns === 'agent' && listener.turns === 'engine') this.#detect()
  }

  #lost(listener: Listener, error: unknown): void {
    if (this.#over) return
    const { standby, clock } = this.#options
    if (clock.monotonic() - this.#since > lasting) standby.worked()
    this.#listener = undefined
    this.#way = undefined
    // Nobody would tell that the caller began to speak meanwhile: all of it is kept.
    if (this.turns === 'agent' && !this.#hearing.listening) this.#hearing.start(vendorDelay)
    this.#closing = this.#close(listener)
    if (!standby.failed(error)) return this.#broken(error)
    void this.#replace()
  }

  async #replace(): Promise<void> {
    try {
      await this.#takeUp(await this.#listen())
    } catch (error) {
      this.#broken(error)
    }
  }

  /** Everything that has no text yet is heard again, in its order. */
  async #takeUp(listener: Listener): Promise<void> {
    if (this.#over) return listener[Symbol.asyncDispose]()
    this.#attach(listener)
    for (const turn of this.#unanswered) {
      const sound = this.#fitted(turn, listener)
      listener.start()
      listener.replay(sound)
      listener.end(sound)
    }
    if (this.#speaking && this.turns === 'engine') listener.start()
    const present = this.#hearing.present()
    if (present.length > 0) listener.replay(this.#fitted(present, listener))
  }

  #broken(error: unknown): void {
    if (this.#over) return
    this.#unanswered = []
    this.#tell({ type: 'broken', error })
  }

  #fitted(pcm: Int16Array, { rate }: Listener): Int16Array {
    return rate === this.rate ? pcm : resampled(pcm, this.rate, rate)
  }

  async #close(listener: Listener): Promise<void> {
    try {
      await listener[Symbol.asyncDispose]()
    } catch (error) {
      // It is lost already: there is nothing that this could spoil.
      this.#options.logger.warn('pipeline: a recogniser did not close', { error: String(error) })
    }
  }

  // ── what is heard ──────────────────────────────────────────────────────────────────────────────────────────────────

  #heard(event: Exclude<ListenerEvent, { type: 'lost' }>): void {
    if (this.#over) return
    switch (event.type) {
      case 'started':
        return this.turns === 'agent' ? this.#started(vendorDelay) : undefined
      case 'ended':
        return this.turns === 'agent' ? this.#ended() : undefined
      case 'turn':
        this.#options.standby.worked()
        if (event.asked) this.#unanswered.shift()
        return this.#tell(event)
      default:
        return this.#tell(event)
    }
  }

  #started(agoMs: number): void {
    this.#speaking = true
    this.#hearing.start(agoMs)
    this.#tell({ type: 'started' })
  }

  #ended(): void {
    this.#speaking = false
    this.#hearing.stop(0)
    this.#tell({ type: 'ended' })
  }

  #detect(): void {
    if (this.#vad) return
    const vad = energyVad(this.rate, standInHangover)
    this.#vad = vad
    vad.listen(({ type, atMs, decidedMs }) => {
      if (this.#listener?.turns === 'vendor') return
      if (type === 'started') {
        this.#started(decidedMs - atMs)
        return this.#listener?.start()
      }
      this.stop(decidedMs - atMs)
      this.#tell({ type: 'ended' })
    })
  }
}
