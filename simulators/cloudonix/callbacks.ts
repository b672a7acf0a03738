/** Cloudonix's requests to applications: each with the domain's key, none signed. */
import type { ProgressEvent } from '../carrier/call.ts'
import { deliver, failedToAnswer, succeeded, type HttpDraft } from '../carrier/webhook.ts'
import { complain } from '../carrier/world.ts'
import { WireFailure, type WireReply } from '../wire.ts'
import type { CloudonixCall } from './world.ts'

type Fields = Readonly<Record<string, unknown>>

const limits = { connect: 5000, read: 10_000, total: 15_000 }

/** The answer, or undefined after a complaint. */
export async function send(
  call: CloudonixCall,
  draft: Omit<HttpDraft, 'headers'>,
  type?: string,
): Promise<WireReply | undefined> {
  const { cloudonix } = call.facts
  const { url } = draft
  if (!/^https?:\/\/[^/]/.test(url)) return fail(call, `no valid address: ${url.slice(0, 80)}`, url)
  const headers = { ...headersOf(call), ...(type === undefined ? {} : { 'content-type': type }) }
  const full = { ...draft, headers }
  const result = await deliver(cloudonix, {
    call,
    draft: () => full,
    limits,
    maxBytes: 1 << 20,
    retries: 1,
    again: failedToAnswer,
  })
  if (succeeded(result)) return result as WireReply // a failure never succeeded
  return fail(call, result instanceof WireFailure ? result.message : `HTTP ${result.status}`, url)
}

function fail(call: CloudonixCall, why: string, url: string): undefined {
  complain(call, 0, `request: ${why}`, url)
}

/** The domain's key in both headers, or what the `signature` fault makes of it. */
function headersOf(call: CloudonixCall): Readonly<Record<string, string>> {
  const { cloudonix } = call.facts
  const { requestsKey, domain } = cloudonix.account
  const fault = cloudonix.faults.signature
  const key = fault === 'wrong' ? `${requestsKey}0` : fault === 'foreign' ? 'the-key-of-another-domain' : requestsKey
  const proof: Record<string, string> =
    fault === 'missing' ? {} : { authorization: `Bearer ${key}`, 'x-cx-apikey': key }
  return {
    'user-agent': 'cloudonix-vapp/1.0',
    ...proof,
    'x-cx-domain': domain,
    'x-cx-session': call.ref,
    'x-cx-source': call.from,
  }
}

/** Fields of a document request. */
export function documentFields(call: CloudonixCall): Readonly<Record<string, string>> {
  const { account } = call.facts.cloudonix
  return {
    CallSid: call.facts.callSid,
    From: call.from,
    To: call.to,
    CallerName: '',
    Direction: call.direction === 'inbound' ? 'inbound' : 'outbound-api',
    CallStatus: call.status,
    Session: call.ref,
    Domain: account.domain,
    AccountSid: account.domain,
  }
}

/** The session object as its callback and REST tell it. */
export function sessionOf(call: CloudonixCall): Fields {
  const { cloudonix, id, callback, profile } = call.facts
  const { domain, domainId } = cloudonix.account
  const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString())
  return {
    ...{ id, domainId, domain, subscriberId: 1, destination: call.to, callerId: call.from },
    direction: call.direction === 'inbound' ? 'inbound' : 'outbound-api',
    token: call.ref,
    ...{ timeLimit: 14_400, profile, callback: callback ?? null, routes: [] },
    ...{ callStartTime: call.created, callAnswerTime: call.startTime ?? null, callEndTime: call.endTime ?? null },
    ...{ startTime: iso(call.created), answerTime: iso(call.startTime), endTime: iso(call.endTime) },
    status: statusOf(call),
    ...{ error: null, vappServer: '10.0.0.1', createdAt: iso(call.created), modifiedAt: iso(cloudonix.clock.now()) },
  }
}

/** In the session's words; an answered one stays `connected`, and has an end. */
function statusOf(call: CloudonixCall): string {
  if (call.startTime !== undefined) return call.over ? 'connected' : 'answer'
  const words = {
    queued: 'new',
    initiated: 'processing',
    ringing: 'ringing',
    busy: 'busy',
    canceled: 'cancel',
  } as const
  if (call.status === 'no-answer') return call.endedBy === 'person' ? 'cancel' : 'noanswer'
  return call.status in words ? words[call.status as keyof typeof words] : 'failed' // just looked
}

/** Every step is told, sometimes as the only one of a list. */
export function reportProgress(call: CloudonixCall, event: ProgressEvent): void | Promise<void> {
  const { callback, reporter } = call.facts
  if (call.direction === 'outbound-dial') return undefined
  const final = event === 'completed'
  const told = callback === undefined ? undefined : reporter.send(() => tellSession(call, callback), final)
  if (!final) return told
  return (told ?? Promise.resolve()).then(() => tellRecord(call))
}

async function tellSession(call: CloudonixCall, url: string): Promise<void> {
  const session = sessionOf(call)
  const body = JSON.stringify(call.startTime === undefined ? session : [session])
  await send(call, { method: 'POST', url, body }, 'application/json')
}

async function tellRecord(call: CloudonixCall): Promise<void> {
  const { cdrEndpoint: url, domain, domainId } = call.facts.cloudonix.account
  if (!url) return
  const billed = call.seconds
  const record = {
    ...{ domain, call_id: call.facts.callSid, session: { token: call.ref }, from: call.from, to: call.to },
    ...{ disposition: dispositionOf(call), duration: billed, billsec: billed, timestamp: call.endTime },
    ...{ owner: { domain: { uuid: domainId } }, rated_cost: (billed / 60) * 0.01 },
  }
  await send(call, { method: 'POST', url, body: JSON.stringify(record) }, 'application/json')
}

function dispositionOf(call: CloudonixCall): string {
  if (call.startTime !== undefined) return 'ANSWER'
  return dispositions[call.status] ?? 'FAILED'
}

const dispositions: Readonly<Record<string, string>> = { busy: 'BUSY', 'no-answer': 'NOANSWER', canceled: 'CANCEL' }
