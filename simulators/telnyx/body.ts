/** Reads the JSON bodies of Telnyx's commands the way Telnyx checks them: each fault names its field. */
import { isRecord, json, type RestReply } from '../carrier/rest.ts'

export class Refused extends Error {
  readonly reply: RestReply

  constructor(reply: RestReply) {
    super('refused')
    this.reply = reply
  }
}

/** `code` is a string in Telnyx's errors. */
export function refusal(status: number, code: string, detail: string, pointer?: string): RestReply {
  const source = pointer === undefined ? {} : { source: { pointer } }
  const meta = { url: `https://developers.telnyx.com/docs/overview/errors/${code}` }
  return json(status, { errors: [{ code, title: titles[code] ?? 'Unprocessable Entity', detail, ...source, meta }] })
}

const titles: Readonly<Record<string, string>> = {
  '10005': 'Resource not found',
  '10007': 'Unexpected error',
  '10009': 'Authentication failed',
  '10011': 'Too many requests',
  '10015': 'Invalid value',
  '10016': 'Phone number must be in +E164 format',
  '90015': 'Invalid Call Control ID',
  '90018': 'Call has already ended',
  '90034': 'Call has not been answered yet',
  '90045': 'Media streaming is already in progress',
  D35: 'Caller Origination Number is Invalid',
}

export class Body {
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields
  }

  refuse(code: string, detail: string, pointer?: string, status = 422): never {
    throw new Refused(refusal(status, code, detail, pointer))
  }

  text(name: string): string | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    return typeof value === 'string' ? value : this.refuse('10015', `${name} is no string`, `/${name}`)
  }

  needed(name: string): string {
    return this.text(name) || this.refuse('10015', `${name} is required`, `/${name}`)
  }

  word<W extends string>(name: string, words: readonly W[]): W | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    const word = words.find((one) => one === String(value))
    return word ?? this.refuse('10015', `${name} ${JSON.stringify(value)} is none of ${words.join(', ')}`, `/${name}`)
  }

  number(name: string, min: number, max: number): number | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
    return this.refuse('10015', `${name} ${JSON.stringify(value)} is not within ${min}–${max}`, `/${name}`)
  }

  flag(name: string): boolean | undefined {
    const value = this.#fields[name]
    if (value === undefined || typeof value === 'boolean') return value
    return this.refuse('10015', `${name} is no boolean`, `/${name}`)
  }

  records(name: string): readonly Readonly<Record<string, unknown>>[] {
    const value = this.#fields[name]
    if (value === undefined) return []
    if (Array.isArray(value) && value.every(isRecord)) return value
    return this.refuse('10015', `${name} is no list of objects`, `/${name}`)
  }

  /** Only valid base64 is taken. */
  clientState(name = 'client_state'): string | undefined {
    const state = this.text(name)
    if (state === undefined) return undefined
    const good = Buffer.from(state, 'base64').toString('base64') === state
    return good ? state : this.refuse('10015', `${name} is no base64`, `/${name}`)
  }

  /** E.164 or a SIP address. */
  party(name: string): string {
    const party = this.needed(name)
    return /^(\+[1-9]\d{6,14}|sips?:.+@.+)$/.test(party)
      ? party
      : this.refuse('10016', `${name} ${party.slice(0, 40)} is not in +E164 format`, `/${name}`)
  }
}
