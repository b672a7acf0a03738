/** Sends what Twilio sends: signed requests with its headers, time limits, retries and, when asked, its misbehaviour. */
import { deliver, type HttpDraft } from '../carrier/webhook.ts'
import { raise, type World } from '../carrier/world.ts'
import { WireFailure, type WireReply } from '../wire.ts'
import type { TwilioCall } from './facts.ts'
import { overridesOf, type Overrides, type RetryReason } from './overrides.ts'
import { signatureOf, type Fields } from './signature.ts'
import type { Account } from './world.ts'

export interface Webhook {
  readonly account: Account
  readonly url: string
  readonly method: string
  readonly fields: Fields
  readonly call?: TwilioCall
}

/** TwiML larger than this is refused (error 11750). */
const maxBytes = 64 * 1024

/** The answer, or undefined after an alert was raised. */
export async function sendWebhook(world: World, webhook: Webhook): Promise<WireReply | undefined> {
  const overrides = overridesOf(webhook.url)
  if ('wrong' in overrides || !/^https?:\/\/[^/]/.test(overrides.url) || !URL.canParse(overrides.url)) {
    const message = 'wrong' in overrides ? overrides.wrong : 'Invalid URL format'
    return refuse(world, webhook, 11100, message)
  }
  const request = requestOf(world, webhook, overrides)
  const reply = await deliver(world, {
    ...(webhook.call ? { call: webhook.call } : {}),
    draft: () => request,
    limits: overrides.limits,
    maxBytes,
    retries: overrides.retries,
    again: (result) => {
      const reason = reasonOf(result)
      return reason !== undefined && overrides.policy.has(reason)
    },
  })
  if (reply instanceof WireFailure) return refuse(world, webhook, codeOf(reply), reply.message)
  // Redirects count as failures too: they are not followed here.
  if (reply.status < 200 || reply.status > 299)
    return refuse(world, webhook, 11200, `Got HTTP ${reply.status} response`)
  return reply
}

function refuse(world: World, webhook: Webhook, code: number, message: string): undefined {
  raise(world, { code, message, url: webhook.url, ...(webhook.call ? { call: webhook.call.ref } : {}) })
}

function codeOf(failure: WireFailure): number {
  if (failure.stage === 'size') return 11750
  if (failure.stage === 'name') return 11210
  return failure.stage === 'connect' ? 11205 : 11200
}

/** Built once: a retry carries the same idempotency token and the same signature. */
function requestOf(world: World, webhook: Webhook, overrides: Overrides): HttpDraft {
  const form = new URLSearchParams(webhook.fields.map(([name, value]) => [name, value])).toString()
  const get = webhook.method === 'GET'
  const url = get ? overrides.url + (overrides.url.includes('?') ? '&' : '?') + form : overrides.url
  const headers = {
    'user-agent': 'TwilioProxy/1.1',
    accept: '*/*',
    'i-twilio-idempotency-token': world.ids.token(16),
    ...signatureHeader(world, webhook.account, url, get ? [] : webhook.fields),
  }
  if (get) return { method: 'GET', url, headers }
  const type = 'application/x-www-form-urlencoded; charset=UTF-8'
  return { method: 'POST', url, headers: { ...headers, 'content-type': type }, body: form }
}

/** The signature header, or what the `signature` fault makes of it. */
export function signatureHeader(world: World, account: Account, url: string, fields: Fields): Record<string, string> {
  const fault = world.faults.signature
  if (fault === 'missing') return {}
  const token = fault === 'wrong' ? account.authToken.toUpperCase() + '0' : account.authToken
  const signed = fault === 'foreign' ? `${url.startsWith('ws') ? 'wss' : 'https'}://elsewhere.example/` : url
  return { 'x-twilio-signature': signatureOf(token, signed, fields) }
}

function reasonOf(result: WireReply | WireFailure): RetryReason | undefined {
  if (result instanceof WireFailure) {
    if (result.stage === 'read' || result.stage === 'broken') return 'rt'
    return result.stage === 'connect' || result.stage === 'name' ? 'ct' : undefined
  }
  return result.status >= 500 ? '5xx' : result.status >= 400 ? '4xx' : undefined
}
