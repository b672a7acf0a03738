/** Vobiz's webhooks: a signature over the public URL's path and a nonce, which covers neither query nor body. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { accountOf, decode, endStatus, fieldsOf } from '../../../protocols/plivo/callbacks.ts'
import { documentMarkup } from '../../../protocols/plivo/documents.ts'
import { inner, isFields, text } from '../../../protocols/json-media/fields.ts'
import { hangup, reply, response } from '../../../protocols/plivo/markup.ts'
import type { Report, Verdict, Webhook } from '../../../spec/carrier.ts'
import type { OffhookError } from '../../../spec/errors.ts'
import type { InboundRequest, Now, Reply } from '../../../spec/http.ts'
import type { Settings } from './settings.ts'

/** Vobiz dates nothing it signs; a nonce is remembered longer than any call may last (24 h). */
const memory = 25 * 3_600_000

export const webhook: Webhook<Settings> = { identify, verify, decode: reports, acknowledge, refuse }

function identify(request: InboundRequest) {
  const fields = fieldsOf(request)
  const account = accountOf(fields)
  const number = fields.get(fields.get('Direction') === 'outbound' ? 'From' : 'To')
  const ref = fields.get('CallUUID') ?? fields.get('call_uuid')
  return { ...(account ? { account } : {}), ...(number ? { number } : {}), ...(ref ? { ref } : {}) }
}

function verify(request: InboundRequest, config: Settings, now: Now): Verdict {
  const tokens = [config.authToken, config.parentAuthToken].flatMap((token) => token || [])
  if (tokens.length === 0) return refused('missing', 'No auth token is set, so Vobiz’s signature cannot be checked')
  const given = givenIn(request)
  if (given.length === 0) return unsigned(request, config)
  const valid = given.find((one) => {
    const texts = one.body ? [one.body] : request.urls.map((url) => `${baseOf(url)}${one.separator}${one.nonce}`)
    const expected = texts.flatMap((signed) => tokens.map((token) => hmac(token, signed, one.encoding)))
    return one.signatures.some((signature) => expected.some((other) => same(signature, other)))
  })
  if (!valid)
    return refused(
      'invalid',
      `The signature fits none of ${request.urls.length} public URLs and ${tokens.length} auth tokens: check OFFHOOK_PUBLIC_URL, the proxy’s forwarded headers and the auth token`,
    )
  return { ok: true, nonce: valid.nonce, until: now.time + memory, retry: true }
}

interface Given {
  readonly signatures: readonly string[]
  readonly nonce: string
  readonly separator: string
  readonly encoding: 'base64' | 'hex'
  /** Campaign webhooks sign this instead of the URL. */
  readonly body?: Uint8Array
}

/** V3 and V2 differ in a dot; `-ma-` is signed with the parent’s token. The legacy SHA-1 header is not taken. */
const schemes = [
  ['x-vobiz-signature-v3', 'x-vobiz-signature-v3-nonce', '.'],
  ['x-vobiz-signature-ma-v3', 'x-vobiz-signature-v3-nonce', '.'],
  ['x-vobiz-signature-v2', 'x-vobiz-signature-v2-nonce', ''],
  ['x-vobiz-signature-ma-v2', 'x-vobiz-signature-v2-nonce', ''],
] as const

function givenIn({ headers, body, segments }: InboundRequest): readonly Given[] {
  const found: Given[] = schemes.flatMap(([name, nonceName, separator]) => {
    const [signature, nonce] = [headers[name], headers[nonceName]]
    return signature && nonce ? [{ signatures: listed(signature), nonce, separator, encoding: 'base64' as const }] : []
  })
  const campaign =
    segments[0] === 'campaign' ? /^sha256=([0-9a-f]{64})$/i.exec(headers['x-vobiz-signature'] ?? '')?.[1] : undefined
  if (campaign === undefined) return found
  const signature = campaign.toLowerCase()
  return [{ signatures: [signature], nonce: signature, separator: '', encoding: 'hex', body }]
}

function listed(header: string): readonly string[] {
  return header.split(',').map((one) => one.trim())
}

/** For accounts whose callbacks come unsigned: the secret in the path that we wrote. */
function unsigned(request: InboundRequest, config: Settings): Verdict {
  const key = request.segments.at(-1) ?? ''
  const purpose = request.segments.slice(0, -1).join('/')
  if (config.acceptUnsigned && purpose !== '' && same(key, keyOf(config, purpose))) return { ok: true }
  return refused('missing', 'The X-Vobiz-Signature-V3 or -V2 header or its nonce is missing')
}

/** The purpose with its secret: nobody can make up an address of ours. */
export function keyed(config: Settings, purpose: string): string {
  return `${purpose}/${keyOf(config, purpose)}`
}

export function keyOf({ authToken }: Settings, purpose: string): string {
  return createHmac('sha256', authToken).update(`offhook path ${purpose}`).digest('base64url').slice(0, 32)
}

/** What is signed: scheme, host and path of the URL that was called. */
export function baseOf(url: string): string {
  return /^[^?#]*/.exec(url)?.[0] ?? ''
}

export function hmac(token: string, signed: string | Uint8Array, encoding: 'base64' | 'hex' = 'base64'): string {
  return createHmac('sha256', token).update(signed).digest(encoding)
}

function same(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function refused(why: 'missing' | 'invalid', message: string): Verdict {
  return { ok: false, why, message }
}

function reports(request: InboundRequest): readonly Report[] {
  if (request.segments[0] === 'campaign') return campaign(request)
  return decode(request, { vendor: 'Vobiz', headers: 'X-VH-', country: 'IN', recordingsByAddress: true })
}

/** Of a campaign's events only the end of a call concerns us. */
function campaign({ json }: InboundRequest): readonly Report[] {
  const read = isFields(json) ? json : {}
  const ref = text(read, 'call_uuid') ?? text(inner(read, 'data'), 'call_uuid')
  const raw = text(read, 'event')
  if (ref === undefined || raw !== 'call.completed') return []
  return [{ type: 'call.status', ref, status: endStatus(text(read, 'hangup_cause') ?? null, null, 'completed'), raw }]
}

function acknowledge(request: InboundRequest): Reply {
  const kind = request.segments[0]
  if (kind === 'document') return reply(documentMarkup(request, (number) => number))
  return wantsMarkup(kind) ? reply(response(hangup())) : reply(response())
}

function wantsMarkup(kind: string | undefined): boolean {
  return kind === 'voice' || kind === 'answer' || kind === 'transferred' || kind === 'document'
}

/** As elsewhere with markup: a genuine call that we cannot serve is ended by a good answer; what is not Vobiz's gets 403. */
function refuse(error: OffhookError, request: InboundRequest): Reply {
  const named = { 'x-offhook-error': error.code }
  const kind = request.segments[0]
  const ungenuine = error.code.startsWith('signature.') || error.code.startsWith('auth.')
  if (ungenuine || !wantsMarkup(kind)) return reply(response(), error.status, named)
  const busy = error.code === 'overloaded' || error.code.endsWith('rate-limited')
  return reply(response(hangup(kind === 'voice' ? (busy ? 'busy' : 'rejected') : undefined)), 200, named)
}
