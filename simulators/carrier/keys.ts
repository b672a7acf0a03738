/** Listens to the person's keys, and to their silence. */
import { silentFrame } from '../sound/frames.ts'
import type { SimulatedCall } from './call.ts'

/** Until a key, `quiet` ms of silence, or `longest` ms altogether. */
export async function untilQuiet(
  call: SimulatedCall,
  keys: KeyReader,
  limits: { readonly quiet: number; readonly longest: number; readonly signal: AbortSignal },
): Promise<void> {
  const { clock } = call.world
  const end = clock.monotonic() + limits.longest
  let last = clock.monotonic()
  const tap = (said: unknown) => {
    if (said !== silentFrame) last = clock.monotonic()
  }
  call.audio.taps.add(tap)
  try {
    while (!keys.done.aborted) {
      const left = Math.min(last + limits.quiet, end) - clock.monotonic()
      if (left <= 0) return
      await keys.read(left, limits.signal)
    }
  } finally {
    call.audio.taps.delete(tap)
  }
}

export interface Gathering {
  readonly wanted: number
  readonly finish: string
  /** Without a key for so long it is over, ms. */
  readonly timeout: number
  readonly signal: AbortSignal
  /** What the person hears one after the other until they press a key. */
  readonly prompts: readonly ((signal: AbortSignal) => Promise<unknown>)[]
}

/** Keys that were pressed during prompts or after them. */
export async function gatherKeys(call: SimulatedCall, gathering: Gathering): Promise<KeyReader> {
  const { signal, timeout, prompts } = gathering
  const keys = new KeyReader(call, gathering)
  try {
    for (const prompt of prompts)
      await prompt(AbortSignal.any([signal, keys.begun])).catch((error: unknown) => {
        if (signal.aborted || !keys.begun.aborted) throw error
      })
    await keys.read(timeout, signal)
  } finally {
    keys.stop()
  }
  return keys
}

/** Collects keys until enough came, the finishing key came, or none came for a while. */
export class KeyReader {
  digits = ''
  finishedOn = ''
  readonly #call: SimulatedCall
  readonly #limits: { readonly wanted: number; readonly finish: string }
  readonly #begun = new AbortController()
  readonly #done = new AbortController()
  #last: number

  constructor(call: SimulatedCall, limits: { readonly wanted: number; readonly finish: string }) {
    this.#call = call
    this.#limits = limits
    this.#last = call.world.clock.monotonic()
    call.keyed.add(this.#key)
  }

  /** Aborted with the first key. */
  get begun(): AbortSignal {
    return this.#begun.signal
  }

  /** Aborted when no more keys are wanted. */
  get done(): AbortSignal {
    return this.#done.signal
  }

  stop(): void {
    this.#call.keyed.delete(this.#key)
  }

  async read(timeout: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#call.world
    if (!this.#begun.signal.aborted) this.#last = clock.monotonic()
    while (!this.#done.signal.aborted) {
      const left = this.#last + timeout - clock.monotonic()
      if (left <= 0) return
      await clock.sleep(left, AbortSignal.any([signal, this.#done.signal])).catch((error: unknown) => {
        if (signal.aborted) throw error
      })
    }
  }

  readonly #key = (digit: string): void => {
    if (this.#done.signal.aborted) return
    this.#last = this.#call.world.clock.monotonic()
    if (this.#limits.finish.includes(digit)) this.finishedOn = digit
    else this.digits += digit
    this.#begun.abort()
    if (this.finishedOn || this.digits.length >= this.#limits.wanted) this.#done.abort()
  }
}
