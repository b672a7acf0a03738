/** "Not six, seven": what a caller takes back is left out before anything is read. */
import { gap } from './words.ts'
import type { Word } from './words.ts'

/** Longest thing taken back in one breath: "not at half past six, …". */
const reach = 5

/** Drops what follows "not" or "instead of" up to the next pause, or one word of value when there is none near. */
export function withoutTakenBack(words: readonly Word[]): readonly Word[] {
  const kept: Word[] = []
  for (let at = 0; at < words.length; at++) {
    const length = denial(words, at)
    if (length === 0) {
      kept.push(words[at]!)
      continue
    }
    kept.push(gap)
    at = takenBackEnd(words, at + length) - 1
  }
  return kept
}

function denial(words: readonly Word[], at: number): number {
  if (words[at]!.text === 'instead' && words[at + 1]?.text === 'of') return 2
  return words[at]!.text === 'not' ? 1 : 0
}

function takenBackEnd(words: readonly Word[], from: number): number {
  for (let at = from; at < Math.min(from + reach, words.length); at++) {
    if (words[at]!.text === 'but') return at
    if (words[at]!.stop || at === words.length - 1) return at + 1
  }
  const small = /^(for|four|at|on|under|the|a|name)$/
  let at = from
  while (small.test(words[at]?.text ?? '')) at++
  return at + 1
}
