/** Characters and small pieces of the grammar (RFC 3261 §25.1), read by index: nothing here looks at a text twice. */

const alphanumeric = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const tokens = classOf(`${alphanumeric}-.!%*_+\`'~`)
/** An underscore is no part of a host name, and met all the same. */
const hosts = classOf(`${alphanumeric}-._`)

const spoils = classOf(`"<>\u007f${String.fromCharCode(...Array(0x21).keys())}`)

/** One entry for each of the first 128 characters: 1 is a member. */
type CharacterClass = Uint8Array

export function classOf(characters: string): CharacterClass {
  const members = new Uint8Array(128)
  for (const character of characters) members[character.charCodeAt(0)] = 1
  return members
}

export function isToken(text: string): boolean {
  return consistsOf(text, tokens)
}

function consistsOf(text: string, members: CharacterClass): boolean {
  for (let at = 0; at < text.length; at++) if (members[text.charCodeAt(at)] !== 1) return false
  return text.length > 0
}

/** Behind the name or IPv4 address that begins at `at`; `at` itself if there is none. */
export function hostEnd(text: string, at: number): number {
  let end = at
  while (hosts[text.charCodeAt(end)] === 1) end++
  return end
}

/** Where the token that begins at `at` is over; `at` itself if there is none. */
export function tokenEnd(text: string, at: number): number {
  let end = at
  while (tokens[text.charCodeAt(end)] === 1) end++
  return end
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

export function skipSpace(text: string, at: number): number {
  let next = at
  while (isSpace(text.charCodeAt(next))) next++
  return next
}

/** Without white space, controls, quotes and angle brackets: what is nowhere in a URI. */
export function isSolid(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (spoils[text.charCodeAt(at)] === 1) return false
  return true
}

/** `trim` without its idea of what else is white. */
export function trimSpace(text: string): string {
  return between(text, 0, text.length)
}

/** What stands from `from` to `to`, without the white space at its ends. */
export function between(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** Behind the closing quote of the quoted string that begins at `at`; -1: it is never closed. */
export function quotedEnd(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === 0x5c) next++
    else if (code === 0x22) return next + 1
  }
  return -1
}

/** What a quoted string says: without its quotes, and `\x` as x. */
export function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1)
  return inner.includes('\\') ? inner.replaceAll(/\\([^])/g, '$1') : inner
}

export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** 1*DIGIT of at most `most`; undefined for anything else. Leading zeros are no matter. */
export function parseDigits(text: string, most: number): number | undefined {
  let value = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) return undefined
    value = value * 10 + digit
    if (value > most) return undefined
  }
  return text.length > 0 ? value : undefined
}
