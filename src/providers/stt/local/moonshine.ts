/** The Moonshine tiny model: up to some twenty seconds of 16 kHz sound in, English text out. Runs where it is called. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import tokenizer from 'llama-tokenizer-js'
import * as ort from 'onnxruntime-web/wasm'
import { rate } from './utterance.ts'

/** Speech seldom exceeds this; beyond it the model is inventing (its authors' advice for cutting hallucinations). */
const tokensPerSecond = 6.5
/** A one-word answer is denser than a sentence. */
const fewestTokens = 6

// Of the model: 6 decoder layers, each with keys and values of 8 heads × 36 for its own past and for the encoder's.
const layers = 6
const heads = 8
const width = 36
const beginning = 1
const end = 2
/** Beyond these ids stand the model's own marks, which are no text. */
const textTokens = 32_000

export interface Transcript {
  readonly text: string
  /** False when the model was cut off: the text may be invented. */
  readonly ended: boolean
}

export interface Moonshine {
  transcribe(sound: Float32Array): Promise<Transcript>
}

/** Loads the model (28 MB, about a second). Rejects with a plain Error that names the file when it is missing or broken. */
export async function loadMoonshine(folder = modelFolder()): Promise<Moonshine> {
  ort.env.wasm.numThreads = 1
  ort.env.logLevel = 'error'
  const encoder = await load(new URL('encoder_model.onnx', folder))
  const decoder = await load(new URL('decoder_model_merged.onnx', folder))
  return {
    async transcribe(sound) {
      const input = { input_values: new ort.Tensor('float32', sound, [1, sound.length]) }
      const { last_hidden_state: heard } = await encoder.run(input)
      const most = Math.max(fewestTokens, Math.ceil((sound.length / rate) * tokensPerSecond))
      const tokens = await decode(decoder, heard!, most) // the one output of this model
      const ended = tokens.at(-1) === end
      const words = tokens.filter((token) => token > end && token < textTokens)
      return { text: tokenizer.decode(words, false).trim(), ended }
    },
  }
}

/**
 * As published, the models lie beside this file: the package that brings them drags in one that downloads at install, and only a
 * project's own npm overrides can stop that, not those of its dependencies. In a checkout they are read from that package.
 */
function modelFolder(): URL {
  const published = new URL('model/', import.meta.url)
  if (existsSync(published)) return published
  try {
    return new URL('model/tiny/quantized/', import.meta.resolve('@moonshine-ai/moonshine-js'))
  } catch (cause) {
    throw new Error('the package @moonshine-ai/moonshine-js is not installed; run npm ci', { cause })
  }
}

async function load(file: URL): Promise<ort.InferenceSession> {
  const path = fileURLToPath(file)
  return readFile(path)
    .then((bytes) => ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] }))
    .catch((cause: unknown) => {
      throw new Error(`the speech model ${path} cannot be loaded; run npm ci`, { cause })
    })
}

/** Greedy: always the likeliest token, until the model says it is done or `most` are reached. */
async function decode(decoder: ort.InferenceSession, heard: ort.Tensor, most: number): Promise<number[]> {
  const tokens: number[] = []
  let past = emptyPast()
  let last = beginning
  while (tokens.length < most && last !== end) {
    const first = tokens.length === 0
    const output = await decoder.run({
      input_ids: new ort.Tensor('int64', [BigInt(last)], [1, 1]),
      encoder_hidden_states: heard,
      use_cache_branch: new ort.Tensor('bool', [!first], [1]),
      ...past,
    })
    last = likeliest(output['logits']!.data as Float32Array) // float32 in this model
    tokens.push(last)
    past = grown(past, output, first)
  }
  return tokens
}

type Past = Readonly<Record<string, ort.Tensor>>

const pastNames = Array.from({ length: layers }, (_, layer) =>
  ['decoder', 'encoder'].flatMap((side) => ['key', 'value'].map((part) => `${layer}.${side}.${part}`)),
).flat()

function emptyPast(): Past {
  const nothing = () => new ort.Tensor('float32', new Float32Array(0), [0, heads, 1, width])
  return Object.fromEntries(pastNames.map((name) => [`past_key_values.${name}`, nothing()]))
}

/** The encoder's part is computed by the first step only; later steps answer it empty. */
function grown(past: Past, output: ort.InferenceSession.OnnxValueMapType, first: boolean): Past {
  const kept = (name: string) => !first && name.includes('encoder')
  const present = (name: string) => output[`present.${name}`] as ort.Tensor // every value of this model is a tensor
  return Object.fromEntries(
    pastNames.map((name) => {
      const key = `past_key_values.${name}`
      return [key, kept(name) ? past[key]! : present(name)]
    }),
  )
}

function likeliest(logits: Float32Array): number {
  let best = 0
  for (let index = 1; index < logits.length; index++) if (logits[index]! > logits[best]!) best = index
  return best
}
