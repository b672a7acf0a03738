/** Reads the JSON bodies of REST requests of Plivo's shape. */
import type { Target } from './world.ts'

/** Thrown by readers; the kind words it. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export class Fields {
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields
  }

  refuse(message: string): never {
    throw new Refused(400, message)
  }

  text(name: string): string | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null || value === '') return undefined
    return typeof value === 'string' || typeof value === 'number' ? String(value) : this.refuse(`${name} is no string`)
  }

  needed(name: string): string {
    return this.text(name) ?? this.refuse(`${name} is required`)
  }

  word<W extends string>(name: string, words: readonly W[]): W | undefined {
    const value = this.#fields[name]
    if (value === undefined) return undefined
    return words.find((one) => one === String(value)) ?? this.refuse(`${name} is none of ${words.join(', ')}`)
  }

  truth(name: string): boolean {
    return this.word(name, ['true', 'false']) === 'true'
  }

  /** A number, or a string of one. */
  number(name: string, min: number, max: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    return Number.isInteger(value) && value >= min && value <= max
      ? value
      : this.refuse(`${name} ${text} is not within ${min}–${max}`)
  }

  /** `{name}_url` and `{name}_method`. */
  target(name: string): Target | undefined {
    const url = this.text(`${name}_url`)
    const method = this.word(`${name}_method`, ['GET', 'POST']) ?? 'POST'
    if (url === undefined) return undefined
    return /^https?:\/\/[^/]/.test(url) ? { url, method } : this.refuse(`${name}_url is no valid URL`)
  }

  /** Digits with or without a plus, or a SIP address. */
  party(name: string): string {
    const party = this.needed(name)
    return /^(\+?[1-9]\d{6,14}|sips?:.+@.+)$/.test(party) ? party : this.refuse(`${name} parameter is not valid`)
  }
}
