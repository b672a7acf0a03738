/** What goes wrong in `lib`, by name: the rooms above turn these into their own errors. */

/** Every code with whether trying again may help. Closed: `spec/errors` maps each one. */
const codes = {
  'queue.full': true,
  'queue.closed': false,
  'url.invalid': false,
  'url.blocked': false,
  'name.unresolved': true,
  'http.invalid': false,
  'http.timeout': true,
  'http.unreachable': true,
  'http.broken': true,
  'http.too-large': false,
  'http.redirects': false,
  'stream.too-large': false,
  'socket.refused': false,
  'socket.unreachable': true,
  'socket.timeout': true,
  'json.invalid': false,
  'json.too-large': false,
  'json.too-deep': false,
  'recording.invalid': false,
  'recording.diverged': false,
  'setting.invalid': false,
} as const satisfies Record<string, boolean>

export type LibCode = keyof typeof codes

export interface LibErrorOptions {
  readonly cause?: unknown
  /** Default: what the table says for the code. */
  readonly retryable?: boolean
  /** The HTTP status the other side answered, where there was one. */
  readonly status?: number
  /** The beginning of what the other side said about it. */
  readonly said?: string
}

export class LibError extends Error {
  override readonly name = 'LibError'
  readonly code: LibCode
  readonly retryable: boolean
  readonly status: number | undefined
  readonly said: string | undefined

  constructor(code: LibCode, message: string, options: LibErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.retryable = options.retryable ?? codes[code]
    this.status = options.status
    this.said = options.said
  }
}
