/** What a caller wants besides filling slots, told by phrases that survive a telephone and a recogniser. */

/** In order: an earlier one wins where several are said. */
const phrases = {
  wait: /\b((one|a) (moment|second|minute|sec)|hold on|hang on|wait|let me (see|think|check))\b/,
  cancel: /\b(cancel|forget (it|about it|that)|never ?mind|start (over|again)|scrap that)\b/,
  repeat:
    /\b(repeat|(say|tell me) (that|it|this) (again|once more)|say again|pardon|come again|once (more|again)|what did you (say|ask)|(did ?nt|did not|could ?nt) (quite )?(catch|hear|get|understand)|sorry what)\b/,
  transfer:
    /\b((speak|talk|chat) (to|too|two|with)|(transfer|forward|connect|pass) (me|my call|this call)|(put|patch) me (through|on|to)|get me (a|the|someone|somebody)|human|real person|a person|operator|representative|agent|manager|member of staff)\b/,
  hours:
    /\b(opening (hours?|ours|times?)|open(ing)? ?hours?|your (hours|ours)|business hours|(when|what time|how late|how long|until when|what days) (do|are|is|does|will) (you|the|it|they|your)|are you (still )?(open|closed)|(you|we) (open|close)\b|open (on|till|until|to(day|morrow)|at|sundays?|mondays?)|closing time)/,
  address:
    /\b(address|where (are|is) (you|your|it|the)|(are|is) (you|it|the restaurant) located|your location|located|directions|how (do|can) (i|we) (get (to|there)|find|reach)|find you|what street|which street)\b/,
  help: /\b(what can you do|what are my options|options|help|who (is this|are you|am i))\b/,
  bye: /\b(good ?b(ye|y|uy)|bye|buy buy|by by|good night|hang up|see you( then| soon| later)?$|have a (good|nice|great|lovely) (day|evening|one|night))\b/,
  done: /\b(thats (all|it|everything)|that is (all|it|everything)|(that will|thatll|that would) be (all|it)|nothing (else|more)|no (thanks|thank you)|im (done|good|fine|all set)|all set)\b/,
  thanks: /\b(thanks|thank you|thank|cheers)\b/,
  book: /\b(book|booking|bookings|reserve|reservation|reservations|table|tables|dinner reservation)\b/,
} as const satisfies Record<string, RegExp>

export type Intent = keyof typeof phrases

/** Every intent in the line, in the order of the table. */
export function intentsIn(line: string): ReadonlySet<Intent> {
  const found = new Set<Intent>()
  for (const [intent, pattern] of Object.entries(phrases) as [Intent, RegExp][])
    if (pattern.test(line)) found.add(intent)
  return found
}

/** Agreement or refusal, when a question was asked; undefined when neither or both. */
export function answerIn(line: string): 'yes' | 'no' | undefined {
  const no =
    /^(no|know|nope|nah|na|not|wrong|incorrect|negative)\b|\b(no|nope|wrong|incorrect|thats not|is not right|isnt right|not (right|correct|quite))\b/.test(
      line,
    )
  const yes =
    /\b(yes|yeah|yea|yep|yup|ya|yas|correct|right|exactly|sure|absolutely|perfect|indeed|okay|ok|fine|please do|sounds good|great|lovely|of course|definitely|go ahead|confirm|confirmed)\b/.test(
      line,
    )
  if (no) return 'no'
  return yes ? 'yes' : undefined
}

/** "Press 1 for sales", "for sales press 1": another machine's menu, each key with what it is for. */
export function menuIn(line: string): readonly { readonly key: string; readonly purpose: string }[] {
  const [before = '', ...rest] = line.split(/\b(?:press|dial|push) (?=\S)/)
  const keys = rest.map((part) => /^(\S+) ?(.*)$/.exec(part)!) // the split saw a word there
  const purposes = /\b(for|to)\b/.test(before) ? [before, ...keys.map((key) => key[2]!)] : keys.map((key) => key[2]!)
  return keys
    .map((key, index) => ({ key: keyOf(key[1]!), purpose: purposes[index]!.trim() }))
    .filter(({ key }) => /^[0-9*#]$/.test(key))
}

const keyNames: Readonly<Record<string, string>> = {
  zero: '0',
  one: '1',
  two: '2',
  to: '2',
  too: '2',
  three: '3',
  four: '4',
  for: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  ate: '8',
  nine: '9',
  star: '*',
  pound: '#',
  hash: '#',
}

const keyOf = (word: string) => keyNames[word] ?? word

/** Keys the caller pressed, as the conversation writes them: `[DTMF: 5]`. */
export function keysIn(text: string): string | undefined {
  return /^\s*\[DTMF: ?([0-9*#A-D]+)\]\s*$/i.exec(text)?.[1]
}
