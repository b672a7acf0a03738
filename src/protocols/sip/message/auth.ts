/** Challenges and credentials (RFC 3261 §25.1, RFC 7235 §2.1): schemes with comma lists of parameters, several to a header. */
import { param, type Param, type Params } from './params.ts'
import { isSpace, quotedEnd, skipSpace, tokenEnd, unquote } from './scan.ts'

export interface Scheme {
  /** In lower case: `digest`. */
  readonly scheme: string
  readonly params: Params
}

/** Every challenge of a WWW-Authenticate or Proxy-Authenticate line, or the credentials of an answer. Undefined: not readable. */
export function parseSchemes(value: string): readonly Scheme[] | undefined {
  const schemes: { scheme: string; params: Param[] }[] = []
  let at = separators(value, 0)
  while (at < value.length) {
    const end = tokenEnd(value, at)
    if (end === at) return undefined
    const word = value.slice(at, end)
    const sign = skipSpace(value, end)
    if (value.charCodeAt(sign) === 0x3d) {
      const read = parseValue(value, sign + 1)
      const current = schemes.at(-1)
      // A name twice would be read differently by two readers.
      if (!read || !current || param(current.params, word) !== undefined) return undefined
      current.params.push({ name: word.toLowerCase(), value: read.value })
      at = read.end
      if (at < value.length && value.charCodeAt(at) !== 0x2c) return undefined
    } else {
      // A scheme is followed by white space; alone it is one as well.
      if (sign === end && sign < value.length && value.charCodeAt(sign) !== 0x2c) return undefined
      schemes.push({ scheme: word.toLowerCase(), params: [] })
      at = sign
    }
    at = separators(value, at)
  }
  return schemes
}

/** Quoted, or anything without commas, quotes and white space: unquoted base64 is met. */
function parseValue(text: string, start: number): { value: string; end: number } | undefined {
  const begin = skipSpace(text, start)
  if (text.charCodeAt(begin) === 0x22) {
    const end = quotedEnd(text, begin)
    return end < 0 ? undefined : { value: unquote(text.slice(begin, end)), end: skipSpace(text, end) }
  }
  let end = begin
  while (end < text.length && !/[\s,"]/.test(text[end] ?? '')) end++
  return { value: text.slice(begin, end), end: skipSpace(text, end) }
}

function separators(text: string, start: number): number {
  let at = start
  while (text.charCodeAt(at) === 0x2c || isSpace(text.charCodeAt(at))) at++
  return at
}
