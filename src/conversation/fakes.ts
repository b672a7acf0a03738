/** The other parties of a conversation, for tests: a line, a detector and an agent that do what they are told. */
import type { Clock, Timer } from '../lib/clock.ts'
import { createSource, type Emitter } from '../media/port.ts'
import type { Vad, VadEvent, VadFactory } from '../media/vad/vad.ts'
import type { AgentEmit, AgentEvent, AgentOrder, AgentSession } from '../spec/agent.ts'
import type { AudioSink, Playout } from '../spec/audio.ts'

interface Marked {
  /** Sound written before it, ms. */
  readonly at: number
  readonly reached: (how: 'heard' | 'cleared') => void
  timer?: Timer
}

/** Plays what is written in real time, on the clock it is given. `log` keeps what happened in order. */
export class FakePlayout implements Playout {
  readonly rate: number
  readonly log: string[]
  readonly #clock: Clock
  #until = 0
  /** Length of this run of sound, ms. */
  #run = 0
  readonly #marks = new Set<Marked>()
  /** Sound kept by a hush, ms. */
  #kept: number | undefined
  writtenMs = 0
  /** Loudest sample of the last write. */
  peak = 0
  flushes = 0

  constructor(clock: Clock, rate = 8000, log: string[] = []) {
    this.#clock = clock
    this.rate = rate
    this.log = log
  }

  get queuedMs(): number {
    return this.#kept ?? Math.max(0, this.#until - this.#clock.monotonic())
  }

  write(pcm: Int16Array): void {
    const ms = (pcm.length * 1000) / this.rate
    this.#run = this.queuedMs === 0 ? ms : this.#run + ms
    if (this.#kept !== undefined) this.#kept += ms
    this.#until = Math.max(this.#until, this.#clock.monotonic()) + ms
    this.writtenMs += ms
    this.peak = pcm.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0)
  }

  flush(): void {
    this.flushes++
  }

  drained(ms: number, signal: AbortSignal): Promise<void> {
    return this.#clock.sleep(Math.max(0, this.queuedMs - ms), signal)
  }

  clear(): { readonly heardMs: number } {
    this.log.push('clear')
    const heardMs = this.#run - this.queuedMs
    this.#until = 0
    this.#kept = undefined
    const marks = [...this.#marks]
    this.#marks.clear()
    for (const { timer, reached } of marks) {
      timer?.cancel()
      reached('cleared')
    }
    return { heardMs }
  }

  hush(): void {
    this.log.push('hush')
    this.#kept = this.queuedMs
    for (const { timer } of this.#marks) timer?.cancel()
  }

  goOn(): void {
    if (this.#kept === undefined) return
    this.log.push('go on')
    this.#until = this.#clock.monotonic() + this.#kept
    this.#kept = undefined
    for (const marked of this.#marks) this.#arm(marked)
  }

  mark(reached: (how: 'heard' | 'cleared') => void): void {
    const marked = { at: this.writtenMs, reached }
    this.#marks.add(marked)
    if (this.#kept === undefined) this.#arm(marked)
  }

  #arm(marked: Marked): void {
    marked.timer = this.#clock.timer(this.queuedMs - (this.writtenMs - marked.at), () => {
      this.#marks.delete(marked)
      marked.reached('heard')
    })
  }

  toString(): string {
    return `playout ${this.rate} Hz`
  }
}

export interface FakeVads {
  readonly factory: VadFactory
  /** The caller began to speak `agoMs` ago; the detector in use tells it now. */
  started(agoMs?: number): void
  ended(agoMs?: number): void
  readonly made: number
  readonly disposed: number
}

export function fakeVads(): FakeVads {
  let listeners = new Set<(event: VadEvent) => void>()
  let made = 0
  let disposed = 0
  const tell = (type: VadEvent['type'], agoMs: number) => {
    for (const listener of listeners) listener({ type, atMs: 1000 - agoMs, decidedMs: 1000 })
  }
  const make = (rate: number): Vad => {
    const own = new Set<(event: VadEvent) => void>()
    listeners = own
    made++
    return {
      rate,
      windowMs: 60,
      speaking: false,
      write: () => undefined,
      toString: () => 'fake vad',
      listen(listener) {
        own.add(listener)
        return { [Symbol.dispose]: () => void own.delete(listener) }
      },
      [Symbol.dispose]: () => void disposed++,
    }
  }
  return {
    factory: make,
    started: (agoMs = 60) => tell('started', agoMs),
    ended: (agoMs = 200) => tell('ended', agoMs),
    get made() {
      return made
    },
    get disposed() {
      return disposed
    },
  }
}

export class FakeAgent implements AgentSession {
  readonly turns: AgentSession['turns']
  readonly greets: boolean
  readonly orders: AgentOrder[] = []
  readonly voice: Emitter
  /** Samples heard. */
  heard: number[] = []
  readonly log: string[]
  readonly port
  disposals = 0
  readonly #emit: AgentEmit

  constructor(emit: AgentEmit, { turns = 'engine', rate = 8000, log = [], greets = false }: FakeAgentOptions = {}) {
    this.#emit = emit
    this.turns = turns
    this.greets = greets
    this.log = log
    this.voice = createSource(rate)
    const speaker: AudioSink = {
      rate,
      write: (pcm) => void this.heard.push(...pcm),
      toString: () => `agent ${rate} Hz`,
    }
    this.port = { microphone: this.voice, speaker }
  }

  order(order: AgentOrder): void {
    this.orders.push(order)
    this.log.push(order.type === 'say' ? `say ${order.text}` : order.type)
  }

  emit(event: AgentEvent): void {
    this.#emit(event)
  }

  /** Sound of `ms` at the agent's rate. */
  sound(ms: number): void {
    this.voice.emit(new Int16Array((this.voice.rate * ms) / 1000).fill(1000))
  }

  /** A reply of `ms`, all of it, or up to and without its end. */
  reply(reply: string, text: string, ms: number, ended = true): void {
    this.emit({ type: 'reply-started', reply })
    this.emit({ type: 'reply-text', reply, delta: text })
    this.sound(ms)
    if (ended) this.emit({ type: 'reply-ended', reply })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposals++
  }
}

export interface FakeAgentOptions {
  readonly turns?: AgentSession['turns']
  readonly rate?: number
  readonly log?: string[]
  readonly greets?: boolean
}
