/** A recognised utterance as words: lower case for comparing, as written for names, with the places where it pauses. */

export interface Word {
  /** Lower case, without apostrophes and accents: what parsers compare. */
  readonly text: string
  /** As recognised, without the punctuation around it. */
  readonly raw: string
  /** A comma, full stop or the like follows. */
  readonly stop: boolean
}

/** Hyphens part words, `p.m.` is one, `7.30` is `7:30`, `6pm` is two. */
export function wordsOf(utterance: string): Word[] {
  const written = utterance
    .normalize('NFC')
    .replaceAll(/[’ʼ`]/g, "'")
    .replaceAll(/\b([ap])\. ?m\b\.?/gi, '$1m')
    .replaceAll(/(\d)([ap]m)\b/gi, '$1 $2')
    .replaceAll(/\b(\d{1,2})\.(\d\d)\b/g, '$1:$2')
    .replaceAll(/(\p{L})[-–](?=\p{L})/gu, '$1 ')
  return written.split(/\s+/).flatMap((piece) => wordOf(piece))
}

function wordOf(piece: string): Word[] {
  const raw = piece.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
  if (raw === '') return []
  const text = raw
    .normalize('NFD')
    .replaceAll(/[\p{M}']/gu, '')
    .toLowerCase()
  return [{ text, raw, stop: /[.,;!?]['"]?$/.test(piece) }]
}

/** Words as one line, for looking out for phrases. */
export function lineOf(words: readonly Word[]): string {
  return words.map((word) => word.text).join(' ')
}

/** Stands where a parser took its words out: nothing is read across it. */
export const gap: Word = { text: '|', raw: '', stop: true }

/** A value found at `from` up to, not including, `to`. */
export interface Found<T> {
  readonly value: T
  readonly from: number
  readonly to: number
}

/** The words without those of `found`. */
export function without(words: readonly Word[], found: Found<unknown> | undefined): readonly Word[] {
  return found ? [...words.slice(0, found.from), gap, ...words.slice(found.to)] : words
}

/** Tries `read` at each position; the first success is the answer. */
export function firstOf<T>(
  words: readonly Word[],
  read: (words: readonly Word[], at: number) => { readonly value: T; readonly length: number } | undefined,
): Found<T> | undefined {
  for (let from = 0; from < words.length; from++) {
    const found = read(words, from)
    if (found) return { value: found.value, from, to: from + found.length }
  }
  return undefined
}
