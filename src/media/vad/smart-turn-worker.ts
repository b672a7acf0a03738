/** Entry of the thread in which a user's network judges ends of turns. */
import { parentPort } from 'node:worker_threads'
import type { Answer } from '../../lib/thread.ts'
import { loadSmartTurn, type SmartTurnModel } from './smart-turn-model.ts'

/** The end of what was said on a line. */
export interface SmartTurnRequest {
  readonly path: string
  readonly pcm: Int16Array
  /** Hz */
  readonly rate: number
}

const port = parentPort
if (!port) throw new Error('smart-turn-worker.ts runs as a worker thread only')
let model: Promise<SmartTurnModel> | undefined

port.on('message', ({ path, pcm, rate }: SmartTurnRequest) => {
  model ??= loadSmartTurn(path)
  model
    .then((loaded) => loaded.judge(pcm, rate))
    .then(
      (reply) => port.postMessage({ type: 'done', reply } satisfies Answer<number>),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error)
        port.postMessage({ type: 'refused', message } satisfies Answer<number>)
      },
    )
})
