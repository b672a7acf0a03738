/** JSON from strangers: bounded in size and depth, and without keys that reach into prototypes. */
import { LibError } from './failure.ts'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a text holds that should be JSON, for whoever checks it next; undefined where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export interface JsonLimits {
  /** Default 1 MiB (UTF-16 units for a string, bytes for bytes). */
  readonly maxLength?: number
  /** Nested arrays and objects. Default 64. */
  readonly maxDepth?: number
}

const defaults = { maxLength: 1 << 20, maxDepth: 64 } as const satisfies JsonLimits

/** Throws `json.too-large`, `json.too-deep` or `json.invalid`; the message never quotes the text. */
export function parseJson(text: string | Uint8Array, limits: JsonLimits = {}): JsonValue {
  const { maxLength, maxDepth } = { ...defaults, ...limits }
  if (text.length > maxLength) {
    throw new LibError('json.too-large', `JSON of ${text.length} bytes refused: at most ${maxLength} are read`)
  }
  const characters = typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.length).toString()
  checkDepth(characters, maxDepth)
  const value = parse(characters)
  // A backslash may spell such a key in escapes; without either there is nothing to look for.
  if (/__proto__|constructor|\\u/.test(characters)) dropPrototypeKeys(value)
  return value
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // V8 quotes the text around the fault, which may be a secret: only the kind of failure leaves here.
    const where = cause instanceof Error ? /position \d+/.exec(cause.message)?.[0] : undefined
    throw new LibError('json.invalid', `not JSON (${text.length} characters${where ? `, fault at ${where}` : ''})`)
  }
}

const quote = 34
const backslash = 92

/** Counts brackets outside strings before parsing, so that no later recursion meets a tower of them. */
function checkDepth(text: string, maxDepth: number): void {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === backslash) at++
      else if (code === quote) quoted = false
    } else if (code === quote) quoted = true
    else if (code === 91 || code === 123) {
      if (++depth > maxDepth) throw new LibError('json.too-deep', `JSON nested deeper than ${maxDepth} refused`)
    } else if (code === 93 || code === 125) depth--
  }
}

function dropPrototypeKeys(value: JsonValue): void {
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  const made = Object.getOwnPropertyDescriptor(value, 'constructor')?.value
  if (typeof made === 'object' && made !== null) Reflect.deleteProperty(value, 'constructor')
  for (const inner of Object.values(value)) dropPrototypeKeys(inner)
}
