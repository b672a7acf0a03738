/** Shared by this folder's tests: a configured account, a call, and webhooks signed the way Twilio signs. */
import { readFileSync } from 'node:fs'
import { VirtualClock } from '../../../lib/clock.ts'
import { seededIds } from '../../../lib/ids.ts'
import type { CallSeen } from '../../../spec/carrier.ts'
import type { HttpRequest, HttpResponse, InboundRequest, Now, Operation } from '../../../spec/http.ts'
import { settings, type Settings } from './settings.ts'
import { signatureOf } from '../../../protocols/twilio/signature.ts'

export const accountSid = 'AC0123456789abcdef0123456789abcdef'
export const token = '0123456789abcdef0123456789abcdef'
export const callSid = 'CA00112233445566778899aabbccddeeff'
export const streamSid = 'MZ0f1e2d3c4b5a69788796a5b4c3d2e1f0'
export const recordingSid = 'RE00112233445566778899aabbccddeeff'

export const config: Settings = settings.parse({ accountSid, authToken: token })

const ids = seededIds('twilio')
export const now: Now = { time: new VirtualClock().now(), id: (prefix) => ids.id(prefix) }

export const urls = {
  webhook: (purpose: string) => `https://voice.example.com/carriers/twilio/conn_1/${purpose}`,
  media: () => 'wss://voice.example.com/media/t0ken',
}

export const call: CallSeen = {
  id: 'call_1',
  organization: 'org_1',
  direction: 'outbound',
  carrier: 'twilio',
  connection: 'conn_1',
  from: '+15551230002',
  to: '+15551230001',
  agent: 'agent_1',
  variables: {},
  metadata: {},
  ringTimeout: 30_000,
  maxDuration: 600_000,
  machineDetection: true,
  record: false,
  createdAt: now.time,
  status: 'in-progress',
  ref: callSid,
}

/** A payload from `fixtures/`, as a form. */
export function fixture(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))
}

export function form(name: string): URLSearchParams {
  return new URLSearchParams(fixture(name) as Record<string, string>) // fixtures of callbacks are flat
}

/** A webhook as the edge hands it over. `headers` replace the genuine signature. */
export function inbound(
  purpose: string,
  fields: URLSearchParams,
  headers: Readonly<Record<string, string>> = {
    'x-twilio-signature': signatureOf(token, urls.webhook(purpose), fields),
  },
): InboundRequest {
  return {
    method: 'POST',
    purpose,
    segments: purpose.split('/'),
    urls: [urls.webhook(purpose)],
    query: new URLSearchParams(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: Buffer.from(fields.toString()),
    form: fields,
    json: undefined,
    address: '203.0.113.7',
  }
}

export function answer(body: unknown, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) }
}

/** Performs an operation against canned answers; gives its result and what it asked. */
export function run<T>(
  operation: Operation<T>,
  ...answers: readonly HttpResponse[]
): { readonly result: T; readonly asked: readonly HttpRequest[] } {
  const asked: HttpRequest[] = []
  let step = operation.next(undefined as never) // a generator's first next() takes no value
  for (const one of answers) {
    if (step.done) break
    asked.push(step.value)
    step = operation.next(one)
  }
  if (!step.done) throw new Error(`no answer for ${step.value.method} ${step.value.url}`)
  return { result: step.value, asked }
}
