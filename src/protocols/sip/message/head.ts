/** The head of a message: start line and headers out of text (RFC 3261 §7.1–§7.3), with the first thing that is wrong. */
import type { Limits } from './limits.ts'
import type { SipHeader } from './message.ts'
import { between, isSpace, isToken, parseDigits, skipSpace, tokenEnd } from './scan.ts'

export interface Fault {
  /** What a request gets: 400, 414, 505 … */
  readonly status: number
  readonly why: string
}

export type StartLine =
  | { readonly type: 'request'; readonly method: string; readonly uri: string }
  | { readonly type: 'response'; readonly status: number; readonly reason: string }

export interface Head {
  readonly kind: 'request' | 'response' | 'noise'
  readonly start: StartLine | undefined
  readonly headers: readonly SipHeader[]
  /** The first one found; headers behind it are still read, so that an answer can be made of them. */
  readonly fault: Fault | undefined
}

/** `text`: whole lines with their CRLF, without the empty line. */
export function readHead(text: string, limits: Limits): Head {
  const end = lineEnd(text, 0)
  const line = end < 0 ? '' : text.slice(0, end)
  const kind = kindOf(line)
  if (kind === 'noise') return { kind, start: undefined, headers: [], fault: bad('The first line is not one of SIP') }
  const start = kind === 'request' ? readRequestLine(line, limits) : readStatusLine(line)
  const headers: SipHeader[] = []
  const wrong = readHeaders(text, end + 2, limits, headers)
  return 'status' in start && 'why' in start
    ? { kind, start: undefined, headers, fault: start }
    : { kind, start, headers, fault: wrong }
}

function kindOf(line: string): Head['kind'] {
  if (/^SIP\//i.test(line)) return 'response'
  return / SIP\/\d/i.test(line) && tokenEnd(line, 0) > 0 ? 'request' : 'noise'
}

function bad(why: string, status = 400): Fault {
  return { status, why }
}

/** Request-Line = Method SP Request-URI SP SIP-Version: single spaces, nothing before or behind. */
function readRequestLine(line: string, limits: Limits): StartLine | Fault {
  const first = line.indexOf(' ')
  const last = line.lastIndexOf(' ')
  const method = line.slice(0, first)
  const uri = line.slice(first + 1, last)
  const version = line.slice(last + 1)
  if (!isToken(method)) return bad(`The method "${excerpt(method)}" is no token`)
  if (!/^SIP\/\d+\.\d+$/i.test(version)) return bad('The request line does not end with the version')
  if (version.slice(4) !== '2.0') return bad(`The version is ${excerpt(version)}, not SIP/2.0`, 505)
  if (uri.length > limits.uri) return bad(`The Request-URI has ${uri.length} characters, more than ${limits.uri}`, 414)
  if (!/^[a-z][a-z0-9+.-]*:[^\s<>"]+$/i.test(uri)) return bad(`The Request-URI "${excerpt(uri)}" is none`)
  return { type: 'request', method, uri }
}

/** Status-Line = SIP-Version SP Status-Code SP Reason-Phrase; some leave out the space before an empty phrase. */
function readStatusLine(line: string): StartLine | Fault {
  const parts = /^SIP\/2\.0 (\d+)(?: (.*))?$/is.exec(line)
  const status = parts?.[1]?.length === 3 ? parseDigits(parts[1], 699) : undefined
  if (!parts || status === undefined || status < 100) return bad(`"${excerpt(line)}" is no status line`)
  return { type: 'response', status, reason: parts[2] ?? '' }
}

/** Fills `headers` with what can be read. */
function readHeaders(text: string, start: number, limits: Limits, headers: SipHeader[]): Fault | undefined {
  let fault: Fault | undefined
  let lines = 0
  for (let at = start; at < text.length; lines++) {
    const end = lineEnd(text, at)
    if (end < 0) return fault ?? bareEnd
    if (lines === limits.headers) return fault ?? bad(`There are more than ${limits.headers} headers`)
    const nameEnd = tokenEnd(text, at)
    const colon = skipSpace(text, nameEnd)
    if (nameEnd === at || text.charCodeAt(colon) !== 0x3a) {
      fault ??= bad(`"${excerpt(text.slice(at, end))}" is no header`)
      at = end + 2
      continue
    }
    const name = text.slice(at, nameEnd)
    let value = between(text, colon + 1, end)
    at = end + 2
    // §7.3.1: a line that begins with white space goes on with the one before; all that white space is one space.
    while (isSpace(text.charCodeAt(at)) && value.length <= limits.header) {
      const next = lineEnd(text, at)
      if (next < 0) return fault ?? bareEnd
      const more = between(text, at, next)
      value = value === '' || more === '' ? value + more : `${value} ${more}`
      at = next + 2
    }
    if (name.length + value.length > limits.header)
      return fault ?? bad(`${excerpt(name)} has more than ${limits.header} characters`)
    headers.push({ name, value })
  }
  return fault
}

const bareEnd = bad('A line ends with CR or LF alone')

/** Where the CRLF of this line is; -1: it has none, or a CR or LF alone, which splits it for somebody else. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at) - 1
  return end >= at && text.indexOf('\r', at) === end ? end : -1
}

/** Enough of a stranger's text to know it again: nothing that breaks a line, and no password of a URI. */
export function excerpt(text: string): string {
  const start = text.length > 200 ? text.slice(0, 200) : text
  // Of one that was cut here the end is not in sight.
  const secret = text.length > 200 ? /(\bsips?:[^\s@:]*:)[^\s@]*(@|$)/gi : /(\bsips?:[^\s@:]*:)[^\s@]*(@)/gi
  const told = start.replaceAll(secret, '$1[redacted]$2')
  const short = told.length > 60 ? `${told.slice(0, 60)}…` : told
  return short.replaceAll(/[^\x20-\x7e\u00a0-\uffff]/g, '?')
}
