/** Reading what strangers wrote as JSON: fields one by one, each only if it is what it should be; and base64 both ways. */

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object that a text holds; undefined when it is none. */
export function parseFields(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined // told as "not a JSON object" by the caller
  }
}

/** An inner object; empty when missing or something else. */
export function inner(fields: Fields, name: string): Fields {
  const value = fields[name]
  return isFields(value) ? value : {}
}

/** A text field; undefined when missing, empty or of another type. */
export function text(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A whole number that is not negative, also where it is written as text. */
export function whole(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** The text fields of an object: custom parameters. */
export function strings(value: unknown): Readonly<Record<string, string>> {
  if (!isFields(value)) return {}
  const entries = Object.entries(value).filter(([name, one]) => typeof one === 'string' && name !== '__proto__')
  return Object.fromEntries(entries) as Readonly<Record<string, string>> // only texts are left
}

/** Only what is there. */
export function given<T extends Readonly<Record<string, string | undefined>>>(
  values: T,
): { readonly [K in keyof T]?: string } {
  const there = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(there) as { readonly [K in keyof T]?: string } // only texts are left
}

/**
 * The bytes; undefined when empty, or when any letter is none of base64's: Buffer skips those in silence, so that fewer
 * bytes come out than the length promises. (One letter over a multiple of four is never base64, and would hide one.)
 */
export function unbase64(encoded: string): Uint8Array | undefined {
  const letters = encoded.length - (encoded.endsWith('==') ? 2 : encoded.endsWith('=') ? 1 : 0)
  if (letters === 0 || letters % 4 === 1) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.length === Math.floor((letters * 3) / 4) ? bytes : undefined
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
