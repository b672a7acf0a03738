/** Makes detectors: what they share is loaded once per process and lives on a scope. */
import type { Scope } from '../../lib/scope.ts'
import { resample } from '../resample.ts'
import { autoVad, type AutoStats } from './auto.ts'
import { energyVad } from './energy.ts'
import { fvadVad, loadFvad } from './fvad.ts'
import { SileroEngine, type SileroStats } from './silero-engine.ts'
import type { SileroRate } from './silero-model.ts'
import { sileroVad } from './silero.ts'
import type { Vad, VadFactory } from './vad.ts'

/** `auto`: energy and fvad suspect, Silero confirms. The others decide alone. */
export type VadKind = 'auto' | 'energy' | 'fvad' | 'silero'

export interface VadOptions {
  /** Default `auto`. */
  readonly kind?: VadKind
  /** Ends the model's worker thread. */
  readonly scope: Scope
}

export interface VadSettings {
  /** Silence after speech that ends it, ms: the conversation's `endOfTurn`. Default 600. */
  readonly hangover?: number
  /** Silence that is told as a pause, ms. Default: none is. */
  readonly pause?: number
}

export interface Vads {
  /** Detectors for calls with these settings. */
  factory(settings?: VadSettings): VadFactory
  readonly stats: AutoStats & SileroStats
}

const defaultHangover = 600

/** Loads what the kind needs (`auto` and `silero`: half a second and 90 MB, once per process). Rejects when that fails. */
export async function createVad({ kind = 'auto', scope }: VadOptions): Promise<Vads> {
  const stats: AutoStats = { candidates: 0, rejected: 0, fallbacks: 0 }
  const engine = kind === 'auto' || kind === 'silero' ? await SileroEngine.start(scope) : undefined
  const fvad = kind === 'auto' || kind === 'fvad' ? await loadFvad() : undefined
  const make = (rate: SileroRate, hangover: number, pause?: number): Vad => {
    if (engine && fvad) return autoVad({ rate, model: engine, fvad: fvad.open(rate, gateMode), hangover, pause, stats })
    if (engine) return sileroVad(engine, rate, hangover, pause)
    return fvad ? fvadVad(fvad, rate, hangover, pause) : energyVad(rate, hangover, pause)
  }
  return {
    factory:
      ({ hangover = defaultHangover, pause } = {}) =>
      (rate) =>
        atRate(rate, (own) => make(own, hangover, pause)),
    get stats() {
      const none = { chunks: 0, messages: 0, behind: 0, skipped: 0, restarts: 0 }
      return { ...stats, ...(engine?.stats ?? none) }
    },
  }
}

/** In front of Silero the gate may be generous. */
const gateMode = 1

/** The detectors hear 8 and 16 kHz; whatever else comes is brought to 8. */
function atRate(rate: number, make: (rate: SileroRate) => Vad): Vad {
  if (rate === 8000 || rate === 16_000) return make(rate)
  const vad = make(8000)
  const way = resample(rate, 8000)(vad)
  return {
    rate,
    windowMs: vad.windowMs,
    get speaking() {
      return vad.speaking
    },
    write: (pcm) => way.write(pcm),
    listen: (listener) => vad.listen(listener),
    rest: () => vad.rest?.(),
    toString: () => String(way),
    [Symbol.dispose]: () => vad[Symbol.dispose](),
  }
}
