/** Parameters of a header (generic-param, RFC 3261 §25.1): `;name`, `;name=token`, `;name="quoted"`. */
import { isSpace, isToken, quote, quotedEnd, skipSpace, tokenEnd, unquote } from './scan.ts'

export interface Param {
  readonly name: string
  /** Without quotes and their escapes. Absent: a flag such as `;lr`. */
  readonly value?: string
}

export type Params = readonly Param[]

/** `*( SEMI generic-param )` from `start` to the end of the text; undefined where that is not what stands there. */
export function parseParams(text: string, start = 0): Params | undefined {
  let at = skipSpace(text, start)
  if (at === text.length) return none
  const params: Param[] = []
  while (at < text.length) {
    if (text.charCodeAt(at) !== 0x3b) return undefined
    const from = skipSpace(text, at + 1)
    const to = tokenEnd(text, from)
    if (to === from) return undefined
    const name = text.slice(from, to)
    at = skipSpace(text, to)
    if (text.charCodeAt(at) !== 0x3d) {
      params.push({ name })
      continue
    }
    const begin = skipSpace(text, at + 1)
    const end = valueEnd(text, begin)
    if (end < 0) return undefined
    const value = text.slice(begin, end)
    params.push({ name, value: value.charCodeAt(0) === 0x22 ? unquote(value) : value })
    at = skipSpace(text, end)
  }
  return params
}

const none: Params = []

/** More than a token is let through: `received=2001:db8::1` and worse are met. */
function valueEnd(text: string, begin: number): number {
  if (text.charCodeAt(begin) === 0x22) return quotedEnd(text, begin)
  let end = begin
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === 0x3b || isSpace(code)) break
    if (code === 0x22 || code === 0x2c || code === 0x3c || code === 0x3e) return -1
  }
  return end
}

/** The value of the first parameter of this name, in any case of letters; '' for a flag; undefined: there is none. */
export function param(params: Params, name: string): string | undefined {
  for (const one of params) {
    if (one.name === name || (one.name.length === name.length && one.name.toLowerCase() === name.toLowerCase()))
      return one.value ?? ''
  }
  return undefined
}

/** In place of the one of this name, else at the end. Without a value: a flag. */
export function withParam(params: Params, name: string, value?: string): Params {
  const changed: Param = value === undefined ? { name } : { name, value }
  const at = params.findIndex((one) => one.name.toLowerCase() === name.toLowerCase())
  return at < 0 ? [...params, changed] : params.with(at, changed)
}

export function withoutParam(params: Params, name: string): Params {
  return params.filter((one) => one.name.toLowerCase() !== name.toLowerCase())
}

export function formatParams(params: Params): string {
  let text = ''
  for (const { name, value } of params) text += value === undefined ? `;${name}` : `;${name}=${formatValue(value)}`
  return text
}

/** A token or a host (with its brackets or without) stands bare. */
function formatValue(value: string): string {
  return isToken(value) || /^[0-9A-Fa-f.:[\]]+$/.test(value) ? value : quote(value)
}
