/** Misbehaviour on demand: what carriers do on bad days. Set fields on `simulator.faults`; `clearFaults` makes it good again. */

export interface Faults {
  /** Each media message is late by up to this many ms, never out of order. */
  mediaJitterMs?: number
  /** Sound is held back for this long after the stream starts, then comes in one burst. */
  lateMediaMs?: number
  /** Every n-th media message is sent twice. */
  duplicateMediaEvery?: number
  /** `stop` and the close of the socket come this long after the call ended. */
  lateStopMs?: number
  /** The socket is closed without `stop`. */
  withoutStop?: boolean
  /** The media socket is cut without a word this long after it opened. Applies once per call. */
  loseSocketAfterMs?: number
  /** After a cut: a new socket to the same URL with the same call after this many ms. Absent: the socket stays lost. */
  reconnectAfterMs?: number
  /** Every webhook is sent twice at once: same signature, same idempotency token. */
  duplicateWebhooks?: boolean
  /** Every webhook is sent once more after this many ms, as somebody who recorded it would. */
  replayWebhooksAfterMs?: number
  /** Status callbacks swap places in pairs. */
  swapCallbacks?: boolean
  /** `wrong`: made with another token; `missing`: no header; `foreign`: made for another URL. Webhooks and media sockets. */
  signature?: 'wrong' | 'missing' | 'foreign'
  /** The first that fits a REST request is applied; without `times` for ever. */
  rest?: RestFault[]
}

export interface RestFault {
  readonly method?: string
  /** Looked for in the path. */
  readonly path?: RegExp
  /** How often; then the fault is gone. */
  times?: number
  readonly what:
    | { readonly type: 'rate-limit' }
    /** `done`: carried out all the same, and answered as if it had not been. */
    | { readonly type: 'error'; readonly status: number; readonly done?: boolean }
    | { readonly type: 'slow'; readonly ms: number }
    /** Done as asked, but the answer never leaves: the connection stays open for `holdMs` (default 0), then breaks. */
    | { readonly type: 'no-response'; readonly holdMs?: number }
}

export function clearFaults(faults: Faults): void {
  for (const name of Object.keys(faults)) Reflect.deleteProperty(faults, name)
}

/** The fault that fits this request, counted down. */
export function restFault(faults: Faults, method: string, path: string): RestFault['what'] | undefined {
  const fault = faults.rest?.find(
    (one) => (one.times ?? 1) > 0 && (!one.method || one.method === method) && (!one.path || one.path.test(path)),
  )
  if (fault?.times !== undefined) fault.times--
  return fault?.what
}
