/** Ends of turns by a network that the user brings: a file in ONNX, such as smart-turn's, run in a thread of its own. */
import type { Clock } from '../../lib/clock.ts'
import type { Scope } from '../../lib/scope.ts'
import { Thread, workerBeside } from '../../lib/thread.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { TurnDetector } from './endings.ts'
import { History } from './history.ts'
import { melodyTurns } from './melody.ts'
import { smartTurnMs } from './mel.ts'
import type { SmartTurnRequest } from './smart-turn-worker.ts'

export interface SmartTurnOptions {
  /** Of the model's file. */
  readonly path: string
  /** Ends the thread. */
  readonly scope: Scope
  readonly clock: Clock
  /** A verdict that never came, and why; calls go on with the melody's. */
  readonly failed: (message: string) => void
}

/** Pauses that may wait for their verdict: later ones are judged by their melody alone. */
const longestQueue = 32
const deadline = 10_000

/** Loads the model and tries it on silence. Rejects with `environment.invalid` that says what is wrong with it. */
export async function smartTurns({ path, scope, clock, failed }: SmartTurnOptions): Promise<TurnDetector> {
  const thread = new Thread<SmartTurnRequest, number>(scope, clock, {
    name: 'The model for ends of turns',
    entry: workerBeside(import.meta.url, 'smart-turn-worker'),
    limit: longestQueue,
    deadline,
    error: (_, message, cause) => new Error(message, { cause }),
  })
  const rate = 16_000
  await thread.ask({ path, pcm: new Int16Array(rate), rate }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new OffhookError('environment.invalid', `OFFHOOK_SMART_TURN: ${path} cannot be used: ${why}`, { cause })
  })
  return detector((pcm, hertz, signal) => thread.ask({ path, pcm, rate: hertz }, signal, [pcm.buffer]), failed)
}

type Judge = (pcm: Int16Array<ArrayBuffer>, rate: number, signal: AbortSignal) => Promise<number>

/** The melody's verdict stands until the model's comes. */
export function detector(judge: Judge, failed: (message: string) => void): TurnDetector {
  return {
    open(rate) {
      const over = new AbortController()
      const history = new History(Math.round((rate * smartTurnMs) / 1000))
      const melody = melodyTurns.open(rate)
      return {
        write(pcm) {
          history.write(pcm)
          melody.write(pcm)
        },
        judge(speechMs, tell) {
          melody.judge(speechMs, tell)
          judge(history.read(), rate, over.signal).then(tell, (error: unknown) => {
            if (!over.signal.aborted) failed(error instanceof Error ? error.message : String(error))
          })
        },
        [Symbol.dispose]() {
          over.abort(new Error('the call is over'))
          melody[Symbol.dispose]()
        },
      }
    },
  }
}
