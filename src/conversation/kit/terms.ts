/** Finds words that must not be said, in text that comes in pieces cut anywhere. Pure. */

export interface TermRule {
  readonly name: string
  /** Words and phrases: capitals, punctuation and spaces between words do not matter. */
  readonly terms: readonly string[]
  /** A regular expression (see `pattern.ts`); '' for none. */
  readonly pattern: string
}

/** No term is longer, so no more of the text before needs to be kept. */
export const longestTerm = 100
/** Letters that a pattern sees at most. */
export const seen = 240

/** Scripts that put no space between words: there a term may stand anywhere. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u
/** A word that may go on in the next piece. */
const openWord =
  /[[\p{L}\p{M}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]]*$/v

export class Terms<R extends TermRule> {
  readonly #rules: readonly { readonly rule: R; readonly terms: readonly string[]; readonly pattern?: RegExp }[]
  #text = ''

  constructor(rules: readonly R[]) {
    this.#rules = rules.map((rule) => ({
      rule,
      terms: rule.terms.map(plainTerm),
      ...(rule.pattern !== '' && { pattern: new RegExp(rule.pattern, 'iu') }),
    }))
  }

  /** The rule that the text so far breaks. A last word that may go on is looked at once it is complete. */
  read(piece: string): R | undefined {
    if (this.#rules.length === 0) return undefined
    this.#text += piece
    const complete = this.#text.replace(openWord, '')
    const found = this.#broken(complete)
    this.#text = complete.slice(-seen).replace(/^\S*(?=\s)/, cutWord(complete)) + this.#text.slice(complete.length)
    return found
  }

  /** Nothing follows: the last word is complete. */
  end(): R | undefined {
    return this.#broken(this.#text)
  }

  #broken(text: string): R | undefined {
    const plain = plainText(text)
    return this.#rules.find(
      ({ terms, pattern }) => terms.some((term) => plain.includes(term)) || pattern?.test(text.slice(-seen)),
    )?.rule
  }
}

/** Half a word at the beginning of what is kept is no word. */
function cutWord(complete: string): (word: string) => string {
  return (word) => (complete.length > seen ? '' : word)
}

/** Words with one space between and around them. */
function plainText(text: string): string {
  const bare = text.normalize('NFKC').replace(/\p{Cf}/gu, '')
  return ` ${bare
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()} `
}

function plainTerm(term: string): string {
  const plain = plainText(term)
  return unspaced.test(plain) ? plain.trim() : plain
}
