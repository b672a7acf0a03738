/** The session description in a message: alone, or as a part of multipart/mixed (RFC 5621 §8). */
import type { SipMessage } from '../message/message.ts'
import { header } from '../message/headers.ts'

/** Undefined: there is none that can be read. */
export function sdpOf(message: SipMessage): string | undefined {
  if (message.body.length === 0) return undefined
  const type = header(message, 'content-type') ?? ''
  if (/^\s*application\/sdp\b/i.test(type)) return text(message.body)
  const boundary = /^\s*multipart\/(?:mixed|alternative)\b.*;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(
    type,
  )
  return boundary ? part(text(message.body), boundary[1] ?? boundary[2] ?? '') : undefined
}

/** Parts are looked at, not walked into: a description lies at the top wherever carriers send several. */
function part(body: string, boundary: string): string | undefined {
  for (const piece of body.split(`--${boundary}`).slice(1, 9)) {
    const split = piece.indexOf('\r\n\r\n')
    if (split < 0 || !/^content-type\s*:\s*application\/sdp\b/im.test(piece.slice(0, split))) continue
    return piece.slice(split + 4).replace(/\r\n$/, '\r\n')
  }
  return undefined
}

const text = (body: Uint8Array): string => Buffer.from(body).toString()

export const mediaType = (message: SipMessage): string =>
  (header(message, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
