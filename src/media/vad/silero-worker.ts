/** Entry of the worker thread: answers each message of chunks with their probabilities. */
import { parentPort } from 'node:worker_threads'
import { stepBack } from '../../lib/niceness.ts'
import type { SileroAnswer, SileroRequest } from './silero-engine.ts'
import { freshState, loadSilero, type SileroModel, type SileroRate, steps, type StreamState } from './silero-model.ts'

/** Streams in one inference: beyond this a step costs the same per stream, and short ones let others in. */
const largestBatch = 16

interface Job {
  readonly index: number
  readonly state: StreamState
  readonly chunk: Int16Array
}

if (!parentPort) throw new Error('silero-worker runs as a worker thread')
stepBack()
const port = parentPort
const model = await loadSilero()
const states: Record<SileroRate, Map<number, StreamState>> = { 8000: new Map(), 16000: new Map() }
await warmUp(model)
port.on('message', (request: SileroRequest) => void answer(request))
port.postMessage('ready')

async function answer({ rate, streams, samples, ended }: SileroRequest): Promise<void> {
  const probabilities = new Float32Array(streams.length)
  for (const batch of batches(rate, streams, samples)) {
    const found = await model.run(
      rate,
      batch.map(({ state }) => state),
      batch.map(({ chunk }) => chunk),
    )
    for (const [place, { index }] of batch.entries()) probabilities[index] = found[place]!
  }
  for (const stream of ended) states[rate].delete(stream)
  const reply: SileroAnswer = { rate, streams, probabilities }
  port.postMessage(reply)
}

/** A stream's chunks follow each other, so a batch holds at most one of each. */
function* batches(rate: SileroRate, streams: Int32Array, samples: Int16Array): Generator<readonly Job[]> {
  const { chunk } = steps[rate]
  const rounds: Job[][] = []
  const count = new Map<number, number>()
  for (const [index, stream] of streams.entries()) {
    const round = count.get(stream) ?? 0
    count.set(stream, round + 1)
    const state = states[rate].get(stream) ?? freshState(rate)
    states[rate].set(stream, state)
    const job = { index, state, chunk: samples.subarray(index * chunk, (index + 1) * chunk) }
    if (rounds[round]) rounds[round].push(job)
    else rounds[round] = [job]
  }
  for (const round of rounds)
    for (let at = 0; at < round.length; at += largestBatch) yield round.slice(at, at + largestBatch)
}

/** The first steps of a session take up to 40 ms: nobody's speech shall wait for them. */
async function warmUp(warm: SileroModel): Promise<void> {
  for (const rate of [8000, 16000] as const)
    for (const size of [1, 2, 4, 1, 2, 4]) {
      const idle = Array.from({ length: size }, () => freshState(rate))
      await warm.run(
        rate,
        idle,
        idle.map(() => new Int16Array(steps[rate].chunk)),
      )
    }
}
