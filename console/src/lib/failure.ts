/** Failures as people read them: a sentence, and what to do next. */

/** An answer of the API that is no success. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly status: number
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

/** What the API says of one field of a submitted form. */
export interface FieldFault {
  readonly field: string
  readonly message: string
}

/** Reads `{error: {code, message, details}}`; anything else is said as plainly as its status allows. */
export function failureOf(status: number, body: unknown): ApiFailure {
  const error = memberOf(body, 'error')
  const code = memberOf(error, 'code')
  const message = memberOf(error, 'message')
  if (typeof code !== 'string' || typeof message !== 'string')
    return new ApiFailure(status, 'unexpected', plain(status))
  const details = memberOf(error, 'details')
  return new ApiFailure(status, code, message, isRecord(details) ? details : {})
}

/** The sentence to show for anything thrown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiFailure) return closed(error.message)
  if (error instanceof TypeError)
    return 'The gateway did not answer. Check that it is running and that this page can reach it.'
  if (error instanceof Error && error.message) return closed(error.message)
  return 'Something failed without a reason. Try again; if it stays, look at the log of the gateway.'
}

export function fieldFaults(error: unknown): readonly FieldFault[] {
  if (!(error instanceof ApiFailure)) return []
  const { fields } = error.details
  if (!Array.isArray(fields)) return []
  return fields.flatMap((one: unknown) => {
    const [field, message] = [memberOf(one, 'field'), memberOf(one, 'message')]
    return typeof field === 'string' && typeof message === 'string' ? [{ field, message }] : []
  })
}

function plain(status: number): string {
  if (status === 404) return 'The gateway does not know this address. It may be older than this page: reload it.'
  if (status >= 500) return `The gateway failed (status ${status}). Its log says why.`
  return `The gateway refused the request (status ${status}).`
}

function closed(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}
