/** A call's own time and chance, recorded while it runs and given back the same when it is replayed. */
import type { Clock, Timer } from './clock.ts'
import { settle, sleepOn } from './clock.ts'
import { LibError } from './failure.ts'
import type { Ids } from './ids.ts'
import { seededIds } from './ids.ts'
import { isJsonObject } from './json.ts'
import type { JsonValue } from './json.ts'
import type { InputRecorder } from './recorder.ts'
import type { RecordedInput } from './recording.ts'

const kinds = {
  start: 'clock.start',
  timer: 'clock.timer',
  id: 'ids.id',
  token: 'ids.token',
  fraction: 'ids.fraction',
} as const
const own: ReadonlySet<string> = new Set(Object.values(kinds))

/** A clock that stands still while one input is handled: every reading during it is the same, live and in replay. */
export interface SteppedClock extends Clock {
  /** An input begins: time moves to the present. Returns it, for `recorder.input`. Timers step by themselves. */
  step(): number
}

/** A call's clock, over the process's. Its wall time runs evenly from the start: a call sees no jumps. */
export function recordingClock(clock: Clock, recorder: InputRecorder): SteppedClock {
  const start = { wall: clock.now(), monotonic: clock.monotonic() }
  let time = start.monotonic
  let timers = 0
  recorder.input(kinds.start, start, { time })
  const step = () => (time = Math.max(time, clock.monotonic()))
  const stepped: SteppedClock = {
    step,
    now: () => wallAt(start, time),
    monotonic: () => time,
    timer(delay, run) {
      const number = timers++
      return clock.timer(delay, () => {
        recorder.input(kinds.timer, number, { time: step() })
        run()
      })
    },
    sleep: (delay, signal) => sleepOn(stepped, delay, signal),
  }
  return stepped
}

/** The same clock in replay: timers run when the recording says they ran, late as they were. */
export class ReplayClock implements Clock {
  readonly #start: { readonly wall: number; readonly monotonic: number }
  readonly #timers = new Map<number, () => void>()
  #time: number
  #count = 0

  constructor(inputs: Iterable<RecordedInput>) {
    this.#start = findStart(inputs)
    this.#time = this.#start.monotonic
  }

  /** Timers set and not yet run or cancelled. */
  get pending(): number {
    return this.#timers.size
  }

  now(): number {
    return wallAt(this.#start, this.#time)
  }

  monotonic(): number {
    return this.#time
  }

  timer(_delay: number, run: () => void): Timer {
    const number = this.#count++
    this.#timers.set(number, run)
    const cancel = () => void this.#timers.delete(number)
    return { cancel, [Symbol.dispose]: cancel }
  }

  sleep(delay: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delay, signal)
  }

  /** Moves to the input's time, and runs the timer if it is one. Throws `recording.diverged` when that is not set. */
  take(input: RecordedInput): void {
    this.#time = Math.max(this.#time, input.time)
    if (input.kind !== kinds.timer) return
    const run = typeof input.data === 'number' ? this.#timers.get(input.data) : undefined
    if (!run) {
      throw new LibError('recording.diverged', `timer ${describe(input.data)} ran in the recording and is not set here`)
    }
    this.#timers.delete(Number(input.data))
    run()
  }
}

/** Gives every outside input to `deliver` at its time, letting promises settle where they could settle then. */
export async function replay(
  inputs: Iterable<RecordedInput> | AsyncIterable<RecordedInput>,
  clock: ReplayClock,
  deliver: (input: RecordedInput) => unknown,
): Promise<void> {
  for await (const run of runsOf(inputs)) {
    for (const input of run) {
      clock.take(input)
      if (!own.has(input.kind)) deliver(input)
    }
    await settle()
  }
}

/** Inputs that came in one run of the event loop. */
async function* runsOf(
  inputs: Iterable<RecordedInput> | AsyncIterable<RecordedInput>,
): AsyncGenerator<readonly RecordedInput[], void, undefined> {
  let run: RecordedInput[] = []
  for await (const input of inputs) {
    // What was drawn is no input: it may stand between two that belong together.
    if (own.has(input.kind) && input.kind !== kinds.timer) continue
    if (!input.joined && run.length > 0) {
      yield run
      run = []
    }
    run.push(input)
  }
  if (run.length > 0) yield run
}

/** Writes down what is drawn, except tokens: those are secrets, and only that one was drawn is kept. */
export function recordingIds(ids: Ids, recorder: InputRecorder, clock: Pick<Clock, 'monotonic'>): Ids {
  const keep = <T>(kind: string, drawn: T, data: JsonValue): T => {
    recorder.input(kind, data, { time: clock.monotonic() })
    return drawn
  }
  return {
    id(prefix) {
      const id = ids.id(prefix)
      return keep(kinds.id, id, id)
    },
    token: (bytes = 32) => keep(kinds.token, ids.token(bytes), bytes),
    fraction() {
      const fraction = ids.fraction()
      return keep(kinds.fraction, fraction, fraction)
    },
  }
}

/** Draws again what was drawn; tokens are made up, the same on every replay. Throws `recording.diverged` otherwise. */
export function replayIds(log: Iterable<RecordedInput>): Ids {
  const drawn = [...log].filter(({ kind }) => kind.startsWith('ids.'))
  const madeUp = seededIds('replay')
  let at = 0
  const next = (kind: string, fits: (data: RecordedInput['data']) => boolean, wanted: string) => {
    const found = drawn[at++]
    if (found?.kind === kind && fits(found.data)) return found.data
    const instead = found ? `${found.kind} ${describe(found.data)}` : 'nothing more'
    throw new LibError('recording.diverged', `draw ${at} is ${wanted} here and ${instead} in the recording`)
  }
  return {
    id(prefix) {
      const fits = (data: RecordedInput['data']) => typeof data === 'string' && data.startsWith(`${prefix}_`)
      return String(next(kinds.id, fits, `an id ${prefix}_…`))
    },
    token(bytes = 32) {
      next(kinds.token, (data) => data === bytes, `a token of ${bytes} bytes`)
      return madeUp.token(bytes)
    },
    fraction: () => Number(next(kinds.fraction, (data) => typeof data === 'number', 'a fraction')),
  }
}

function wallAt(start: { readonly wall: number; readonly monotonic: number }, time: number): number {
  return Math.floor(start.wall + (time - start.monotonic))
}

function findStart(inputs: Iterable<RecordedInput>): { readonly wall: number; readonly monotonic: number } {
  for (const { kind, data } of inputs) {
    if (kind !== kinds.start || data instanceof Uint8Array || !isJsonObject(data)) continue
    const { wall, monotonic } = data
    if (typeof wall === 'number' && typeof monotonic === 'number') return { wall, monotonic }
  }
  throw new LibError('recording.invalid', 'the recording has no start of its clock')
}

function describe(data: RecordedInput['data']): string {
  return data instanceof Uint8Array ? `<${data.length} bytes>` : JSON.stringify(data)
}
