/** How much of a stranger's message we read before we call it too much. */

export interface Limits {
  /** Bytes of start line and headers. */
  readonly head: number
  /** Bytes of the body. */
  readonly body: number
  /** Characters of one header, folded lines together. */
  readonly header: number
  /** How many headers, also of those that cannot be read. */
  readonly headers: number
  /** Characters of the Request-URI. */
  readonly uri: number
}

/** RFC 4475 §3.1.1.7 asks for more than 3,500 bytes of header, and 34 Via. */
export const defaultLimits: Limits = { head: 32_768, body: 65_536, header: 8192, headers: 200, uri: 2048 }
