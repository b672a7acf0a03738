/** Callbacks of Plivo's shape: signed forms about a call's progress, its stream, its recordings. */
import type { ProgressEvent } from '../carrier/call.ts'
import { deliver, failedToAnswer, succeeded } from '../carrier/webhook.ts'
import { complain } from '../carrier/world.ts'
import { WireFailure, type WireReply } from '../wire.ts'
import type { PlivoCall, Target } from './world.ts'

type Fields = Readonly<Record<string, string>>

const limits = { connect: 2000, read: 15_000, total: 15_000 }
/** XML larger than this is refused. */
const maxBytes = 100 * 1024

/** Fields of every callback about a call. */
function baseFields(call: PlivoCall): Fields {
  const { plivo, requestId } = call.facts
  const { kind, account } = plivo
  const outbound = call.direction !== 'inbound'
  return {
    CallUUID: call.ref,
    From: kind.number(call.from),
    To: kind.number(call.to),
    Direction: outbound ? 'outbound' : 'inbound',
    CallStatus: statusOf(call),
    ALegUUID: (call.parent ?? call).ref,
    ...(requestId === undefined ? {} : { RequestUUID: requestId, ALegRequestUUID: requestId }),
    ParentAuthID: account.authId,
    SessionStart: dateOf(call.created),
    STIRVerification: outbound ? 'Not Applicable' : 'Verified',
    STIRAttestation: outbound ? 'Not Applicable' : 'A',
  }
}

/** `yyyy-MM-dd HH:mm:ss`, of no zone. */
export function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

/** The answer, or undefined after a complaint. */
export async function post(call: PlivoCall, target: Target, extra: Fields): Promise<WireReply | undefined> {
  const { plivo } = call.facts
  const url = target.url.split('#', 1)[0]! // connection overrides are not part of the address
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) return fail(call, 7022, `bad URL: ${url.slice(0, 80)}`, url)
  const fields = { ...baseFields(call), ...extra }
  const form = new URLSearchParams(fields)
  const get = target.method === 'GET'
  const address = get ? `${url}${url.includes('?') ? '&' : '?'}${form.toString()}` : url
  const signed = plivo.kind.sign(plivo, target.method, address, get ? new Map() : new Map(Object.entries(fields)))
  const headers = { 'user-agent': plivo.kind.userAgent, ...signed }
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const draft = get
    ? { method: 'GET', url: address, headers }
    : { method: 'POST', url, headers: { ...headers, ...type }, body: form.toString() }
  const result = await deliver(plivo, { call, draft: () => draft, limits, maxBytes, retries: 1, again: failedToAnswer })
  if (succeeded(result)) return result as WireReply // a failure never succeeded
  const why = result instanceof WireFailure ? result.message : `HTTP ${result.status}`
  return fail(call, 7011, `${extra['Event'] ?? 'callback'}: ${why}`, url)
}

function fail(call: PlivoCall, code: number, message: string, url: string): undefined {
  complain(call, code, message, url)
}

/** Reports leave one after the other. */
function report(call: PlivoCall, target: Target | undefined, fields: Fields, final: boolean): void | Promise<void> {
  if (!target?.url) return undefined
  return call.facts.reporter.send(() => post(call, target, fields), final)
}

export function reportProgress(call: PlivoCall, event: ProgressEvent): void | Promise<void> {
  const { ringTarget, hangupTarget } = call.facts
  if (event === 'ringing' && call.direction === 'outbound-api')
    return report(call, ringTarget, { Event: 'Ring', CallStatus: 'ringing' }, false)
  if (event === 'completed' && call.direction !== 'outbound-dial')
    return report(call, hangupTarget, endFields(call), true)
  return undefined
}

function endFields(call: PlivoCall): Fields {
  const { code, cause, name } = endOf(call)
  const price = priceOf(call)
  return {
    Event: 'Hangup',
    StartTime: dateOf(call.created),
    ...(call.startTime === undefined ? {} : { AnswerTime: dateOf(call.startTime) }),
    EndTime: dateOf(call.endTime ?? call.world.clock.now()),
    Duration: String(call.seconds),
    BillDuration: String(price.seconds),
    BillRate: String(price.rate),
    TotalCost: price.total,
    HangupCause: cause,
    HangupCauseCode: String(code),
    HangupCauseName: name,
    HangupSource: sourceOf(call),
  }
}

export function priceOf(call: PlivoCall) {
  const rate = call.direction === 'inbound' ? 0.0055 : 0.01
  const seconds = Math.ceil(call.seconds / 60) * 60
  return { rate, seconds, total: ((seconds / 60) * rate).toFixed(5) }
}

export function sourceOf(call: PlivoCall): string {
  if (call.facts.hangupCode === 4010) return 'Answer XML'
  if (call.endedBy === 'application') return 'API Request'
  if (call.endedBy === 'person') return call.direction === 'inbound' ? 'Caller' : 'Callee'
  return call.startTime === undefined ? 'Carrier' : call.facts.plivo.kind.own
}

/** In the carrier's words: `in-progress` when answered, whatever comes after. */
export function statusOf(call: PlivoCall): string {
  switch (call.status) {
    case 'queued':
    case 'initiated':
    case 'ringing':
      return 'ringing'
    case 'no-answer':
      return call.endedBy === 'person' ? 'cancel' : call.direction === 'inbound' ? 'failed' : 'timeout'
    case 'canceled':
      return 'cancel'
    default:
      return call.status
  }
}

/** Hangup causes (docs: voice/troubleshooting/hangup-causes). */
export function endOf(call: PlivoCall): { readonly code: number; readonly cause: string; readonly name: string } {
  const code = call.facts.hangupCode ?? codeOf(call)
  const [cause, name] = causes[code] ?? ['UNKNOWN', 'Unknown']
  return { code, cause, name }
}

function codeOf(call: PlivoCall): number {
  if (call.startTime !== undefined) return 4000
  switch (call.status) {
    case 'busy':
      return call.sipCode === 603 ? 3020 : 3010
    case 'no-answer':
      return call.endedBy === 'person' ? 1000 : 6010
    case 'canceled':
      return 1000
    default:
      return 3050
  }
}

const causes: Readonly<Record<number, readonly [cause: string, name: string]>> = {
  1000: ['ORIGINATOR_CANCEL', 'Cancelled'],
  3010: ['USER_BUSY', 'Busy Line'],
  3020: ['CALL_REJECTED', 'Rejected'],
  3050: ['UNALLOCATED_NUMBER', 'Unallocated Number'],
  4000: ['NORMAL_CLEARING', 'Normal Hangup'],
  4010: ['NORMAL_CLEARING', 'End Of XML Instructions'],
  6010: ['NO_ANSWER', 'Ring Timeout Reached'],
  7011: ['NORMAL_CLEARING', 'Error Reaching Answer URL'],
  8011: ['NORMAL_CLEARING', 'Invalid Answer XML'],
  9100: ['NORMAL_CLEARING', 'Machine Detected'],
}

export function reportMachine(call: PlivoCall, target: Target, machine: boolean, mode: string): void {
  const fields = { Event: 'MachineDetection', Machine: String(machine), IfMachine: mode, CallStatus: 'in-progress' }
  call.world.background(post(call, target, fields).then(() => undefined))
}
