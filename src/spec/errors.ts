/** The one error class and its table of codes. */

/** `status`: the HTTP answer; `retry`: whether the same request may succeed later without being changed. */
export const codes = {
  'request.invalid': { status: 400, retry: false },
  'request.malformed': { status: 400, retry: false },
  'request.too-large': { status: 413, retry: false },
  'request.rate-limited': { status: 429, retry: true },
  'auth.missing': { status: 401, retry: false },
  'auth.invalid': { status: 401, retry: false },
  'auth.forbidden': { status: 403, retry: false },
  'auth.cross-site': { status: 403, retry: false },
  'signature.missing': { status: 403, retry: false },
  'signature.invalid': { status: 403, retry: false },
  'signature.replayed': { status: 403, retry: false },
  'not-found': { status: 404, retry: false },
  conflict: { status: 409, retry: false },
  'settings.invalid': { status: 422, retry: false },
  'settings.missing': { status: 422, retry: false },
  'provider.unknown': { status: 422, retry: false },
  'provider.duplicate': { status: 500, retry: false },
  'provider.unavailable': { status: 503, retry: true },
  'connection.none': { status: 422, retry: false },
  'number.invalid': { status: 422, retry: false },
  'number.unassigned': { status: 404, retry: false },
  'target.forbidden': { status: 403, retry: false },
  'call.unknown': { status: 404, retry: false },
  'call.ended': { status: 409, retry: false },
  'call.state': { status: 409, retry: true },
  'command.unsupported': { status: 422, retry: false },
  'command.refused': { status: 502, retry: false },
  'carrier.credentials': { status: 502, retry: false },
  'carrier.rate-limited': { status: 503, retry: true },
  'carrier.failed': { status: 502, retry: true },
  'carrier.timeout': { status: 504, retry: true },
  'vendor.credentials': { status: 502, retry: false },
  'vendor.rate-limited': { status: 503, retry: true },
  'vendor.refused': { status: 502, retry: false },
  'vendor.failed': { status: 502, retry: true },
  'vendor.timeout': { status: 504, retry: true },
  'tool.failed': { status: 502, retry: true },
  'media.token': { status: 403, retry: false },
  'media.format': { status: 422, retry: false },
  'media.lost': { status: 502, retry: false },
  'media.unavailable': { status: 502, retry: true },
  'audio.malformed': { status: 422, retry: false },
  'store.locked': { status: 503, retry: true },
  'store.failed': { status: 503, retry: true },
  'store.secret-key': { status: 500, retry: false },
  'recording.invalid': { status: 422, retry: false },
  'recording.diverged': { status: 409, retry: false },
  'environment.invalid': { status: 500, retry: false },
  'address.blocked': { status: 422, retry: false },
  overloaded: { status: 503, retry: true },
  internal: { status: 500, retry: false },
} as const

export type ErrorCode = keyof typeof codes

/** A failure with a name. The message says what failed, with which value, and what to do; it never holds a secret. */
export class OffhookError extends Error {
  override readonly name = 'OffhookError'
  readonly code: ErrorCode
  /** Facts for machines: field names, limits, vendor codes. No secrets, no transcripts. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }

  get status(): number {
    return codes[this.code].status
  }

  get retry(): boolean {
    return codes[this.code].retry
  }
}
