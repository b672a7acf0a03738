/** Cuts a stream of text into what a speaker says in one go: sentences, and an early first clause. */

/** A full stop after these ends no sentence. */
const abbreviations = new Set(
  'mr mrs ms dr prof st sr jr vs approx dept est inc ltd corp co tel ext e.g i.e u.s u.k mt gen sen rep capt lt sgt'.split(
    ' ',
  ),
)

/** Short first words sound soon; but a clause shorter than this sounds chopped off. */
const firstClause = 40
/** Text without any full stop is cut here: a speaker takes sentences, not essays. */
const longest = 240

export class SentenceCutter {
  #rest = ''
  #cuts = 0

  /** The sentences that `delta` completes, each with its trailing space: joined they are the text. */
  push(delta: string): readonly string[] {
    this.#rest += delta
    const sentences: string[] = []
    for (let at = this.#boundary(); at > 0; at = this.#boundary()) {
      this.#add(sentences, this.#rest.slice(0, at))
      this.#rest = this.#rest.slice(at)
    }
    return sentences
  }

  /** The text is over: what is left is the last sentence. */
  end(): readonly string[] {
    const sentences: string[] = []
    this.#add(sentences, this.#rest)
    this.#rest = ''
    this.#cuts = 0
    return sentences
  }

  #add(sentences: string[], raw: string): void {
    const sentence = speakable(raw)
    if (!/[\p{L}\p{N}]/u.test(sentence)) return
    this.#cuts++
    sentences.push(sentence)
  }

  /** Where the first complete sentence ends, after its white space; 0 when there is none yet. */
  #boundary(): number {
    const ends = [sentenceEnd(this.#rest), this.#cuts === 0 ? clauseEnd(this.#rest) : 0].filter((end) => end > 0)
    const first = Math.min(...ends)
    if (first <= longest) return first
    return this.#rest.length > longest ? forcedEnd(this.#rest) : 0
  }
}

/** White space and one more letter must follow: only they tell "No. 5" from "No. Five". Ideographic stops need neither. */
function sentenceEnd(text: string): number {
  for (const match of text.matchAll(/[。！？]+|\n\s*|[.!?…]+["'”’)\]]*(\s+)(?=(\S))/gu)) {
    const end = match.index + match[0].length
    const dot = match[0].startsWith('.') && match[1] !== undefined && !match[0].startsWith('..')
    if (dot && stands(text.slice(0, match.index), match[2] ?? '')) continue
    if (text.slice(0, end).trim()) return end
  }
  return 0
}

/** Does the full stop after `before` belong to its word? */
function stands(before: string, next: string): boolean {
  const word = /[\p{L}\p{N}.]*$/u.exec(before)![0].toLowerCase()
  if (abbreviations.has(word)) return true
  if (word === 'a.m' || word === 'p.m') return !/\p{Lu}/u.test(next)
  if (word === 'no' || word === 'nr') return /\d/.test(next)
  // An initial ("J. Smith"), or the number of a list ("1. Milk").
  return /^\p{L}$/u.test(word) ? word !== 'i' : /^\d+$/.test(word) && before.trim() === word
}

function clauseEnd(text: string): number {
  const match = /[,;:–—]\s+(?=\S)/u.exec(text.slice(firstClause))
  return match ? firstClause + match.index + match[0].length : 0
}

function forcedEnd(text: string): number {
  const part = text.slice(0, longest)
  const clause = Math.max(part.lastIndexOf(', '), part.lastIndexOf('; '), part.lastIndexOf(': '))
  if (clause > longest / 3) return clause + 2
  const space = part.lastIndexOf(' ')
  return space > 0 ? space + 1 : longest
}

/** Marks of writing that nobody says: emphasis, headings, bullets. */
function speakable(raw: string): string {
  return raw
    .replace(/[*`]+|_{2,}|~{2,}/g, '')
    .replace(/^\s*(?:#{1,6}|[-•])\s+/gm, '')
    .replace(/\s+/g, ' ')
    .trimStart()
}
