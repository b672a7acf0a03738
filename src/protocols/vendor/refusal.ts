/** A vendor's refusal: what it said, without our secrets, and what the operator is to do. */
import { redactText, secretHider } from '../../lib/redact.ts'
import { type ErrorCode, OffhookError } from '../../spec/errors.ts'
import { inner, isFields, text, type Fields } from '../json-media/fields.ts'

export interface Refusal {
  /** 0 when it came in the middle of a stream, or over a socket. */
  readonly status: number
  /** The vendor's words. */
  readonly message: string | undefined
  /** The vendor's own names for it: error type, code, status; lower case. */
  readonly names: readonly string[]
}

/** Our code, and what to do. */
export type Verdict = readonly [code: ErrorCode, advice: string]

/** What a vendor's own words mean; undefined: its status says enough. */
export type Explain = (refusal: Refusal) => Verdict | undefined

export interface Vendor {
  /** For people: "Anthropic", "the chat server chat.example". */
  readonly name: string
  /** Never shown, however the vendor echoes them. */
  readonly secrets: readonly string[]
  readonly explain?: Explain
}

/** Reads error objects in any of the usual shapes. */
export function refusalOf(status: number, body: unknown): Refusal {
  // Some wrap the object in a list.
  const fields = Array.isArray(body) ? body[0] : body
  if (!isFields(fields)) return { status, message: undefined, names: [] }
  const error = [fields['error'], fields['detail'], fields['message']].find((one) => isFields(one)) ?? fields
  const names = [error['type'], error['code'], error['status'], error['error_code']]
  return {
    status,
    message: wordsOf(error) ?? wordsOf(fields),
    names: names.flatMap((name) => (typeof name === 'string' ? [name.toLowerCase()] : [])),
  }
}

function wordsOf(fields: Fields): string | undefined {
  const said = text(fields, 'message') ?? text(fields, 'error') ?? text(fields, 'detail') ?? text(fields, 'title')
  return said ?? text(inner(fields, 'error'), 'message')
}

export function refused(vendor: Vendor, refusal: Refusal): OffhookError {
  const { status, names } = refusal
  const [code, advice] = vendor.explain?.(refusal) ?? verdictOf(status)
  const said = wordsFor(vendor, refusal.message)
  const what = status === 0 ? 'reported an error' : `answered HTTP ${status}`
  return new OffhookError(code, `${vendor.name} ${what}${said ? ` (${said})` : ''}: ${advice}`, {
    details: { ...(status > 0 && { status }), ...(names.length > 0 && { names }) },
  })
}

/** A vendor's words as they may be shown. */
export function wordsFor(vendor: Pick<Vendor, 'secrets'>, said: string | undefined): string | undefined {
  return said === undefined ? undefined : redactText(secretHider(vendor.secrets)(said)).slice(0, 500)
}

function verdictOf(status: number): Verdict {
  if (status === 401 || status === 403) return ['vendor.credentials', 'check the API key and what it may use']
  if (status === 402) return ['vendor.refused', 'its account has no money left; top it up there']
  if (status === 429) return ['vendor.rate-limited', 'its rate limit or quota is used up; wait, or raise it there']
  if (status === 0 || status === 408 || status >= 500)
    return ['vendor.failed', 'it has trouble of its own; try again later']
  return ['settings.invalid', 'check the address, the model and the other settings']
}
