/** HTTP as values: what providers read and write without ever opening a socket. */

/** A request that came to us from a carrier. */
export interface InboundRequest {
  readonly method: string
  /** What we are asked for: the path after `/carriers/{carrier}/{connection}/` or `/carriers/{carrier}/` (shared), e.g. `status/call_x`. */
  readonly purpose: string
  /** Path segments of `purpose`. */
  readonly segments: readonly string[]
  /** Public URLs the carrier may have requested, most likely first, path and query exactly as received. Signatures are checked against each. */
  readonly urls: readonly string[]
  readonly query: URLSearchParams
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The form body (urlencoded), or the query for GET. Parsed once, by the edge. */
  readonly form: URLSearchParams
  /** The JSON body, or undefined when it is none or malformed. */
  readonly json: unknown
  /** The peer as seen through trusted proxies. */
  readonly address: string
}

/** What we answer to a carrier. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request for the engine to perform. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Total ms, default 10 000. */
  readonly timeout?: number
  /**
   * True: may be repeated without harm although it is a POST (idempotency key, or an update that sets a state). False: not even
   * where its method says so: a PUT that rings somebody.
   */
  readonly repeatable?: boolean
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/**
 * Several requests in a row, kept pure: the generator yields requests and receives responses; the engine performs them.
 * A request that got no response (refused, timed out) is thrown into the generator as an OffhookError.
 */
export type Operation<T> = Generator<HttpRequest, T, HttpResponse>

/** Clock and ids for whoever signs, dates or names something. */
export interface Now {
  /** Wall time, ms since 1970. */
  readonly time: number
  /** A fresh id such as `mark_…`. */
  id(prefix: string): string
}
