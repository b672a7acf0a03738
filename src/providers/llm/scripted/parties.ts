/** How many people: "a table for six", "party of four", "me and three friends", "six adults and two children". */
import { numberAt, numberHeardAt } from './numbers.ts'
import type { Read } from './numbers.ts'
import { firstOf } from './words.ts'
import type { Found, Word } from './words.ts'

/** `asked`: the size was just asked for, so a bare number is the answer. Read after the time was taken out. */
export function findParty(words: readonly Word[], asked: boolean): Found<number> | undefined {
  const forms: readonly Form[] = [
    alone,
    companyAt,
    sumAt,
    countAt,
    tableAt,
    forAt,
    ...(asked ? [bareAt, misheardAt] : []),
  ]
  return forms.map((form) => firstOf(words, form)).find((party) => party !== undefined)
}

type Form = (words: readonly Word[], at: number) => Read | undefined

/** A size a table can have. */
function size(read: Read | undefined): Read | undefined {
  return read && read.value >= 1 && read.value <= 99 ? read : undefined
}

/** The words from `at` are these; alternatives stand in a regular expression. */
function said(words: readonly Word[], at: number, ...pattern: readonly RegExp[]): boolean {
  return pattern.every((part, index) => part.test(words[at + index]?.text ?? ''))
}

const alone: Form = (words, at) => {
  if (said(words, at, /^(just|only)$/, /^(me|myself)$/))
    return beside(words, at + 2) ? undefined : { value: 1, length: 2 }
  if (said(words, at, /^by$/, /^myself$/)) return { value: 1, length: 2 }
  return said(words, at, /^on$/, /^my$/, /^own$/) ? { value: 1, length: 3 } : undefined
}

const beside = (words: readonly Word[], at: number) => said(words, at, /^(and|plus|with)$/)

const self = /^(me|myself|i)$/
const relative =
  /^(wife|husband|partner|girlfriend|boyfriend|friend|mother|father|mum|mom|dad|son|daughter|brother|sister|boss|colleague)$/

/** "me and three friends", "my wife and I", "both of us". */
const companyAt: Form = (words, at) => {
  if (said(words, at, /^both$/, /^of$/, /^us$/)) return { value: 2, length: 3 }
  if (said(words, at, /^(a|the)$/, /^couple$/) && (!words[at + 2] || said(words, at + 2, /^of$/, /^(us|people)$/)))
    return { value: 2, length: 2 }
  if (said(words, at, self, /^(and|plus)$/)) {
    const others = size(numberAt(words, at + 2))
    if (others) return { value: others.value + 1, length: 2 + others.length }
    return said(words, at + 2, /^(my|a)$/, relative) ? { value: 2, length: 4 } : undefined
  }
  return said(words, at, /^my$/, relative, /^and$/, self) ? { value: 2, length: 4 } : undefined
}

const grown = /^(adults?|grown|people)$/
const young = /^(children|child|kids?|toddlers?|babies|baby|infants?)$/

/** "six adults and two children", "two adults, one child". */
const sumAt: Form = (words, at) => {
  const first = size(numberHeardAt(words, at))
  if (!first || !said(words, at + first.length, grown)) return undefined
  let next = at + first.length + 1
  if (said(words, next, /^(and|plus|with)$/)) next++
  const second = size(words[next]?.text === 'a' ? { value: 1, length: 1 } : numberHeardAt(words, next))
  if (!second || !said(words, next + second.length, young)) return undefined
  return { value: first.value + second.value, length: next + second.length + 1 - at }
}

const counted = /^(people|peoples|persons?|guests?|adults?|pax|heads?|diners?|covers?|seats?|places?)$/

/** "six people", "the four of us", "there are five in our party". */
const countAt: Form = (words, at) => {
  const count = size(numberHeardAt(words, at))
  if (!count) return undefined
  const next = at + count.length
  // "For two people" begins with a word that sounds like four: the number next to it counts.
  if (said(words, next, counted)) return { ...count, length: count.length + 1 }
  if (said(words, next, /^of$/, /^(us|them)$/)) return { ...count, length: count.length + 2 }
  return said(words, next, /^in$/, /^(our|the|my)$/, /^(party|group)$/)
    ? { ...count, length: count.length + 3 }
    : undefined
}

/** "table for six", "party of four", also as "table four six", "table 4 6", "table 46". */
const tableAt: Form = (words, at) => {
  if (!said(words, at, /^(tables?|party|group|booking|reservation|seats?|dinner|lunch)$/)) return undefined
  const fused = /^4([1-9])$/.exec(words[at + 1]?.text ?? '')
  if (fused) return { value: Number(fused[1]), length: 2 }
  const joint = said(words, at + 1, /^(for|four|fore|4|of|off|with)$/) ? 1 : 0
  const count = size(joint ? numberHeardAt(words, at + 2) : undefined)
  if (count) return { value: count.value, length: 2 + count.length }
  const plain = size(numberAt(words, at + 1))
  return plain && { value: plain.value, length: 1 + plain.length }
}

const forAt: Form = (words, at) => {
  const count = said(words, at, /^(for|fore)$/) ? size(numberHeardAt(words, at + 1)) : undefined
  // "For to-" and "for for" at the end only; in the middle they are prepositions.
  const sure = count && (numberAt(words, at + 1) !== undefined || words[at + 2] === undefined || words[at + 1]!.stop)
  return sure ? { value: count.value, length: 1 + count.length } : undefined
}

/** "For six" is often heard as "four six": two numbers that are none together are one and its "for". */
const bareAt: Form = (words, at) => {
  const count = size(numberAt(words, at))
  const misheard =
    count && /^(four|forty)$/.test(words[at]!.text) ? size(numberAt(words, at + count.length)) : undefined
  return misheard ? { value: misheard.value, length: 1 + misheard.length } : count
}

/** The whole answer is one word that sounds like a number: "For." */
const misheardAt: Form = (words, at) => (words.length === 1 ? size(numberHeardAt(words, at)) : undefined)
