/** What the words of a turn tell about it: whether they are only a sign of listening, and whether more must follow. */

/** What people say while they listen. Whole texts made of these want no turn. */
const assents = new Set(
  (
    'mm mhm mmhm mm-hm mm-hmm hm hmm mmm uh-huh uhuh uh huh aha ah oh okay ok k yeah yep yup yes right sure true exactly i see got it great good nice wow ' +
    'ja genau aha sí si claro vale oui ouais voilà d’accord ' +
    'haan accha theek hai'
  ).split(' '),
)

/** A phrase that ends in one of these goes on. */
const joints = new Set(
  (
    'and or but so because since if when while that which who whose than then as like ' +
    'the a an my your his her our their this these some any every no ' +
    'to of for from with without at in on by into about between until under over near via ' +
    'is are was were am be been do does did have has had can could will would shall should may might must ' +
    'i we he she they it’s it’d i’m i’d i’ll let me please maybe also plus ' +
    'um uh er erm eh well actually basically ' +
    'und oder aber weil dass der die das ein eine für mit y o pero porque que el la los un una para con de et ou mais le les une pour avec'
  ).split(' '),
)

const numbers = new Set(
  'zero oh one two three four five six seven eight nine ten eleven twelve double triple hundred'.split(' '),
)

/** From so many figures on, and up to the length of a telephone number, a number that is dictated may go on. */
const dictated = { least: 3, most: 10 }

/** True when these words are only a sign of listening. `more`: further such words or phrases. */
export function isAssent(text: string, more: readonly string[] = []): boolean {
  const said = wordsOf(text)
  if (said.length === 0) return false
  const phrase = said.join(' ')
  if (more.some((other) => wordsOf(other).join(' ') === phrase)) return true
  const own = new Set(more.flatMap((other) => wordsOf(other)))
  return said.length <= longestAssent && said.every((word) => assents.has(word) || own.has(word))
}

/** "Yes, yes, okay, I see": more words than these want to be heard. */
const longestAssent = 5

export type Ending = 'finished' | 'unfinished' | 'unknown'

/** Whether a turn with these words so far is over, as far as words can tell. */
export function endingOf(text: string): Ending {
  const said = wordsOf(text)
  const last = said.at(-1)
  if (last === undefined) return 'unknown'
  if (/(?:[,;:–—-]|\.\.\.|…)\s*$/.test(text)) return 'unfinished'
  if (/[?？]["'”’)]*\s*$/.test(text)) return 'finished'
  // Recognisers put full stops behind anything that is followed by a pause.
  if (joints.has(last) && said.length > 1) return 'unfinished'
  if (hesitations.has(last) || isDictation(said)) return 'unfinished'
  if (/[.!。！]["'”’)]*\s*$/.test(text)) return 'finished'
  return isAssent(text) || answers.has(said.join(' ')) ? 'finished' : 'unknown'
}

const hesitations = new Set(['um', 'uh', 'er', 'erm', 'eh', 'and', 'but', 'so', 'the', 'well'])
const answers = new Set(['no', 'no thanks', 'no thank you', 'thanks', 'thank you', 'bye', 'goodbye', 'hello', 'please'])

/** The figures at the end of what was said are those of a number that may go on. */
function isDictation(said: readonly string[]): boolean {
  let figures = 0
  for (const word of said.toReversed()) {
    const digits = /^\+?\d+$/.test(word) ? word.replace('+', '').length : numbers.has(word) ? 1 : 0
    if (digits === 0) break
    figures += digits
  }
  return figures >= dictated.least && figures < dictated.most
}

function wordsOf(text: string): readonly string[] {
  const plain = text.toLowerCase().replaceAll("'", '’')
  return plain.match(/[\p{L}\p{N}+][\p{L}\p{N}’+-]*/gu)?.map((word) => word.replace(/[-’]+$/, '')) ?? []
}
