/** A user's own network for ends of turns, on ONNX Runtime (WebAssembly, one thread). Runs inside the worker. */
import { readFile } from 'node:fs/promises'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import { resampled } from '../resample.ts'
import { melBands, melOf, melRate, smartTurnMs } from './mel.ts'

export interface SmartTurnModel {
  /** How likely the turn is over, 0 … 1. */
  judge(pcm: Int16Array, rate: number): Promise<number>
}

/** Rejects with a plain Error that says what is wrong with the file. */
export async function loadSmartTurn(path: string): Promise<SmartTurnModel> {
  env.wasm.numThreads = 1
  const session = await InferenceSession.create(await readFile(path))
  const [input] = session.inputMetadata
  if (!input?.isTensor || input.type !== 'float32' || session.inputMetadata.length > 1)
    throw new Error('it must take one tensor of 32-bit floats')
  const shape = shapeOf(input.shape)
  const output = session.outputNames[0]!
  return {
    async judge(pcm, rate) {
      const sound = prepared(resampled(pcm, rate, melRate))
      const seen = shape.length === 3 ? melOf(sound) : sound
      const results = await session.run({ [input.name]: new Tensor('float32', seen, shape) })
      const data = results[output]?.data
      const value = data instanceof Float32Array ? data.at(-1) : undefined
      if (value === undefined || !(value >= 0 && value <= 1))
        throw new Error(`it must answer with a probability from 0 to 1, not with ${value ?? 'something else'}`)
      return value
    },
  }
}

/** `[batch, 80, 800]` looks at mel, as smart-turn does since its third generation; `[batch, samples]` hears the sound itself. */
function shapeOf(shape: readonly (number | string)[]): readonly number[] {
  const samples = (smartTurnMs * melRate) / 1000
  const fits = (axis: number, size: number) => typeof shape[axis] === 'string' || shape[axis] === size
  if (shape.length === 2 && fits(1, samples)) return [1, samples]
  if (shape.length === 3 && fits(1, melBands) && fits(2, samples / 160)) return [1, melBands, samples / 160]
  throw new Error(`it takes [${shape.join(', ')}]; known are [1, ${melBands}, ${samples / 160}] and [1, ${samples}]`)
}

/** The end of the sound, behind silence where it is shorter; zero mean and unit variance, as in training. */
function prepared(pcm: Int16Array): Float32Array {
  const sound = new Float32Array((smartTurnMs * melRate) / 1000)
  const end = pcm.subarray(Math.max(0, pcm.length - sound.length))
  sound.set(
    Float32Array.from(end, (sample) => sample / 32768),
    sound.length - end.length,
  )
  let [sum, squares] = [0, 0]
  for (const value of sound) sum += value
  const mean = sum / sound.length
  for (const value of sound) squares += (value - mean) ** 2
  const deviation = Math.sqrt(squares / sound.length + 1e-7)
  return sound.map((value) => (value - mean) / deviation)
}
