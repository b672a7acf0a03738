/** What went wrong on the wire, as our own errors: which request, which fault, whether it may pass. */
import { LibError } from '../failure.ts'
import { redactUrl } from '../redact.ts'
import type { Hop } from './exchange.ts'

export function timedOut(hop: Hop, delay: number, what: string): LibError {
  return new LibError('http.timeout', `${nameOf(hop)} ${what} ${Math.round(delay)} ms`)
}

export function nameOf(hop: Hop): string {
  return `${hop.method} ${redactUrl(hop.url.href)}`
}

const neverConnected = /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ETIMEDOUT)$/
const untrusted = /CERT|SELF_SIGNED|_TLS_|SSL|UNABLE_TO_/

/** Names what the network said. Errors that are named already pass. */
export function explain(error: unknown, hop: Hop): unknown {
  if (error instanceof LibError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const options = { cause: error }
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new LibError('http.timeout', `${nameOf(hop)}: no connection within the time allowed`, options)
  }
  if (neverConnected.test(code)) return new LibError('http.unreachable', `${nameOf(hop)}: ${code}`, options)
  if (untrusted.test(code)) {
    const message = `${nameOf(hop)}: the server's certificate or TLS is not trusted (${code})`
    return new LibError('http.unreachable', message, { cause: error, retryable: false })
  }
  if (code === 'UND_ERR_INVALID_ARG')
    return new LibError('http.invalid', `${nameOf(hop)} cannot be sent as it is`, options)
  return new LibError('http.broken', `${nameOf(hop)} broke off (${code || 'no code'})`, options)
}
