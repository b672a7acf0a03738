/** Verbs that listen to the person: `<Gather>` for keys, `<Record>` for a message. */
import { silentFrame } from '../sound/frames.ts'
import { tone } from '../sound/tones.ts'
import type { SimulatedCall } from './call.ts'
import { recordingReference } from './callbacks.ts'
import type { Element } from './markup.ts'
import { prompt } from './prompts.ts'
import { Recording } from './recording.ts'
import { jump, playTo, recordingPlan, seconds, type Context, type Outcome } from './steps.ts'

export async function gather(context: Context, verb: Element): Promise<Outcome> {
  const { attributes } = verb
  const keys = new KeyReader(context.call, {
    wanted: Number(attributes.numDigits ?? 1000),
    finish: attributes.finishOnKey ?? '#',
  })
  try {
    for (const child of verb.children) {
      // The first key stops the prompts.
      const stopped = AbortSignal.any([context.signal, keys.begun])
      await prompt({ ...context, signal: stopped }, child).catch((error: unknown) => {
        if (context.signal.aborted || !keys.begun.aborted) throw error
      })
    }
    await keys.read(seconds(attributes.timeout, 5), context.signal)
  } finally {
    keys.stop()
  }
  if (!keys.digits && attributes.actionOnEmptyResult !== 'true') return 'next'
  const target = attributes.action ?? context.base
  if (!target) return 'next'
  return jump(context, target, attributes.method, [
    ['Digits', keys.digits],
    ['FinishedOnKey', keys.finishedOn],
    ['msg', 'Gather End'],
  ])
}

export async function record(context: Context, verb: Element): Promise<Outcome> {
  const { call } = context
  const { attributes } = verb
  if (attributes.playBeep !== 'false') await playTo(call, tone(1000, 500), context.signal)
  const keys = new KeyReader(call, { wanted: 1000, finish: attributes.finishOnKey ?? '1234567890*#' })
  const recording = new Recording(call, {
    ...recordingPlan(context, verb, 1),
    source: 'RecordVerb',
    track: 'inbound',
    trim: attributes.trim !== 'do-not-trim',
  })
  try {
    await untilQuiet(context, keys, seconds(attributes.timeout, 5), seconds(attributes.maxLength, 3600))
  } finally {
    keys.stop()
    recording.stop()
  }
  const target = attributes.action ?? context.base
  if (recording.status === 'absent' || !target) return 'next'
  const digits = keys.finishedOn || keys.digits
  return jump(context, target, attributes.method, [...recordingReference(recording), ['Digits', digits]])
}

/** Until a key, `quiet` ms of silence, or `longest` ms altogether. */
async function untilQuiet(context: Context, keys: KeyReader, quiet: number, longest: number): Promise<void> {
  const { call, signal } = context
  const { clock } = call.world
  const end = clock.monotonic() + longest
  let last = clock.monotonic()
  const tap = (said: unknown) => {
    if (said !== silentFrame) last = clock.monotonic()
  }
  call.audio.taps.add(tap)
  try {
    while (!keys.done.aborted) {
      const left = Math.min(last + quiet, end) - clock.monotonic()
      if (left <= 0) return
      await keys.read(left, signal)
    }
  } finally {
    call.audio.taps.delete(tap)
  }
}

/** Collects keys until enough came, the finishing key came, or none came for a while. */
class KeyReader {
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
