/** What is done around the model: silence never reaches it, long sound is cut where it is quiet, invented loops are dropped. */
import type { Moonshine, Transcript } from './moonshine.ts'

/** Hz the model hears. */
export const rate = 16_000

/** Shorter sound holds no word. */
const shortest = rate / 10
/** The model was trained on pieces up to about this length. */
const longest = 20 * rate

export interface Utterance {
  /** At 16 kHz. */
  readonly pcm: Int16Array<ArrayBuffer>
  /** dBFS: sound whose loudest tenth of a second stays below this is silence. */
  readonly silence: number
}

/** The text of an utterance; '' when nobody spoke. */
export async function understand(model: Moonshine, { pcm, silence }: Utterance): Promise<string> {
  const texts: string[] = []
  for (const piece of pieces(pcm)) {
    if (piece.length < shortest || loudness(piece) < silence) continue
    texts.push(believable(await model.transcribe(Float32Array.from(trimmed(piece), (sample) => sample / 32768))))
  }
  return texts.filter((text) => text !== '').join(' ')
}

/** Cuts of at most twenty seconds, each made at the quietest fifth of a second of the latter half. */
export function pieces(pcm: Int16Array): Int16Array[] {
  const found: Int16Array[] = []
  let rest = pcm
  while (rest.length > longest) {
    const at = quietest(rest, longest / 2, longest)
    found.push(rest.subarray(0, at))
    rest = rest.subarray(at)
  }
  return [...found, rest]
}

/** The middle of the quietest window between two samples. */
function quietest(pcm: Int16Array, from: number, to: number): number {
  const window = rate / 5
  let best = to
  let least = Infinity
  for (let start = from; start + window <= to; start += 2 * step) {
    const power = powerOf(pcm, start, start + window)
    if (power < least) {
      least = power
      best = start + window / 2
    }
  }
  return best
}

/** dBFS of the loudest tenth of a second. */
export function loudness(pcm: Int16Array): number {
  const window = rate / 10
  let most = 0
  for (let start = 0; start < pcm.length; start += window)
    most = Math.max(most, powerOf(pcm, start, Math.min(start + window, pcm.length)))
  return 10 * Math.log10(most / 32768 ** 2 + 1e-12)
}

function powerOf(pcm: Int16Array, from: number, to: number): number {
  let sum = 0
  for (let index = from; index < to; index++) sum += pcm[index]! ** 2
  return sum / (to - from)
}

/** 10 ms: the steps in which speech is told from the line. */
const step = rate / 100
/**
 * Silence in front of a short word makes the model deaf to it. Twenty phrases in two voices over µ-law, clean and with noise:
 * word errors 39 % as they came with 250 ms of line around them, 35 % with 80 ms left before the speech and 100 ms after.
 */
const lead = 8
const tail = 10

/** The part in which somebody speaks. All of it when speech and line cannot be told apart. */
export function trimmed(pcm: Int16Array): Int16Array {
  const levels = Array.from({ length: Math.ceil(pcm.length / step) }, (_, index) =>
    Math.sqrt(powerOf(pcm, index * step, Math.min((index + 1) * step, pcm.length))),
  )
  const loudest = Math.max(...levels)
  const line = levels.toSorted((left, right) => left - right)[Math.floor(levels.length / 10)] ?? 0
  // Twice the line's own noise, but never so high that a soft first consonant is lost.
  const speech = Math.max(loudest * 0.03, Math.min(line * 2, loudest * 0.15))
  const first = levels.findIndex((level) => level > speech)
  const last = levels.findLastIndex((level) => level > speech)
  return first < 0 ? pcm : pcm.subarray(Math.max(0, first - lead) * step, (last + 1 + tail) * step)
}

/** A text the model did not end by itself may run in a circle: then the circle is left out after its first round. */
export function believable({ text, ended }: Transcript): string {
  if (ended) return text
  const words = text.split(' ')
  for (let start = 0; start < words.length; start++)
    for (let length = 1; length <= 8; length++)
      if (circles(words, start, length)) return words.slice(0, start + length).join(' ')
  return text
}

/** From `start` to the end nothing but the same `length` words, three times or more (the last may be cut short). */
function circles(words: readonly string[], start: number, length: number): boolean {
  if (words.length - start < 3 * length) return false
  for (let index = start + length; index < words.length; index++) {
    const [word, before] = [words[index]!, words[index - length]!]
    const same = index === words.length - 1 ? before.startsWith(word) : before === word
    if (!same) return false
  }
  return true
}
