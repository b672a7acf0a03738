/** Exotel's requests: nothing is signed, so their address must know a secret of ours. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { text } from '../../../protocols/json-media/fields.ts'
import type { Verdict, Webhook } from '../../../spec/carrier.ts'
import type { OffhookError } from '../../../spec/errors.ts'
import type { InboundRequest, Reply } from '../../../spec/http.ts'
import { decode, fieldsOf } from './reports.ts'
import type { Settings } from './settings.ts'

export const webhook: Webhook<Settings> = { identify, verify, decode, acknowledge, refuse }

function identify(request: InboundRequest) {
  const fields = fieldsOf(request)
  const account = text(fields, 'AccountSid')
  const number = text(fields, 'CallTo') ?? text(fields, 'To')
  const ref = text(fields, 'CallSid')
  return { ...(account ? { account } : {}), ...(number ? { number } : {}), ...(ref ? { ref } : {}) }
}

/**
 * Three ways to know the secret: Basic credentials (`https://offhook:SECRET@…`), `?key=SECRET`, both for addresses that people
 * enter; and a key of its own at the end of each address that we write. None is dated: a replay looks like a retry, and
 * changes as little.
 */
function verify(request: InboundRequest, config: Settings): Verdict {
  const secrets = [config.webhookSecret, config.secondaryWebhookSecret].flatMap((secret) => secret || [])
  if (secrets.length === 0)
    return refused('missing', 'No webhook secret is set, so Exotel cannot be told from anybody else')
  const allowed = (config.allowedAddresses ?? '').split(/[\s,]+/).filter(Boolean)
  if (allowed.length > 0 && !allowed.includes(request.address))
    return refused('invalid', `${request.address} is not one of the allowed addresses`)
  const basic = /^Basic\s+([\w+/=]+)$/i.exec(request.headers['authorization'] ?? '')?.[1]
  const password =
    basic &&
    Buffer.from(basic, 'base64')
      .toString()
      .replace(/^[^:]*:/, '')
  const known = [password, request.query.get('key')].flatMap((key) => key || [])
  const purpose = request.segments.slice(0, -1).join('/')
  const own = purpose === '' ? [] : [request.segments.at(-1) ?? '']
  if (
    secrets.some(
      (secret) => known.some((key) => same(key, secret)) || own.some((key) => same(key, macOf(secret, purpose))),
    )
  )
    return { ok: true }
  if (known.length === 0 && own.length === 0)
    return refused('missing', 'The address has no secret: https://offhook:SECRET@…/voice, or …/voice?key=SECRET')
  return refused('invalid', 'The secret in the address is not the webhook secret of this connection')
}

/** The purpose with its key: known to us and to whom we gave it. */
export function keyed({ webhookSecret }: Settings, purpose: string): string {
  return `${purpose}/${macOf(webhookSecret, purpose)}`
}

function macOf(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(`offhook path ${purpose}`).digest('base64url').slice(0, 32)
}

/** Over hashes, so that the length tells nothing either. */
function same(a: string, b: string): boolean {
  const [one, other] = [a, b].map((key) => createHash('sha256').update(key).digest()) as [Buffer, Buffer] // two in, two out
  return timingSafeEqual(one, other)
}

function refused(why: 'missing' | 'invalid', message: string): Verdict {
  return { ok: false, why, message }
}

function acknowledge(): Reply {
  return json({})
}

/** An applet that gets no address goes on with what follows it; callbacks with 5xx come again. */
function refuse(error: OffhookError): Reply {
  return json({ error: error.code }, error.status)
}

export function json(body: object, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
