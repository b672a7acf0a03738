/** The thread in which flite runs: one utterance in, one run of samples out. */
import { parentPort } from 'node:worker_threads'
import { loadFlite } from './flite.ts'
import type { Utterance } from './flite.ts'
import type { Answer } from '../../../lib/thread.ts'

const port = parentPort
if (!port) throw new Error('worker.ts runs as a worker thread only')

const flite = await loadFlite()
port.on('message', (utterance: Utterance) => {
  flite.synthesize(utterance).then(
    (pcm) => port.postMessage({ type: 'done', reply: pcm } satisfies Answer<Int16Array>, [pcm.buffer]),
    (error: unknown) => port.postMessage({ type: 'refused', message: String(error) } satisfies Answer<Int16Array>),
  )
})
