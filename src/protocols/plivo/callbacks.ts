/** What a callback says, by the purpose in its path. Numbers come without plus; callbacks may come twice and in any order. */
import type { CallStatus } from '../../spec/call.ts'
import type { Report } from '../../spec/carrier.ts'
import type { InboundRequest } from '../../spec/http.ts'
import { normaliseNumber } from '../e164/normalise.ts'
import { withPlus } from '../e164/target.ts'
import { isFields, parseFields, whole } from '../json-media/fields.ts'

/** Our callback purposes; the call's id stands in the path, since a dial is first known by a request id. */
export const purposes = {
  voice: 'voice',
  answer: (call: string) => `answer/${call}`,
  status: (call: string) => `status/${call}`,
  machine: (call: string) => `amd/${call}`,
  recording: (call: string) => `recording/${call}`,
  stream: (call: string) => `stream/${call}`,
} as const

export interface Dialect {
  readonly vendor: string
  /** Prefix of custom SIP headers, e.g. `X-PH-`. */
  readonly headers: string
  /** Callers are shown as numbers of this country now and then, with a leading zero. */
  readonly country?: string
  /** A recording is found by its address only. */
  readonly recordingsByAddress?: true
}

type Fields = URLSearchParams

/** Never throws; a purpose or event we do not know gives no report. */
export function decode(request: InboundRequest, dialect: Dialect): readonly Report[] {
  const fields = fieldsOf(request)
  const ref = fields.get('CallUUID') ?? fields.get('call_uuid')
  if (!ref) return []
  const kind = request.segments[0] ?? ''
  const report = reportOf(kind, ref, fields, dialect)
  const reports = report ? [report] : []
  return kind === 'transferred' && !isOver(fields) ? [{ type: 'call.returned', ref }, ...reports] : reports
}

/** A caller who hung up while a transfer rang: how it went is told all the same, but there is nobody left to answer. */
function isOver(fields: Fields): boolean {
  const status = statusOf(fields.get('CallStatus'))
  return status !== undefined && status !== 'ringing' && status !== 'in-progress'
}

/** The form; or flat JSON, which some pages show under a form's type; or JSON inside the field `response`. */
export function fieldsOf(request: InboundRequest): Fields {
  const wrapped = request.form.get('response')
  const bare = request.body[0] === 0x7b ? Buffer.from(request.body).toString() : ''
  const json = wrapped === null ? (request.json ?? parseFields(bare)) : parseFields(wrapped)
  if (!isFields(json)) return request.form
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(json))
    if (typeof value === 'string' || typeof value === 'number') fields.append(name, String(value))
  return fields
}

function reportOf(kind: string, ref: string, fields: Fields, dialect: Dialect): Report | undefined {
  switch (kind) {
    case 'voice':
      // An application without an address for hang-ups tells them here.
      return fields.get('Event') === 'Hangup' ? progressed(ref, fields, dialect) : offered(ref, fields, dialect)
    case 'answer':
      return fields.get('Event') === 'Hangup'
        ? progressed(ref, fields, dialect)
        : { type: 'answer.requested', ref, raw: fields.get('Event') || 'StartApp' }
    case 'status':
      return progressed(ref, fields, dialect)
    case 'amd':
      return machine(ref, fields)
    case 'recording':
      return recording(ref, fields, dialect)
    case 'transferred':
      return transferred(ref, fields)
    case 'stream':
      return stream(ref, fields)
    default:
      return undefined
  }
}

function offered(ref: string, fields: Fields, { headers, country }: Dialect): Report | undefined {
  const [from, to] = [fields.get('From'), fields.get('To')]
  if (fields.get('Direction') === 'outbound' || !to) return undefined
  const account = accountOf(fields)
  const variables: Record<string, string> = {}
  for (const [name, value] of fields) {
    const known = Object.hasOwn(told, name) ? told[name] : undefined
    const custom = name.startsWith(headers) && /^[\w-]{1,80}$/.test(name) ? name : undefined
    const key = known ?? custom
    if (key && value) variables[key] = value
  }
  return {
    ...{ type: 'call.offered', ref, from: numberOf(from ?? '', country), to: numberOf(to, country) },
    ...(account ? { account } : {}),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
  }
}

const told: Readonly<Record<string, string>> = {
  CallerName: 'caller_name',
  ForwardedFrom: 'forwarded_from',
  STIRVerification: 'stir_verstat',
}

