/** A SIP message as a value (RFC 3261 §7): the start line, every header in its order and as it was written, the body. */

export interface SipHeader {
  /** As written: `Via`, `v`, `X-Custom`. Compare with `sameHeader`, which knows compact forms and case. */
  readonly name: string
  /** Unfolded, without the white space around it; bytes beyond ASCII as UTF-8, what is none of it as U+FFFD. */
  readonly value: string
}

export interface SipRequest {
  readonly type: 'request'
  /** Case-sensitive (§7.1). */
  readonly method: string
  /** The Request-URI as written. */
  readonly uri: string
  readonly headers: readonly SipHeader[]
  readonly body: Uint8Array
}

export interface SipResponse {
  readonly type: 'response'
  /** 100–699 */
  readonly status: number
  readonly reason: string
  readonly headers: readonly SipHeader[]
  readonly body: Uint8Array
}

export type SipMessage = SipRequest | SipResponse

/**
 * What bytes turned out to be. `ok`: Via, From, To, Call-ID and CSeq are there and can be read; whether the rest is right says
 * `examine`. Otherwise a request gets `status` where `refusalOf` finds enough in `headers`, the rest is dropped.
 */
export type Parsed =
  | { readonly ok: true; readonly message: SipMessage }
  | {
      readonly ok: false
      readonly kind: 'request' | 'response' | 'noise'
      /** 400, 505, 413 …: for requests only. */
      readonly status: number
      /** One sentence: which header, which value. */
      readonly why: string
      readonly headers: readonly SipHeader[]
    }
