/** Keys in the bodies of SIP INFO requests, as gateways have done since before RFC 6086: dtmf-relay and dtmf. */

export const relayType = 'application/dtmf-relay'

/** The key; undefined for another type of body, or none. Numbers 10 and 11 are star and hash at some. */
export function readInfoDigit(contentType: string, body: string): string | undefined {
  const type = contentType.split(';')[0]?.trim().toLowerCase()
  if (type === relayType) return keyOf(/^\s*signal\s*=\s*(\S{1,2})\s*$/im.exec(body)?.[1])
  return type === 'application/dtmf' ? keyOf(body.trim()) : undefined
}

function keyOf(text: string | undefined): string | undefined {
  if (text === '10') return '*'
  if (text === '11') return '#'
  return text !== undefined && /^[0-9*#A-D]$/i.test(text) ? text.toUpperCase() : undefined
}

/** `duration`: ms. */
export function writeInfoDigit(digit: string, duration: number): string {
  return `Signal=${digit}\r\nDuration=${duration}\r\n`
}
