/** Reads REST parameters the way Twilio checks them: each fault has its code. */
import { restError, type RestError } from './errors.ts'

export type Check<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: RestError }

export function good<T>(value: T): Check<T> {
  return { ok: true, value }
}

export function bad(code: number, message: string, status = 400): { readonly ok: false; readonly error: RestError } {
  return { ok: false, error: restError(status, code, message) }
}

/** Thrown inside the readers only; `checked` turns it into a value. */
class Refused extends Error {
  readonly error: RestError
  constructor(error: RestError) {
    super(error.message)
    this.error = error
  }
}

/** Runs a reader that may refuse half-way. */
export function checked<T>(read: (form: Form) => T, form: URLSearchParams): Check<T> {
  try {
    return good(read(new Form(form)))
  } catch (refusal) {
    if (refusal instanceof Refused) return { ok: false, error: refusal.error }
    throw refusal
  }
}

export class Form {
  readonly #fields: URLSearchParams

  constructor(fields: URLSearchParams) {
    this.#fields = fields
  }

  refuse(code: number, message: string): never {
    throw new Refused(restError(400, code, message))
  }

  /** Empty counts as absent. */
  text(name: string): string | undefined {
    return this.#fields.get(name) || undefined
  }

  has(name: string): boolean {
    return this.#fields.has(name)
  }

  /** In the strict simulator a parameter the resource does not have is a mistake worth seeing. */
  only(names: readonly string[]): void {
    const unknown = [...this.#fields.keys()].find((name) => !names.includes(name))
    if (unknown) this.refuse(20001, `Unknown parameter ${unknown}`)
  }

  address(name: string, code: number): string | undefined {
    const url = this.text(name)
    if (url !== undefined && !isAddress(url)) this.refuse(code, `${name} is not a valid URL: ${url.slice(0, 100)}`)
    return url
  }

  word<W extends string>(name: string, words: readonly W[], code: number): W | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const word = words.find((one) => one === text)
    return word ?? this.refuse(code, `${name} '${text}' is none of ${words.join(', ')}`)
  }

  method(name: string): string {
    return this.word(name, ['GET', 'POST'], 21403) ?? 'POST'
  }

  truth(name: string): boolean {
    return this.word(name, ['true', 'false'], 20001) === 'true'
  }

  number(
    name: string,
    range: { readonly min: number; readonly max: number; readonly code: number },
  ): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (Number.isInteger(value) && value >= range.min && value <= range.max) return value
    return this.refuse(range.code, `${name} ${text} is not within ${range.min}–${range.max}`)
  }

  /** A list given by repeating the key. */
  events(name: string, known: readonly string[], usual: readonly string[], code: number): ReadonlySet<string> {
    const given = this.#fields.getAll(name).filter((event) => event !== '')
    const wrong = given.find((event) => !known.includes(event))
    if (wrong !== undefined) this.refuse(code, `Invalid ${name} '${wrong}'`)
    return new Set(given.length > 0 ? given : usual)
  }
}

/** Names with underscores are refused by Twilio as well. */
function isAddress(url: string): boolean {
  return (
    /^https?:\/\/[^/_]+/.test(url) && url.length <= 4000 && URL.canParse(url) && !new URL(url).hostname.includes('_')
  )
}
