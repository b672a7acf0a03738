/** How loud both sides of running calls are, and what the agent does: measured only while somebody looks. */
import type { Timer } from '../lib/clock.ts'
import type { CallEvent } from '../spec/event.ts'
import type { Engine } from './engine.ts'
import type { LiveCall } from './live.ts'

export interface Level {
  readonly id: string
  /** dBFS; `silence` when there was no sound. */
  readonly caller: number
  readonly agent: number
  readonly state: 'listening' | 'thinking' | 'speaking' | 'held'
}

export interface LevelsWanted {
  readonly organization: string
  readonly call?: string
}

type Listener = (levels: readonly Level[]) => void

/** Five times a second, ms. */
const period = 200
/** dBFS */
export const silence = -90

const hubs = new WeakMap<Engine, Hub>()

/** `listener` is told of the running calls of this process until disposed; that there are none, once. */
export function watchLevels(engine: Engine, wanted: LevelsWanted, listener: Listener): Disposable {
  const hub = hubs.get(engine) ?? new Hub(engine)
  hubs.set(engine, hub)
  return hub.watch(wanted, listener)
}

interface Watcher {
  readonly wanted: LevelsWanted
  readonly listener: Listener
  /** It was told that nothing runs. */
  idle: boolean
}

/** One set of meters for all who look. */
class Hub {
  readonly #engine: Engine
  readonly #watchers = new Set<Watcher>()
  readonly #meters = new Map<LiveCall, Meter>()
  #journal: Disposable | undefined
  #timer: Timer | undefined

  constructor(engine: Engine) {
    this.#engine = engine
  }

  watch(wanted: LevelsWanted, listener: Listener): Disposable {
    const watcher: Watcher = { wanted, listener, idle: false }
    this.#watchers.add(watcher)
    if (this.#watchers.size === 1) this.#begin()
    return {
      [Symbol.dispose]: () => {
        if (this.#watchers.delete(watcher) && this.#watchers.size === 0) this.#stop()
      },
    }
  }

  #begin(): void {
    const { clock, store, live } = this.#engine
    this.#journal = store.journal.watch(({ call, event }) => {
      const one = live.get(call)
      if (one) this.#meters.get(one)?.happened(event)
    })
    const tick = (): void => {
      this.#timer = clock.timer(period, tick)
      this.#tell()
    }
    this.#timer = clock.timer(0, tick)
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#journal?.[Symbol.dispose]()
    for (const meter of this.#meters.values()) meter[Symbol.dispose]()
    this.#meters.clear()
  }

  #tell(): void {
    const { live } = this.#engine
    const read = new Map<LiveCall, Level>()
    for (const one of live.values()) if (this.#isWanted(one)) read.set(one, this.#meter(one).read())
    for (const [one, meter] of this.#meters) {
      if (read.has(one)) continue
      meter[Symbol.dispose]()
      this.#meters.delete(one)
    }
    for (const watcher of this.#watchers) {
      const levels = [...read].flatMap(([one, level]) => (isOf(one, watcher.wanted) ? [level] : []))
      // That nothing runs is said once.
      if (levels.length > 0 || !watcher.idle) watcher.listener(levels)
      watcher.idle = levels.length === 0
    }
  }

  #meter(one: LiveCall): Meter {
    const meter = this.#meters.get(one) ?? new Meter(one)
    this.#meters.set(one, meter)
    return meter
  }

  #isWanted(one: LiveCall): boolean {
    if (one.running.ended) return false
    for (const { wanted } of this.#watchers) if (isOf(one, wanted)) return true
    return false
  }
}

function isOf(one: LiveCall, { organization, call }: LevelsWanted): boolean {
  return one.running.call.plan.organization === organization && (call === undefined || call === one.running.id)
}

/** Both sides of one call since it was last read. */
class Meter {
  readonly #live: LiveCall
  readonly #said = new Loudness()
  readonly #heard = new Loudness()
  readonly #ear: Disposable
  #thinking = false

  constructor(live: LiveCall) {
    this.#live = live
    this.#ear = live.ears.listen({
      said: (pcm) => this.#said.add(pcm),
      heard: { heard: (frame) => this.#heard.add(frame), cleared: () => this.#heard.forget() },
    })
  }

  /** Between the caller's last word and the agent's first one it thinks. */
  happened(event: CallEvent): void {
    if (event.type === 'speech.ended') this.#thinking = true
    if (event.type === 'speech.started' || event.type === 'turn.measured') this.#thinking = false
  }

  read(): Level {
    const level = { id: this.#live.running.id, caller: this.#said.take(), agent: this.#heard.take() }
    return { ...level, state: this.#state() }
  }

  #state(): Level['state'] {
    const { running, leg } = this.#live
    if (running.call.transfer) return 'held'
    if (leg && leg.speaker.queuedMs > 0) {
      this.#thinking = false
      return 'speaking'
    }
    return this.#thinking ? 'thinking' : 'listening'
  }

  [Symbol.dispose](): void {
    this.#ear[Symbol.dispose]()
  }
}

class Loudness {
  #energy = 0
  #samples = 0

  add(pcm: Int16Array): void {
    for (const sample of pcm) this.#energy += sample * sample
    this.#samples += pcm.length
  }

  forget(): void {
    this.#energy = 0
    this.#samples = 0
  }

  /** dBFS since the last look, in tenths. */
  take(): number {
    const mean = this.#samples === 0 ? 0 : this.#energy / this.#samples / 32_768 ** 2
    this.forget()
    return mean === 0 ? silence : Math.max(silence, Math.round(100 * Math.log10(mean)) / 10)
  }
}
