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
    texts.push(believable(await model.transcribe(Float32Array.from(piece, (sample) => sample / 32768))))
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
  const step = rate / 50
  let best = to
  let least = Infinity
  for (let start = from; start + window <= to; start += step) {
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
