/** Comma lists (RFC 3261 §7.3.1): split where neither quotes nor angle brackets hold. */
import { quotedEnd, trimSpace } from './scan.ts'

/** The elements without the white space around them; an empty one between two commas stays, as ''. */
export function splitList(value: string): readonly string[] {
  if (!value.includes(',')) return value === '' ? [] : [value]
  const elements: string[] = []
  for (let at = 0; at <= value.length;) {
    const end = elementEnd(value, at)
    elements.push(trimSpace(value.slice(at, end)))
    at = end + 1
  }
  return elements
}

export function firstElement(value: string): string {
  return value.includes(',') ? trimSpace(value.slice(0, elementEnd(value, 0))) : value
}

function elementEnd(value: string, start: number): number {
  let bracketed = false
  for (let at = start; at < value.length; at++) {
    switch (value.charCodeAt(at)) {
      case 0x22: // "
        if (bracketed) break
        at = quotedEnd(value, at) - 1
        // Never closed: the rest belongs to it, and whoever reads the element finds out.
        if (at < 0) return value.length
        break
      case 0x3c: // <
        bracketed = true
        break
      case 0x3e: // >
        bracketed = false
        break
      case 0x2c: // ,
        if (!bracketed) return at
        break
      default:
    }
  }
  return value.length
}
