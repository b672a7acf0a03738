/** The headers that every message has, read (RFC 3261 §8.1.1). `parseMessage` vouches for them; a message made without one is a mistake of ours. */
import { type CSeq, parseCSeq } from './cseq.ts'
import { header, type Headed, headerValues } from './headers.ts'
import { firstElement } from './list.ts'
import { type NameAddr, parseNameAddr } from './name-addr.ts'
import { parseVia, type Via } from './via.ts'

export function topVia(message: Headed): Via {
  return sure('Via', parseVia(firstElement(header(message, 'via') ?? '')))
}

export function fromOf(message: Headed): NameAddr {
  return sure('From', parseNameAddr(header(message, 'from') ?? ''))
}

export function toOf(message: Headed): NameAddr {
  return sure('To', parseNameAddr(header(message, 'to') ?? ''))
}

export function callIdOf(message: Headed): string {
  return sure('Call-ID', header(message, 'call-id'))
}

export function cseqOf(message: Headed): CSeq {
  return sure('CSeq', parseCSeq(header(message, 'cseq') ?? ''))
}

function sure<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`A SIP message without a readable ${name} was made`)
  return value
}

/** Every address of a list header (Contact, Route, Record-Route, P-Asserted-Identity …); undefined where one cannot be read. */
export function addressesOf(message: Headed, name: string): readonly NameAddr[] | undefined {
  const addresses = headerValues(message, name).map(parseNameAddr)
  return addresses.every((one) => one !== undefined) ? addresses : undefined
}
