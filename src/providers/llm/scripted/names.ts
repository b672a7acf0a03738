/** The name of a booking, as recognised: "under the name Miller", "my name is Anna Smith", "M I L L E R". */
import { weekdays } from './days.ts'
import { numberAt } from './numbers.ts'
import type { Word } from './words.ts'

/** `asked`: the name was just asked for, so whatever is left is the answer. Read after the other slots were taken out. */
export function findName(words: readonly Word[], asked: boolean): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const start = cueEnd(words, at)
    const name = start === undefined ? undefined : nameFrom(words, start)
    if (name) return name
  }
  if (!asked) return undefined
  const start = words.findIndex((word) => !filler.has(word.text) && word.text !== '|')
  return start < 0 ? undefined : nameFrom(words, start)
}

/** Cues, longest first; each word is an alternation. A name follows. */
const cues: readonly (readonly RegExp[])[] = [
  [/^under$/, /^(the|a|that|my)$/, /^(last|first|family|full)?name$/, /^(of|is|s)$/],
  [/^(last|first|family|full|sur|booking)?(name|surname)s?$/, /^(is|was|of|will|would)$/, /^(be|is)$/],
  [/^(last|first|family|full)?(name|surname)$/, /^(is|was|of)$/],
  [/^under$/, /^(the|a|that|my)$/, /^(name|names)$/],
  [/^(name|names|surname)$/],
  [/^(this|that)$/, /^is$/, /^(mr|mister|mrs|ms|miss|doctor|dr)$/],
  [/^(mr|mister|mrs|ms|miss|doctor|dr)$/],
  [/^call$/, /^me$/],
  [/^this$/, /^is$/],
  [/^i$/, /^am$/],
  [/^im$/],
  [/^under$/],
]

function cueEnd(words: readonly Word[], at: number): number | undefined {
  const cue = cues.find((parts) => parts.every((part, index) => part.test(words[at + index]?.text ?? '')))
  if (!cue) return undefined
  const end = at + cue.length
  return /^(mr|mister|mrs|ms|miss|doctor|dr|its|is)$/.test(words[end]?.text ?? '') ? end + 1 : end
}

const filler = new Set(
  (
    'a ah actually and be can change could er erm for hello hi hm i id im is it its just know like make my name names no ' +
    'now of oh ok okay on please put right say so sorry sure surname take that thats the then think to uh um under us use we ' +
    'well will would write yeah yes you'
  ).split(' '),
)

/** Where a name ends: prepositions, verbs of the sentence going on, days, manners. */
const ender = new Set(
  (
    'a about afternoon again all also am an and are around as at booking but by calling can could day do evening for from ' +
    'going good happy have hear hello help here hi hoping how if in instead interested is it its just like looking lunch make ' +
    'morning my need night not number of on or ordering people phoning phone please put ready ringing so sorry speaking spelled spelling spelt still ' +
    'sure table thank thanks that thats the then there this time to today tomorrow tonight trying using wanting want we what ' +
    'when where will with wondering would you your'
  ).split(' '),
)

/** Up to three words, or letters spelled one by one; letters after the name correct it. */
function nameFrom(words: readonly Word[], start: number): string | undefined {
  const spelledOut = spelled(words, start)
  if (spelledOut) return titled(spelledOut.name)
  const name: string[] = []
  let at = start
  for (; at < words.length && name.length < 3; at++) {
    const word = words[at]!
    if (!belongs(words, at)) break
    name.push(titled(word.raw))
    if (word.stop) {
      at++
      break
    }
  }
  if (name.length === 0) return undefined
  const letters = spelled(words, at + spellingCue(words, at))
  return letters ? [...name.slice(0, -1), titled(letters.name)].join(' ') : name.join(' ')
}

function belongs(words: readonly Word[], at: number): boolean {
  const { text } = words[at]!
  const isDay = weekdays.some((day) => day === text)
  return /^\p{L}/u.test(text) && !ender.has(text) && !isDay && !numberAt(words, at) && !spelled(words, at)
}

/** Words between a name and its spelling: "spelled", "that is". */
function spellingCue(words: readonly Word[], at: number): number {
  const cue = [/^(spelled|spelt|spelling|thats)$/, /^(is|as)$/]
  if (words[at]?.text === 'that' && words[at + 1]?.text === 'is') return 2
  if (!cue[0]!.test(words[at]?.text ?? '')) return 0
  return cue[1]!.test(words[at + 1]?.text ?? '') ? 2 : 1
}

/** Three single letters or more, "double l" counting twice. */
function spelled(words: readonly Word[], start: number): { readonly name: string } | undefined {
  let name = ''
  for (let at = start; at < words.length; at++) {
    const text = words[at]!.text
    const next = words[at + 1]?.text ?? ''
    if (text === 'double' && /^\p{L}$/u.test(next)) {
      name += next + next
      at++
    } else if (/^\p{L}$/u.test(text)) name += text
    else break
  }
  return name.length >= 3 ? { name } : undefined
}

/** "miller" → "Miller", "o'brien" → "O'Brien", "McKay" stays. */
function titled(word: string): string {
  const lower = /\p{Ll}/u.test(word.slice(1)) ? word : word.toLowerCase()
  return lower
    .replace(/^\p{L}/u, (letter) => letter.toUpperCase())
    .replaceAll(/'(\p{L})(?=\p{L}{2})/gu, (_, letter: string) => `'${letter.toUpperCase()}`)
}