/** International where it can be read so: a plus is left out more often than a country code. */
function numberOf(written: string, country: string | undefined): string {
  if (country === undefined || !/^0[1-9]/.test(written)) return withPlus(written)
  const number = normaliseNumber(written, { country })
  return number.type === 'number' ? number.value : written
}

export function accountOf(fields: Fields): string | undefined {
  return fields.get('ParentAuthID') || fields.get('AuthID') || undefined
}

const statuses: Readonly<Record<string, CallStatus>> = {
  queued: 'queued',
  initiated: 'initiated',
  ringing: 'ringing',
  'in-progress': 'in-progress',
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no-answer',
  timeout: 'no-answer',
  cancel: 'canceled',
  cancelled: 'canceled',
  canceled: 'canceled',
  failed: 'failed',
}

const codes: Readonly<Record<string, CallStatus>> = {
  1000: 'canceled',
  1020: 'canceled',
  3000: 'no-answer',
  3010: 'busy',
  3100: 'busy',
  6010: 'no-answer',
}

const causes: Readonly<Record<string, CallStatus>> = {
  USER_BUSY: 'busy',
  NO_ANSWER: 'no-answer',
  NO_USER_RESPONSE: 'no-answer',
  USER_NOT_REGISTERED: 'no-answer',
  ORIGINATOR_CANCEL: 'canceled',
}

const events: Readonly<Record<string, CallStatus>> = {
  CallInitiated: 'initiated',
  Ring: 'ringing',
  StartApp: 'in-progress',
}

export function statusOf(raw: string | null | undefined): CallStatus | undefined {
  return raw ? own(statuses, raw.toLowerCase()) : undefined
}

/** Cause and code first: some say `completed` of every call that is over. */
export function endStatus(cause: string | null, code: string | null, callStatus: string | null): CallStatus {
  return own(causes, cause ?? '') ?? own(codes, code ?? '') ?? statusOf(callStatus) ?? 'failed'
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function progressed(ref: string, fields: Fields, { vendor }: Dialect): Report | undefined {
  const [event, callStatus] = [fields.get('Event') ?? '', fields.get('CallStatus')]
  const raw = callStatus || event
  if (event !== 'Hangup') {
    const status = own(events, event) ?? statusOf(callStatus)
    return status && { type: 'call.status', ref, status, raw }
  }
  const [cause, code] = [fields.get('HangupCause'), fields.get('HangupCauseCode')]
  const status = endStatus(cause, code, callStatus)
  const why = fields.get('HangupCauseName') || cause
  const durationSeconds = whole(fields.get('Duration'))
  return {
    ...{ type: 'call.status', ref, status, raw },
    ...(why && status !== 'completed' ? { cause: code ? `${why} (${vendor} ${code})` : why } : {}),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  }
}

/** A message may be left at once: its markup waits for the beep by itself. */
function machine(ref: string, fields: Fields): Report | undefined {
  const raw = fields.get('Machine')
  if (!raw) return undefined
  const found = raw.toLowerCase() === 'true'
  return { type: 'machine.detected', ref, result: found ? 'machine' : 'human', raw, messageEnded: found }
}

function recording(ref: string, fields: Fields, { recordingsByAddress }: Dialect): Report | undefined {
  const url = recordingsByAddress && (fields.get('RecordUrl') || fields.get('record_url'))
  const id = url || fields.get('RecordingID') || fields.get('recording_id')
  if (!id) return undefined
  const durationSeconds = whole(fields.get('RecordingDuration') ?? fields.get('recording_duration'))
  return {
    ...{ type: 'recording.changed', ref, recording: id, status: 'completed' },
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  }
}

function transferred(ref: string, fields: Fields): Report | undefined {
  const raw = fields.get('DialStatus')
  return raw ? { type: 'transfer.ended', ref, result: statusOf(raw) ?? 'failed', raw } : undefined
}

const streams: Readonly<Record<string, 'started' | 'stopped' | 'failed'>> = {
  StartStream: 'started',
  started: 'started',
  StopStream: 'stopped',
  stopped: 'stopped',
  // The socket's own end has told that it was lost.
  DroppedStream: 'stopped',
  failed: 'failed',
}

function stream(ref: string, fields: Fields): Report | undefined {
  const event = fields.get('Event') ?? ''
  const status = own(streams, event)
  const cause = fields.get('StatusReason') || fields.get('Error')
  return status && { type: 'stream.changed', ref, status, ...(cause ? { cause } : {}) }
}
