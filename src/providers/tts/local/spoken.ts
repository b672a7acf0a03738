/** Text as written → short sentences of words flite can say: numbers told apart, symbols spoken, the rest left out. */

/** Longest piece given to the synthesiser at once: some 15 s of speech, 200 ms of work. */
const longest = 220

/** Cuts text into sentences ready to be spoken; none when there is nothing to say. */
export function spoken(text: string): string[] {
  return sentences(words(text))
    .flatMap((sentence) => pieces(sentence))
    .filter((piece) => /[a-z0-9]/i.test(piece))
}

/** Plain ASCII words and stops; line ends stay, as ends of sentences. */
export function words(text: string): string {
  return rewrites
    .reduce((written, [pattern, speech]) => written.replace(pattern, speech), telephones(plain(text)))
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ +([,.;:!?])/g, '$1')
    .replaceAll(/ *\n\s*/g, '\n')
    .trim()
}

type Rewrite = readonly [pattern: RegExp, speech: string]

const rewrites: readonly Rewrite[] = [
  [/(\w)@(\w)/g, '$1 at $2'],
  [/([a-z])\.(?=[a-z]{2,})/gi, '$1 dot '],
  [/€ ?(\d+(?:[.,]\d+)?)|(\d+(?:[.,]\d+)?) ?€/g, '$1$2 euros'],
  [/£ ?(\d+(?:[.,]\d+)?)|(\d+(?:[.,]\d+)?) ?£/g, '$1$2 pounds'],
  [/\b(\d{1,2}):00(?= ?[ap]\.?m)/gi, '$1'],
  [/\b(\d{1,2}):00\b/g, "$1 o'clock"],
  [/\b(\d{1,2}):0(\d)\b/g, '$1 oh $2'],
  [/\b([ap])\.m\./gi, '$1m'],
  [/\b(\d+) ?[-–] ?(\d+)\b/g, '$1 to $2'],
  [/&/g, ' and '],
  [/°/g, ' degrees '],
  [/#(?=\d)/g, 'number '],
  [/ - |--+/g, ', '],
  // Marks of formatting and whatever flite would spell out or stumble over.
  [/[^\w\s.,;:!?'$%/-]|_/g, ' '],
]

/** Typographic and foreign letters to ASCII where there is a likeness; control characters to spaces. */
function plain(text: string): string {
  return text
    .replaceAll(/[‘’ʼ]/g, "'")
    .replaceAll(/[“”„«»]/g, ' ')
    .replaceAll(/[—―]/g, ', ')
    .replaceAll('…', '. ')
    .replaceAll('ß', 'ss')
    .replaceAll(/[øØ]/g, 'o')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\n\P{C}]/gu, ' ')
}

const digitWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** Telephone numbers and codes digit by digit, a pause where the writer left one. */
function telephones(text: string): string {
  return text.replaceAll(/\+?\(?\d[\d ().-]*\d/g, (number) => {
    const digits = number.replaceAll(/\D/g, '').length
    const plain = /^\d+$/.test(number)
    if (/^\d+\.\d+$/.test(number) || digits < (plain ? 5 : 7)) return number
    const groups = plain || digits === number.length - 1 ? grouped(number.replaceAll(/\D/g, '')) : number.match(/\d+/g)!
    const read = groups.map((group) => Array.from(group, (digit) => digitWords[Number(digit)]).join(' ')).join(', ')
    return number.startsWith('+') ? `plus ${read}` : read
  })
}

/** Threes, the last group up to four. */
function grouped(digits: string): string[] {
  return digits.length <= 4 ? [digits] : [digits.slice(0, 3), ...grouped(digits.slice(3))]
}

const abbreviation = /(?:^|\s)(?:mr|mrs|ms|dr|st|no|prof|e\.g|i\.e|vs|[a-z])\.$/i

function sentences(text: string): string[] {
  const found: string[] = []
  for (const line of text.split('\n')) {
    let open = ''
    for (const part of line.split(/(?<=[.!?]) +/)) {
      open = open ? `${open} ${part}` : part
      if (abbreviation.test(open)) continue
      found.push(open)
      open = ''
    }
    if (open) found.push(open)
  }
  return found
}

/** A sentence no longer than `longest`, cut at its last comma, else its last space, else anywhere. */
function pieces(sentence: string): string[] {
  if (sentence.length <= longest) return [sentence]
  const head = sentence.slice(0, longest)
  const comma = Math.max(head.lastIndexOf(', '), head.lastIndexOf('; '), head.lastIndexOf(': '))
  const at = comma > longest / 3 ? comma + 1 : head.lastIndexOf(' ') > 0 ? head.lastIndexOf(' ') : longest
  return [sentence.slice(0, at).trim(), ...pieces(sentence.slice(at).trim())]
}
