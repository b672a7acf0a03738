/** Cloudonix's webhooks: no signature, but a key of our choice with each request. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { text } from '../../../protocols/json-media/fields.ts'
import { el, xml, type XmlElement } from '../../../protocols/xml/markup.ts'
import type { Verdict, Webhook } from '../../../spec/carrier.ts'
import type { OffhookError } from '../../../spec/errors.ts'
import type { InboundRequest, Reply } from '../../../spec/http.ts'
import { decode, fieldsOf, refOf } from './reports.ts'
import type { Settings } from './settings.ts'

export const webhook: Webhook<Settings> = { identify, verify, decode, acknowledge, refuse }

function identify(request: InboundRequest) {
  const fields = fieldsOf(request)
  const account = text(fields, 'Domain') ?? text(fields, 'domain') ?? request.headers['x-cx-domain']
  const number = text(fields, 'To') ?? text(fields, 'to') ?? text(fields, 'destination')
  const ref = refOf(fields) ?? request.headers['x-cx-session']
  return { ...(account ? { account } : {}), ...(number ? { number } : {}), ...(ref ? { ref } : {}) }
}

/** `Authorization: Bearer` of all requests, and `x-cx-apikey` of a voice application’s: which of them comes is not certain. */
function verify(request: InboundRequest, config: Settings): Verdict {
  const keys = [config.requestsKey, config.secondaryRequestsKey].flatMap((key) => key || [])
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1]
  const given = [bearer, request.headers['x-cx-apikey']].flatMap((key) => key || [])
  if (keys.length === 0)
    return refused('missing', 'No requests key is set, so Cloudonix cannot be told from anybody else')
  if (given.length === 0)
    return refused(
      'missing',
      'Neither Authorization nor x-cx-apikey: set the domain’s "authorization-api-key" to the requests key',
    )
  if (!given.some((one) => keys.some((key) => same(one, key))))
    return refused('invalid', 'The key of the request is not the requests key of this connection')
  const domain = text(fieldsOf(request), 'Domain') ?? request.headers['x-cx-domain']
  if (domain !== undefined && domain !== '' && !isSameDomain(domain, config.domain))
    return refused('invalid', `The request is about domain ${domain.slice(0, 60)}, not the one of this connection`)
  return { ok: true }
}

/** Over hashes, so that the length tells nothing either. */
function same(a: string, b: string): boolean {
  const [one, other] = [a, b].map((key) => createHash('sha256').update(key).digest()) as [Buffer, Buffer] // two in, two out
  return timingSafeEqual(one, other)
}

/** `acme` is `acme.cloudonix.net`; a UUID names the same domain in a way that nobody can compare. */
function isSameDomain(written: string, ours: string): boolean {
  const [one, other] = [written, ours].map((name) => name.toLowerCase().replace(/\.cloudonix\.net$/, ''))
  return one === other || /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(written) || /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(ours)
}

function refused(why: 'missing' | 'invalid', message: string): Verdict {
  return { ok: false, why, message }
}

function acknowledge(request: InboundRequest): Reply {
  return wantsMarkup(request) ? reply(response(el('Hangup'))) : { status: 204, headers: {}, body: '' }
}

function wantsMarkup(request: InboundRequest): boolean {
  return request.segments[0] === 'voice' || request.segments[0] === 'transfer'
}

/** A document is obeyed in a 2xx answer: a genuine call that we cannot serve is rejected by one. */
function refuse(error: OffhookError, request: InboundRequest): Reply {
  const named = { 'x-offhook-error': error.code }
  const ungenuine = error.code.startsWith('signature.') || error.code.startsWith('auth.')
  const busy = error.code === 'overloaded' || error.code.endsWith('rate-limited')
  const verb = request.segments[0] === 'voice' ? el('Reject', { reason: busy ? 'busy' : 'rejected' }) : el('Hangup')
  return reply(response(verb), wantsMarkup(request) && !ungenuine ? 200 : error.status, named)
}

export function response(...verbs: readonly (XmlElement | undefined)[]): string {
  return xml(el('Response', {}, ...verbs))
}

export function reply(markup: string, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/xml; charset=utf-8', ...headers }, body: markup }
}
