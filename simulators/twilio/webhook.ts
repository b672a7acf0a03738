/** Sends what Twilio sends: signed requests with its headers, time limits, retries and, when asked, its misbehaviour. */
import { frameMs } from '../ticker.ts'
import { WireFailure, type WireReply } from '../wire.ts'
import type { SimulatedCall } from './call.ts'
import { overridesOf, type Overrides, type RetryReason } from './overrides.ts'
import { signatureOf, type Fields } from './signature.ts'
import { note, raise, type Account, type World } from './world.ts'

export interface Webhook {
  readonly account: Account
  readonly url: string
  readonly method: string
  readonly fields: Fields
  readonly call?: SimulatedCall
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
  const once = () => attempts(world, webhook, overrides, request)
  const request = requestOf(world, webhook, overrides)
  if (world.faults.duplicateWebhooks) world.background(once())
  const replay = world.faults.replayWebhooksAfterMs
  const reply = await once()
  if (replay !== undefined) world.background(world.clock.sleep(replay, world.scope.signal).then(once))
  if (reply instanceof WireFailure) return refuse(world, webhook, codeOf(reply), reply.message)
  // Redirects count as failures too: they are not followed here.
  if (reply.status < 200 || reply.status > 299)
    return refuse(world, webhook, 11200, `Got HTTP ${reply.status} response`)
  return reply
}

function refuse(world: World, webhook: Webhook, code: number, message: string): undefined {
  raise(world, { code, message, url: webhook.url, ...(webhook.call ? { call: webhook.call.sid } : {}) })
}

function codeOf(failure: WireFailure): number {
  if (failure.stage === 'size') return 11750
  if (failure.stage === 'name') return 11210
  return failure.stage === 'connect' ? 11205 : 11200
}

interface Signed {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Built once: a retry carries the same idempotency token and the same signature. */
function requestOf(world: World, webhook: Webhook, overrides: Overrides): Signed {
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

async function attempts(world: World, webhook: Webhook, overrides: Overrides, request: Signed) {
  for (let left = overrides.retries; ; left--) {
    const result = await attempt(world, webhook, overrides, request)
    const reason = reasonOf(result)
    if (left <= 0 || !reason || !overrides.policy.has(reason)) return result
    await world.clock.sleep(frameMs, world.scope.signal)
  }
}

async function attempt(
  world: World,
  webhook: Webhook,
  overrides: Overrides,
  request: Signed,
): Promise<WireReply | WireFailure> {
  const { method, url, body } = request
  note(world, { from: 'twilio', kind: 'webhook', text: `${method} ${url}${body ? `\n${body}` : ''}` }, webhook.call)
  try {
    const reply = await world.wire.request({
      ...request,
      limits: overrides.limits,
      maxBytes,
      signal: world.scope.signal,
    })
    const text = `${reply.status} ${reply.headers['content-type'] ?? ''}\n${Buffer.from(reply.body).toString()}`
    note(world, { from: 'gateway', kind: 'reply', text }, webhook.call)
    return reply
  } catch (failure) {
    if (!(failure instanceof WireFailure)) throw failure
    note(world, { from: 'gateway', kind: 'reply', text: `no answer from ${url}: ${failure.message}` }, webhook.call)
    return failure
  }
}

function reasonOf(result: WireReply | WireFailure): RetryReason | undefined {
  if (result instanceof WireFailure) {
    if (result.stage === 'read' || result.stage === 'broken') return 'rt'
    return result.stage === 'connect' || result.stage === 'name' ? 'ct' : undefined
  }
  return result.status >= 500 ? '5xx' : result.status >= 400 ? '4xx' : undefined
}
