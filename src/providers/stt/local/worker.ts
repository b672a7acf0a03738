/** The thread in which Moonshine runs: one utterance in, its text and the time it took out. */
import { parentPort } from 'node:worker_threads'
import { realClock } from '../../../lib/clock.ts'
import { loadMoonshine } from './moonshine.ts'
import type { Answer } from '../../../lib/thread.ts'
import { rate, understand } from './utterance.ts'
import type { Utterance } from './utterance.ts'

/** `ms`: computing alone, without the wait for its turn. */
export interface Understood {
  readonly text: string
  readonly ms: number
}

const port = parentPort
if (!port) throw new Error('worker.ts runs as a worker thread only')

const model = await loadMoonshine()
// The first run is several times slower than the rest; nobody waits for this one.
await model.transcribe(new Float32Array(rate))

port.on('message', (utterance: Utterance) => {
  const start = realClock.monotonic()
  understand(model, utterance).then(
    (text) => {
      const reply = { text, ms: realClock.monotonic() - start }
      port.postMessage({ type: 'done', reply } satisfies Answer<Understood>)
    },
    // The runtime's memory may be broken now: the thread ends and a new one takes its place.
    (error: unknown) => {
      queueMicrotask(() => {
        throw error
      })
    },
  )
})
