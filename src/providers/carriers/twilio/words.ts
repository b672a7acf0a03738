/** Twilio's words in ours: statuses, causes, answering machines. Its own word is kept beside as `raw`. */
import type { CallStatus, MachineResult } from '../../../spec/call.ts'

const statuses: Readonly<Record<string, CallStatus>> = {
  queued: 'queued',
  initiated: 'initiated',
  ringing: 'ringing',
  'in-progress': 'in-progress',
  answered: 'in-progress',
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no-answer',
  failed: 'failed',
  canceled: 'canceled',
}

export function statusOf(raw: string | null | undefined): CallStatus | undefined {
  return raw && Object.hasOwn(statuses, raw) ? statuses[raw] : undefined
}

/** How a transfer ended, from DialCallStatus: `answered` means that the dialled side picked up and was connected. */
export function transferResultOf(raw: string): CallStatus {
  return raw === 'answered' ? 'completed' : (statusOf(raw) ?? 'failed')
}

const sipReasons: Readonly<Record<string, string>> = {
  400: 'bad request',
  401: 'credentials wanted',
  403: 'forbidden',
  404: 'no such number',
  405: 'method not allowed',
  407: 'credentials wanted',
  408: 'no reply from the network',
  410: 'number no longer in use',
  480: 'not available now',
  484: 'number incomplete',
  486: 'busy',
  487: 'rang out or canceled',
  488: 'no common codec',
  500: 'network failure',
  502: 'network failure',
  503: 'network overloaded, or too many calls per second',
  504: 'network timeout',
  600: 'busy everywhere',
  603: 'declined by the callee or by the network',
  604: 'no such number',
  607: 'unwanted call',
  608: 'blocked by the network',
}

/** Why a call ended, for people: the SIP code with its meaning, and Twilio's error number. Undefined after a good end. */
export function causeOf(sipCode: string | null, errorCode: string | null): string | undefined {
  const parts: string[] = []
  if (sipCode && /^[3-6]\d\d$/.test(sipCode))
    parts.push(sipReasons[sipCode] ? `SIP ${sipCode} ${sipReasons[sipCode]}` : `SIP ${sipCode}`)
  if (errorCode && /^\d{5}$/.test(errorCode)) parts.push(`Twilio error ${errorCode}`)
  return parts.length > 0 ? parts.join(', ') : undefined
}

/** AnsweredBy. `machine_start` comes while the greeting still runs; the `machine_end_` words when a message may be left. */
export function machineOf(raw: string): { readonly result: MachineResult; readonly messageEnded: boolean } {
  const messageEnded = raw.startsWith('machine_end_')
  if (messageEnded || raw === 'machine_start') return { result: 'machine', messageEnded }
  return { result: raw === 'human' || raw === 'fax' ? raw : 'unknown', messageEnded: false }
}
