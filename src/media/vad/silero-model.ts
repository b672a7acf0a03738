/** The Silero v6 network on ONNX Runtime (WebAssembly, one thread): many streams in one inference. Runs inside the worker. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'

/** Samples per step, and how many of the step before it are given again, at 8 and 16 kHz. */
export const steps = { 8000: { chunk: 256, context: 32 }, 16000: { chunk: 512, context: 64 } } as const
export type SileroRate = keyof typeof steps

/** The recurrent state of one stream: two layers of 128, and the last samples. */
export interface StreamState {
  readonly layers: Float32Array
  readonly context: Float32Array
}

const width = 128

export function freshState(rate: SileroRate): StreamState {
  return { layers: new Float32Array(2 * width), context: new Float32Array(steps[rate].context) }
}

export interface SileroModel {
  /** One chunk for each of several streams of one rate; changes their states, returns the probability of speech for each. */
  run(rate: SileroRate, states: readonly StreamState[], chunks: readonly Int16Array[]): Promise<Float32Array>
}

export async function loadSilero(): Promise<SileroModel> {
  env.wasm.numThreads = 1
  // The package exports only its code; the weights lie beside it.
  const weights = new URL('silero_vad_v6.onnx', import.meta.resolve('@ricky0123/vad-web'))
  const session = await InferenceSession.create(await readFile(fileURLToPath(weights)))
  return {
    async run(rate, states, chunks) {
      const { output, stateN } = await session.run({
        input: new Tensor('float32', join(rate, states, chunks), [states.length, stepLength(rate)]),
        state: new Tensor('float32', gather(states), [2, states.length, width]),
        sr: new Tensor('int64', BigInt64Array.of(BigInt(rate)), []),
      })
      scatter(floats(stateN), states)
      return floats(output)
    },
  }
}

const stepLength = (rate: SileroRate) => steps[rate].context + steps[rate].chunk

/** Rows of context and chunk; each context becomes the end of its chunk. */
function join(rate: SileroRate, states: readonly StreamState[], chunks: readonly Int16Array[]): Float32Array {
  const { chunk, context } = steps[rate]
  const rows = new Float32Array(states.length * (context + chunk))
  for (const [index, state] of states.entries()) {
    const row = rows.subarray(index * (context + chunk), (index + 1) * (context + chunk))
    const samples = chunks[index]!
    row.set(state.context)
    for (let at = 0; at < chunk; at++) row[context + at] = samples[at]! / 32768
    state.context.set(row.subarray(chunk))
  }
  return rows
}

function gather(states: readonly StreamState[]): Float32Array {
  const layers = new Float32Array(2 * states.length * width)
  for (const [index, state] of states.entries()) {
    layers.set(state.layers.subarray(0, width), index * width)
    layers.set(state.layers.subarray(width), (states.length + index) * width)
  }
  return layers
}

function scatter(layers: Float32Array, states: readonly StreamState[]): void {
  for (const [index, state] of states.entries()) {
    state.layers.set(layers.subarray(index * width, (index + 1) * width))
    state.layers.set(layers.subarray((states.length + index) * width, (states.length + index + 1) * width), width)
  }
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('the Silero model returned no floats')
  return tensor.data
}
