/** Telnyx's webhooks: signed with Ed25519 over the time and the raw body; what they are answered does not matter. */
import { createPublicKey, verify as verifySignature, type KeyObject } from 'node:crypto'
import { text } from '../../../protocols/json-media/fields.ts'
import type { Verdict, Webhook } from '../../../spec/carrier.ts'
import type { InboundRequest, Now, Reply } from '../../../spec/http.ts'
import { decode } from './reports.ts'
import type { Settings } from './settings.ts'
import { eventIn } from './state.ts'

/** How far Telnyx's clock may be from ours, both ways, seconds. */
const skew = 300
/** Telnyx delivers an event again within minutes: the same id changes nothing for this long, ms. */
const memory = 3_600_000

export const webhook: Webhook<Settings> = { identify, verify, decode, acknowledge: () => json(200), refuse }

function identify(request: InboundRequest) {
  const { payload } = eventIn(request)
  const account = text(payload, 'connection_id')
  const ref = text(payload, 'call_control_id') ?? text(payload, 'call_leg_id')
  const number = text(payload, payload['direction'] === 'outgoing' ? 'from' : 'to')
  return { ...(account ? { account } : {}), ...(number ? { number } : {}), ...(ref ? { ref } : {}) }
}

function verify(request: InboundRequest, config: Settings, now: Now): Verdict {
  const keys = [config.publicKey, config.secondaryPublicKey].flatMap((key) => (key ? (keyOf(key) ?? []) : []))
  const header = request.headers['telnyx-signature-ed25519']
  const timestamp = request.headers['telnyx-timestamp'] ?? ''
  if (keys.length === 0)
    return refused('missing', 'No usable public key is set, so Telnyx’s signature cannot be checked')
  if (!header || !timestamp) return refused('missing', 'The Telnyx signature or timestamp header is missing')
  if (!/^\d{1,12}$/.test(timestamp)) return refused('invalid', 'The Telnyx timestamp is no number of seconds')
  const signed = Buffer.concat([Buffer.from(`${timestamp}|`), request.body])
  if (!isSigned(signed, header, keys))
    return refused(
      'invalid',
      `The signature fits none of ${keys.length} public keys: copy the key from the portal again`,
    )
  if (Math.abs(now.time / 1_000 - Number(timestamp)) > skew)
    return refused('stale', `The webhook is dated more than ${skew} seconds away: check this machine’s clock`)
  const { data, payload } = eventIn(request)
  const connection = text(payload, 'connection_id')
  if (connection && connection !== config.connectionId)
    return refused('invalid', `The event is about connection ${connection.slice(0, 40)}, not the one set here`)
  return { ok: true, nonce: text(data, 'id') ?? header, until: now.time + memory, retry: true }
}

function isSigned(message: Uint8Array, header: string, keys: readonly KeyObject[]): boolean {
  const signatures = header.split(',').map((one) => Buffer.from(one.trim(), 'base64'))
  return signatures.some((one) => one.length === 64 && keys.some((key) => verifySignature(null, message, key, one)))
}

/** The portal shows the raw 32 bytes in base64; DER (SPKI) and PEM are taken too. */
function keyOf(written: string): KeyObject | undefined {
  const der = Buffer.from(written.replaceAll(/-----[^-]+-----/g, '').replaceAll(/\s/g, ''), 'base64')
  const prefix = Buffer.from('302a300506032b6570032100', 'hex')
  try {
    const key = der.length === 32 ? Buffer.concat([prefix, der]) : der
    const read = createPublicKey({ key, format: 'der', type: 'spki' })
    return read.asymmetricKeyType === 'ed25519' ? read : undefined
  } catch {
    return undefined // a key that cannot be read verifies nothing
  }
}

function refused(why: 'missing' | 'invalid' | 'stale', message: string): Verdict {
  return { ok: false, why, message }
}

/** Telnyx ignores the body; 5xx and 429 it sends again, other refusals not. */
function refuse(error: { readonly status: number; readonly code: string }): Reply {
  return json(error.status, { 'x-offhook-error': error.code })
}

function json(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: '{}' }
}
