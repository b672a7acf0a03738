/** Vonage's webhooks: a bearer token over the body's hash; the address is not signed. */
import { createHash } from 'node:crypto'
import { text } from '../../../protocols/json-media/fields.ts'
import type { Verdict, Webhook } from '../../../spec/carrier.ts'
import type { OffhookError } from '../../../spec/errors.ts'
import type { InboundRequest, Now, Reply } from '../../../spec/http.ts'
import { decode, fieldsOf } from './reports.ts'
import type { Settings } from './settings.ts'
import { claimsIn, verified } from './token.ts'

/** How far Vonage's clock may be from ours, both ways, seconds: its tokens do not expire by themselves. */
const skew = 300

export const webhook: Webhook<Settings> = { identify, verify, decode, acknowledge, refuse }

function identify(request: InboundRequest) {
  const fields = fieldsOf(request)
  const account = text(claimsIn(tokenOf(request)), 'application_id')
  const number = text(fields, fields['direction'] === 'outbound' ? 'from' : 'to')
  const ref = text(fields, 'uuid') ?? text(fields, 'call_uuid') ?? text(fields, 'conversation_uuid')
  return { ...(account ? { account } : {}), ...(number ? { number } : {}), ...(ref ? { ref } : {}) }
}

function tokenOf(request: InboundRequest): string {
  return /^Bearer\s+([\w.-]+)$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? ''
}

function verify(request: InboundRequest, config: Settings, now: Now): Verdict {
  const secrets = [config.signatureSecret, config.secondarySignatureSecret].flatMap((secret) => secret || [])
  const token = tokenOf(request)
  if (secrets.length === 0)
    return refused('missing', 'No signature secret is set, so Vonage’s signature cannot be checked')
  if (!token)
    return refused(
      'missing',
      'The Authorization header has no bearer token: switch on signed webhooks of the application',
    )
  const claims = verified(token, secrets)
  if (!claims) return refused('invalid', `The token fits none of ${secrets.length} signature secrets, or is not HS256`)
  const { iss, iat, exp, api_key: key, application_id: application, payload_hash: hash } = claims
  if (iss !== 'Vonage') return refused('invalid', 'The token was not issued by Vonage')
  if (key === undefined && application === undefined) return refused('invalid', 'The token names no account')
  if ((key ?? config.apiKey) !== config.apiKey || (application ?? config.applicationId) !== config.applicationId)
    return refused('invalid', 'The token is about another account or application than this connection’s')
  if (typeof hash !== 'string' || !hashes(request).includes(hash.toLowerCase()))
    return refused('invalid', 'The token’s hash is not the one of this request: a proxy may have rewritten the body')
  const seconds = now.time / 1_000
  if (typeof iat !== 'number' || Math.abs(seconds - iat) > skew || (typeof exp === 'number' && exp + skew < seconds))
    return refused('stale', `The token is dated more than ${skew} seconds away: check this machine’s clock`)
  // A token has an id; a retry of Vonage's own brings another one.
  return { ok: true, nonce: text(claims, 'jti') ?? token, until: now.time + 2 * skew * 1_000, retry: true }
}

/** Of the raw body; of the same body written compactly; of the query as an object, for GET. */
function hashes({ method, body, json, query }: InboundRequest): readonly string[] {
  const texts =
    method === 'GET'
      ? [JSON.stringify(Object.fromEntries(query))]
      : [body, json === undefined ? body : JSON.stringify(json)]
  return texts.map((one) => createHash('sha256').update(one).digest('hex'))
}

function refused(why: 'missing' | 'invalid' | 'stale', message: string): Verdict {
  return { ok: false, why, message }
}

/** Who asks for an NCCO gets an empty one, which ends the call. */
function acknowledge(request: InboundRequest): Reply {
  return request.segments[0] === 'voice' ? ncco([]) : { status: 204, headers: {}, body: '' }
}

export function ncco(actions: readonly object[], status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(actions) }
}

/**
 * An NCCO is obeyed in a 2xx answer. A genuine call that we cannot serve is ended by an empty one; what is not Vonage's gets
 * the error's status, and so do events: 5xx are tried again.
 */
function refuse(error: OffhookError, request: InboundRequest): Reply {
  const named = { 'x-offhook-error': error.code }
  const ungenuine = error.code.startsWith('signature.') || error.code.startsWith('auth.')
  return ncco([], request.segments[0] === 'voice' && !ungenuine ? 200 : error.status, named)
}
