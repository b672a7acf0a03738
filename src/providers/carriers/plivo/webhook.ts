/** Plivo's webhooks: signature V3 over the public URL, its sorted query, the sorted form and a nonce. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { accountOf, decode, fieldsOf } from '../../../protocols/plivo/callbacks.ts'
import { documentMarkup } from '../../../protocols/plivo/documents.ts'
import { hangup, reply, response } from '../../../protocols/plivo/markup.ts'
import type { Verdict, Webhook } from '../../../spec/carrier.ts'
import type { OffhookError } from '../../../spec/errors.ts'
import type { InboundRequest, Now, Reply } from '../../../spec/http.ts'
import { digits } from './rest.ts'
import type { Settings } from './settings.ts'

/** Plivo dates nothing it signs; a nonce is remembered longer than any call may last (24 h). */
const memory = 25 * 3_600_000

export const webhook: Webhook<Settings> = {
  identify,
  verify,
  decode: (request) => decode(request, { vendor: 'Plivo', headers: 'X-PH-' }),
  acknowledge,
  refuse,
}

function identify(request: InboundRequest) {
  const fields = fieldsOf(request)
  const account = accountOf(fields)
  const number = fields.get(fields.get('Direction') === 'outbound' ? 'From' : 'To')
  const ref = fields.get('CallUUID') ?? fields.get('call_uuid')
  return { ...(account ? { account } : {}), ...(number ? { number } : {}), ...(ref ? { ref } : {}) }
}

function verify(request: InboundRequest, config: Settings, now: Now): Verdict {
  const tokens = [config.authToken, config.secondaryAuthToken].flatMap((token) => token || [])
  const given = ['x-plivo-signature-v3', 'x-plivo-signature-ma-v3'].flatMap((name) => request.headers[name] ?? [])
  const nonce = request.headers['x-plivo-signature-v3-nonce']
  if (tokens.length === 0) return refused('missing', 'No auth token is set, so Plivo’s signature cannot be checked')
  // V2 covers neither query nor form: it is not taken.
  if (given.length === 0 || !nonce) return refused('missing', 'The X-Plivo-Signature-V3 header or its nonce is missing')
  if (request.method !== 'GET' && request.body.length > 0 && request.form.size === 0)
    return refused('invalid', 'The body is not covered by Plivo’s signature')
  const form = request.method === 'GET' ? undefined : request.form
  const expected = request.urls.flatMap((url) => tokens.map((token) => signatureOf(token, { url, form, nonce })))
  const signatures = given.flatMap((header) => header.split(',')).map((one) => one.trim())
  if (!signatures.some((one) => expected.some((other) => same(one, other))))
    return refused(
      'invalid',
      `The signature fits none of ${request.urls.length} public URLs and ${tokens.length} auth tokens: check OFFHOOK_PUBLIC_URL, the proxy’s forwarded headers and the auth token`,
    )
  return { ok: true, nonce, until: now.time + memory, retry: true }
}

export interface Signed {
  readonly url: string
  /** The form of a POST; undefined for GET and the upgrade of a socket. */
  readonly form?: URLSearchParams | undefined
  readonly nonce: string
}

/** base64(HMAC-SHA256(token, text + "." + nonce)). */
export function signatureOf(token: string, signed: Signed): string {
  return createHmac('sha256', token)
    .update(`${textOf(signed)}.${signed.nonce}`, 'utf8')
    .digest('base64')
}

/**
 *     GET, or nothing posted   https://host/path[?a=1&b=2]
 *     POST                     https://host/path?[a=1&b=2.]Key1value1Key2value2     with "?" also without a query
 *
 * Query and form are decoded, and sorted by name and value.
 */
export function textOf({ url, form }: Omit<Signed, 'nonce'>): string {
  const [, base = url, search = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(url) ?? []
  const query = sorted(new URLSearchParams(search))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  if (!form || form.size === 0) return query ? `${base}?${query}` : base
  const posted = sorted(form)
    .map(([name, value]) => name + value)
    .join('')
  return `${base}?${query}${query ? '.' : ''}${posted}`
}

function sorted(fields: URLSearchParams): readonly (readonly [string, string])[] {
  return [...fields].toSorted(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
}

function same(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function refused(why: 'missing' | 'invalid', message: string): Verdict {
  return { ok: false, why, message }
}

/** Who asks for markup gets some: a document of ours, or an end. Others only want to be heard. */
function acknowledge(request: InboundRequest): Reply {
  const kind = request.segments[0]
  if (kind === 'document') return reply(documentMarkup(request, digits))
  return wantsMarkup(kind) ? reply(response(hangup())) : reply(response())
}

function wantsMarkup(kind: string | undefined): boolean {
  return kind === 'voice' || kind === 'answer' || kind === 'transferred' || kind === 'document'
}

/**
 * XML is obeyed in a 2xx answer only. A genuine call that we cannot serve is rejected (free of charge) or hung up; what is not
 * Plivo's gets 403; callbacks get the error's own status, so that those worth it are tried again.
 */
function refuse(error: OffhookError, request: InboundRequest): Reply {
  const named = { 'x-offhook-error': error.code }
  const kind = request.segments[0]
  const ungenuine = error.code.startsWith('signature.') || error.code.startsWith('auth.')
  if (ungenuine || !wantsMarkup(kind)) return reply(response(), error.status, named)
  const busy = error.code === 'overloaded' || error.code.endsWith('rate-limited')
  return reply(response(hangup(kind === 'voice' ? (busy ? 'busy' : 'rejected') : undefined)), 200, named)
}
