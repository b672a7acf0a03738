/** Makes callers who pause, hesitate, dictate and hum: `node tools/make-turns.ts --out folder [--seed 1] [--turns 240]`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { decodeUlaw, encodeUlaw } from '../src/media/codecs/g711.ts'
import { resampled } from '../src/media/resample.ts'
import { noise, overlay } from '../src/media/tones.ts'
import { writeWav } from '../src/media/wav.ts'
import { voices, type Voice } from '../src/providers/tts/local/flite.ts'
import { intone } from './turn-melody.ts'
import { writeScript, type Line, type Random } from './turn-script.ts'
import { loadTurnVoice, voiceRate, type SpokenText, type TurnVoice } from './turn-voice.ts'

/** Hz of everything made here: a telephone line. */
export const rate = 8_000

/** What is true of a call: a corpus of one's own recordings says the same in its JSON files. */
export interface Labels {
  readonly turns: readonly TurnLabel[]
  /** What the caller says while the agent speaks. */
  readonly overlaps?: readonly OverlapLabel[]
}

export interface TurnLabel {
  /** Ms from the beginning of the sound. */
  readonly from: number
  readonly to: number
  /** When each word was over, as a recogniser would date it; absent: words are not known. */
  readonly words?: readonly { readonly text: string; readonly to: number }[]
}

export interface OverlapLabel {
  readonly from: number
  readonly to: number
  /** The caller wants the turn. */
  readonly stops: boolean
}

export interface CorpusCall {
  readonly name: string
  readonly pcm: Int16Array
  readonly labels: Labels
}

/** Calls of ten turns or so each, the same for the same seed. */
export async function* makeCalls(seed: number, turns: number): AsyncGenerator<CorpusCall> {
  const speaker = await loadTurnVoice()
  const random = randomFrom(seed)
  for (let made = 0, call = 0; made < turns; call++) {
    const voice = voices[call % voices.length]!
    const lines = writeScript(random, Math.min(10, turns - made))
    made += lines.length
    yield { name: `call-${seed}-${call}`, ...(await speak(lines, { voice, speaker, random })) }
  }
}

interface Studio {
  readonly voice: Voice
  readonly speaker: TurnVoice
  readonly random: Random
}

interface Spoken {
  readonly at: number
  readonly pcm: Int16Array
}

async function speak(lines: readonly Line[], studio: Studio): Promise<Omit<CorpusCall, 'name'>> {
  const { random } = studio
  const parts: Spoken[] = []
  const turns: TurnLabel[] = []
  const overlaps: OverlapLabel[] = []
  const speed = 0.9 + random() * 0.35
  const loudness = 0.35 + random() * 0.5
  let at = 600
  for (const line of lines) {
    const said = await sayLine(line, speed, studio)
    const pcm = said.pcm.map((sample) => sample * loudness)
    parts.push({ at, pcm })
    const to = at + (pcm.length * 1000) / rate
    if (line.over) overlaps.push({ from: at, to, stops: line.over === 'stops' })
    else turns.push({ from: at, to, words: said.words.map((word) => ({ ...word, to: word.to + at })) })
    at = Math.round((to + 3_500 + random() * 1_000) / 20) * 20
  }
  const length = ((at + 1_000) * rate) / 1000
  const clean = new Int16Array(length)
  for (const part of parts) clean.set(part.pcm, Math.round((part.at * rate) / 1000))
  const hiss = noise(Math.floor(random() * 1e9), { rate, ms: at + 1_000, level: -62 + random() * 20 })
  return { pcm: decodeUlaw(encodeUlaw(overlay(clean, hiss))), labels: { turns, ...(overlaps.length && { overlaps }) } }
}

type Word = { readonly text: string; readonly to: number }

/** A line is spoken in one breath, as a person means it, and torn apart where it pauses. */
async function sayLine(line: Line, speed: number, { voice, speaker, random }: Studio) {
  const texts = line.parts.map(({ text, phrase }, index) =>
    index === line.parts.length - 1 ? text : phrase ? `${text},` : text,
  )
  const said = await speaker.say(`${texts.join(' ')}${line.question ? '?' : '.'}`, voice, speed)
  const ends = await endsOf(texts, said, (text) => speaker.count(text, voice))
  const pieces: Int16Array[] = []
  const words: Word[] = []
  let ms = 0
  for (const [index, part] of line.parts.entries()) {
    const [from, to] = [index === 0 ? 0 : ends[index - 1]!.to, ends[index]?.from ?? Infinity]
    const raw = said.pcm.slice((from * voiceRate) / 1000, to === Infinity ? undefined : (to * voiceRate) / 1000)
    const place = index < line.parts.length - 1 ? 'within' : line.question ? 'question' : 'statement'
    const piece = faded(intone(trimmed(resampled(raw, voiceRate, rate)), rate, place, random))
    const length = (piece.length * 1000) / rate
    words.push(...wordsOf(part.text, ms, length))
    const pause = index < line.parts.length - 1 ? part.pause : 0
    pieces.push(piece, new Int16Array((pause * rate) / 1000))
    ms += length + pause
  }
  return { pcm: Int16Array.from(pieces.flatMap((piece) => [...piece])), words }
}

interface Gap {
  readonly from: number
  readonly to: number
}

/** Where each part but the last is over: by the number of its sounds, and behind the pause that the voice made itself. */
async function endsOf(
  texts: readonly string[],
  { phones }: SpokenText,
  count: (text: string) => Promise<number>,
): Promise<readonly Gap[]> {
  const gaps: Gap[] = []
  for (let part = 1; part < texts.length; part++) {
    let left = await count(texts.slice(0, part).join(' '))
    const last = phones.findIndex(({ name }) => name !== 'pau' && --left === 0)
    const from = phones[last]?.to
    if (from === undefined) throw new Error(`the voice made fewer sounds of "${texts.join(' ')}" than of its beginning`)
    const next = phones[last + 1]
    gaps.push({ from, to: next?.name === 'pau' ? next.to : from })
  }
  return gaps
}

/** Letters share the time of a part evenly. */
function wordsOf(text: string, from: number, ms: number): readonly Word[] {
  let letters = 0
  return text.split(' ').map((word) => {
    letters += word.length + 1
    return { text: word, to: from + (letters / (text.length + 1)) * ms }
  })
}

/** Nobody stops within a sample: the voice dies away over 40 ms, and comes within 10. */
function faded(pcm: Int16Array): Int16Array {
  const [rise, fall] = [rate / 100, rate / 25]
  return pcm.map((sample, index) => sample * Math.min(1, index / rise, (pcm.length - index) / fall))
}

/** Without the near silence at both ends: the label is where the voice ends. */
function trimmed(pcm: Int16Array): Int16Array {
  const loud = (sample: number) => Math.abs(sample) > 300
  return pcm.slice(pcm.findIndex(loud), pcm.findLastIndex(loud) + 1)
}

/** Mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function main(): Promise<void> {
  const options = {
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    turns: { type: 'string', default: '240' },
  } as const
  const { values } = parseArgs({ options })
  if (values.out === undefined) throw new Error('Say where: --out folder')
  await mkdir(values.out, { recursive: true })
  for await (const { name, pcm, labels } of makeCalls(Number(values.seed), Number(values.turns))) {
    await writeFile(join(values.out, `${name}.wav`), writeWav({ rate, channels: [pcm] }))
    await writeFile(join(values.out, `${name}.json`), `${JSON.stringify(labels, undefined, 1)}\n`)
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main()
