/** Twilio's webhooks: whose they are, whether they are genuine, what they say, and what they are answered. */
import type { Verdict, Webhook } from '../../../spec/carrier.ts'
import type { OffhookError } from '../../../spec/errors.ts'
import type { InboundRequest, Now, Reply } from '../../../spec/http.ts'
import { hangup, reject, reply, response } from './markup.ts'
import { decode, fieldsOf } from './reports.ts'
import type { Settings } from './settings.ts'
import { isHashOf, isSigned } from '../../../protocols/twilio/signature.ts'

/** Twilio dates nothing it signs, so a request stays replayable; it is remembered longer than any call may last (24 h). */
const memory = 25 * 3_600_000

export const webhook: Webhook<Settings> = { identify, verify, decode, acknowledge, refuse }

function identify(request: InboundRequest) {
  const fields = fieldsOf(request)
  const outbound = fields.get('Direction')?.startsWith('outbound') ?? false
  const account = fields.get('AccountSid')
  const number = fields.get(outbound ? 'From' : 'To')
  const ref = fields.get('CallSid')
  return { ...(account ? { account } : {}), ...(number ? { number } : {}), ...(ref ? { ref } : {}) }
}

function verify(request: InboundRequest, config: Settings, now: Now): Verdict {
  const tokens = [config.authToken, config.secondaryAuthToken]
  const signature = request.headers['x-twilio-signature']
  if (!tokens.some(Boolean)) return refused('missing', 'No auth token is set, so Twilio’s signature cannot be checked')
  if (!signature) return refused('missing', 'The X-Twilio-Signature header is missing')
  if (!isCovered(request)) return refused('invalid', 'The body is not covered by Twilio’s signature')
  if (!isSigned({ urls: request.urls, form: formOf(request) }, signature, tokens))
    return refused(
      'invalid',
      `The signature fits none of ${request.urls.length} public URLs and ${tokens.filter(Boolean).length} auth tokens: check OFFHOOK_PUBLIC_URL, the proxy’s forwarded headers and the auth token`,
    )
  const account = fieldsOf(request).get('AccountSid')
  if (account && account !== config.accountSid)
    return refused('invalid', `The request is about account ${account.slice(0, 40)}, not the one of this connection`)
  // The signature names a request: it covers URL and fields (call, event, sequence), which Twilio's own retries repeat
  // exactly. Its I-Twilio-Idempotency-Token would do as well, were it signed: a replay could come with a fresh one.
  return { ok: true, nonce: signature, until: now.time + memory, retry: true }
}

function refused(why: 'missing' | 'invalid', message: string): Verdict {
  return { ok: false, why, message }
}

/** A signature covers URL and form only; a body that is neither must be named by its hash in the URL. */
function isCovered(request: InboundRequest): boolean {
  const hash = request.query.get('bodySHA256')
  if (hash !== null) return isHashOf(hash, request.body)
  return request.method === 'GET' || request.body.length === 0 || request.form.size > 0
}

/** What was glued to the URL before signing: the form of a POST, unless the URL vouches for the body itself. */
function formOf(request: InboundRequest): URLSearchParams | undefined {
  return request.method === 'GET' || request.query.has('bodySHA256') ? undefined : request.form
}

/** Of these Twilio carries out the answer; the others only want to be heard. */
function acknowledge(request: InboundRequest): Reply {
  if (wantsMarkup(request)) return reply(response(hangup()))
  return { status: 204, headers: {}, body: '' }
}

function wantsMarkup(request: InboundRequest): boolean {
  const kind = request.segments[0]
  return kind === 'voice' || kind === 'transfer' || kind === 'back'
}

/**
 * Twilio obeys TwiML only in a 2xx answer, and by default repeats a request only when it could not connect
 * (docs: webhooks-connection-overrides, rp=ct). So:
 * - what is not Twilio's (signature, auth): 403. A genuine Twilio with a wrong token logs warning 11200 and, having no
 *   fallback URL, ends the call; nobody else learns anything.
 * - a genuine voice request that we cannot serve: 200 with `<Reject>` (free of charge), which ends it cleanly and at once,
 *   where an error status would have Twilio read an error message to the caller. A call past ringing: `<Hangup>`.
 * - callbacks: the error's own status, so that operators who asked Twilio to retry 5xx (`#rp=5xx`) get it.
 */
function refuse(error: OffhookError, request: InboundRequest): Reply {
  const named = { 'x-offhook-error': error.code }
  const ungenuine = error.code.startsWith('signature.') || error.code.startsWith('auth.')
  if (!wantsMarkup(request)) return reply(response(), error.status, named)
  const status = ungenuine ? error.status : 200
  const offered = request.segments[0] === 'voice' && !fieldsOf(request).get('Direction')?.startsWith('outbound')
  const busy = error.code === 'overloaded' || error.code.endsWith('rate-limited')
  return reply(response(offered ? reject(busy ? 'busy' : 'rejected') : hangup()), status, named)
}
