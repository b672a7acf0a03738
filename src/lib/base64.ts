/** Base64 between bytes and bytes, in place: for messages that come and go fifty times a second and are never made texts. */

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const padding = 61
/** Any bit above the six that a letter carries. */
const foreign = 0x40

const letterOf = Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
const bitsOf = new Uint8Array(256).fill(foreign)
for (const [bits, code] of letterOf.entries()) bitsOf[code] = bits

/** How many letters, padding included, stand for so many bytes. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4
}

/** Writes the letters of `bytes` into `text` from `at` on. */
export function encodeBase64(bytes: Uint8Array, text: Uint8Array, at: number): void {
  const { length } = bytes
  let from = 0
  let to = at
  for (; from + 2 < length; from += 3, to += 4) {
    const group = (bytes[from]! << 16) | (bytes[from + 1]! << 8) | bytes[from + 2]!
    text[to] = letterOf[group >> 18]!
    text[to + 1] = letterOf[(group >> 12) & 63]!
    text[to + 2] = letterOf[(group >> 6) & 63]!
    text[to + 3] = letterOf[group & 63]!
  }
  if (from === length) return
  const two = from + 1 < length
  const group = (bytes[from]! << 16) | (two ? bytes[from + 1]! << 8 : 0)
  text[to] = letterOf[group >> 18]!
  text[to + 1] = letterOf[(group >> 12) & 63]!
  text[to + 2] = two ? letterOf[(group >> 6) & 63]! : padding
  text[to + 3] = padding
}

/**
 * Reads the letters in `text` from `from` up to `to` into `bytes`, which has room for them. Returns how many bytes they are; −1
 * for anything but whole groups of four of the standard alphabet, padded at the end (RFC 4648, 4).
 */
export function decodeBase64(text: Uint8Array, from: number, to: number, bytes: Uint8Array): number {
  if (to <= from || (to - from) % 4 !== 0) return -1
  const last = to - 4
  let seen = 0
  let at = 0
  for (let place = from; place < last; place += 4, at += 3) {
    const a = bitsOf[text[place]!]!
    const b = bitsOf[text[place + 1]!]!
    const c = bitsOf[text[place + 2]!]!
    const d = bitsOf[text[place + 3]!]!
    seen |= a | b | c | d
    bytes[at] = (a << 2) | (b >> 4)
    bytes[at + 1] = (b << 4) | (c >> 2)
    bytes[at + 2] = (c << 6) | d
  }
  const padded = text[to - 1] !== padding ? 0 : text[to - 2] !== padding ? 1 : 2
  const a = bitsOf[text[last]!]!
  const b = bitsOf[text[last + 1]!]!
  const c = padded === 2 ? 0 : bitsOf[text[last + 2]!]!
  const d = padded > 0 ? 0 : bitsOf[text[last + 3]!]!
  if ((seen | a | b | c | d) & foreign) return -1
  bytes[at++] = (a << 2) | (b >> 4)
  if (padded < 2) bytes[at++] = (b << 4) | (c >> 2)
  if (padded < 1) bytes[at++] = (c << 6) | d
  return at
}
