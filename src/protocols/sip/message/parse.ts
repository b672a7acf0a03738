/** Bytes to a message (RFC 3261 §7, §18.3): whoever gets one may rely on Via, From, To, Call-ID and CSeq being there and readable. */
import { parseCSeq } from './cseq.ts'
import { excerpt, type Fault, type Head, readHead } from './head.ts'
import { headerLines, headerName } from './headers.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { firstElement } from './list.ts'
import type { Parsed, SipMessage } from './message.ts'
import { registeredMethods } from './methods.ts'
import { parseNameAddr } from './name-addr.ts'
import { parseDigits } from './scan.ts'
import { parseVia } from './via.ts'

/** One datagram, or one WebSocket message: what is behind the body's end is left out. */
export function parseMessage(bytes: Uint8Array, limits: Limits = defaultLimits): Parsed {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = skipLineEnds(buffer)
  const end = buffer.indexOf('\r\n\r\n', start)
  const size = (end < 0 ? buffer.length : end + 2) - start
  if (start === buffer.length) return malformed(emptyHead, { status: 400, why: 'There is nothing but line ends' })
  const head = readHead(buffer.toString('utf8', start, start + Math.min(size, limits.head)), limits)
  // What was cut off in the middle looks like a fault of its own.
  if (size > limits.head) return malformed({ ...head, fault: undefined }, tooLong(limits))
  if (end < 0) return malformed(head, { status: 400, why: 'The headers do not end with an empty line' })
  const length = contentLength(head)
  const body = buffer.subarray(end + 4)
  if (typeof length === 'object') return malformed(head, length)
  if (length !== undefined && length > body.length)
    return malformed(head, { status: 400, why: `Content-Length is ${length}; ${body.length} bytes followed` })
  return finish(head, length === undefined ? body : body.subarray(0, length), limits)
}

const emptyHead: Head = { kind: 'noise', start: undefined, headers: [], fault: undefined }

export function tooLong(limits: Limits): Fault {
  return { status: 513, why: `The headers have more than ${limits.head} bytes` }
}

/** §7.5: CRLFs before a start line are no part of the message. */
function skipLineEnds(bytes: Uint8Array): number {
  let at = 0
  while (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) at += 2
  return at
}

/** Undefined: there is no such header. The largest number is one that no limit lets through. */
export function contentLength(head: Head): number | undefined | Fault {
  const values = headerLines(head, 'content-length')
  const [value] = values
  if (value === undefined) return undefined
  if (values.length > 1) return { status: 400, why: `Content-Length stands ${values.length} times` }
  const length = parseDigits(value, Number.MAX_SAFE_INTEGER / 16)
  return length ?? { status: 400, why: `Content-Length "${excerpt(value)}" is no number` }
}

/** A head and its body put together, or what is wrong with them. */
export function finish(head: Head, body: Uint8Array, limits: Limits): Parsed {
  const fault = head.fault ?? (body.length > limits.body ? tooBig(limits) : undefined) ?? mandatoryFault(head)
  if (fault || !head.start) return malformed(head, fault ?? { status: 400, why: 'There is no start line' })
  const message: SipMessage = { ...head.start, headers: head.headers, body }
  return { ok: true, message }
}

export function tooBig(limits: Limits): Fault {
  return { status: 413, why: `The body has more than ${limits.body} bytes` }
}

export function malformed({ kind, headers, fault }: Head, found: Fault): Parsed {
  const { status, why } = fault ?? found
  return { ok: false, kind, status, why, headers }
}

/** §8.1.1: what every message has exactly once (Via: at least once), and in its grammar. */
function mandatoryFault(head: Head): Fault | undefined {
  let via, from, to, callId, cseq: string | undefined
  for (const { name, value } of head.headers) {
    switch (shortName(name)) {
      case 'via':
        via ??= value
        break
      case 'from':
        if (from !== undefined) return twice(name)
        from = value
        break
      case 'to':
        if (to !== undefined) return twice(name)
        to = value
        break
      case 'call-id':
        if (callId !== undefined) return twice(name)
        callId = value
        break
      case 'cseq':
        if (cseq !== undefined) return twice(name)
        cseq = value
        break
      default:
    }
  }
  if (via === undefined) return missing('Via')
  if (from === undefined) return missing('From')
  if (to === undefined) return missing('To')
  if (!callId) return missing('Call-ID')
  if (cseq === undefined) return missing('CSeq')
  if (!parseVia(firstElement(via))) return unreadable('Via', via)
  if (!parseNameAddr(from)) return unreadable('From', from)
  if (!parseNameAddr(to)) return unreadable('To', to)
  return cseqFault(head, cseq)
}

/** None of those that every message has is longer than Call-ID. */
function shortName(name: string): string {
  return name.length > 7 ? '' : headerName(name)
}

function twice(name: string): Fault {
  return { status: 400, why: `${name} stands more than once` }
}

function missing(name: string): Fault {
  return { status: 400, why: `${name} is missing` }
}

function unreadable(name: string, value: string): Fault {
  return { status: 400, why: `${name} "${excerpt(value)}" cannot be read` }
}

/** §8.1.1.5: the method must be the request's. Where nobody knows that, the method is what is wrong (RFC 4475 §3.1.2.18). */
function cseqFault({ start }: Head, value: string): Fault | undefined {
  const cseq = parseCSeq(value)
  if (!cseq) return unreadable('CSeq', value)
  if (start?.type !== 'request' || cseq.method === start.method) return undefined
  const status = registeredMethods.has(start.method) ? 400 : 501
  return { status, why: `CSeq says ${excerpt(cseq.method)}, the request line ${excerpt(start.method)}` }
}
