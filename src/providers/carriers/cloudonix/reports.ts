/** What a Cloudonix request says, by the purpose in its path. Sessions are told ten times and more, now and then as a list of one. */
import { inner, isFields, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import type { CallStatus } from '../../../spec/call.ts'
import type { Report } from '../../../spec/carrier.ts'
import type { InboundRequest } from '../../../spec/http.ts'

export const purposes = {
  voice: 'voice',
  status: (call: string) => `status/${call}`,
  recording: (call: string) => `recording/${call}`,
  transfer: (call: string) => `transfer/${call}`,
  stream: (call: string) => `stream/${call}`,
} as const

/** Never throws; a purpose or word we do not know gives no report. */
export function decode(request: InboundRequest): readonly Report[] {
  const fields = fieldsOf(request)
  const ref = refOf(fields)
  if (ref === undefined) return []
  const kind = request.segments[0] ?? ''
  if (kind === 'cdr') return ended(ref, fields)
  const report = reportOf(kind, ref, fields)
  const reports = report ? [report] : []
  // A caller who hung up while a transfer rang is nobody to answer.
  const over = ['completed', 'canceled', 'failed'].includes(text(fields, 'CallStatus') ?? '')
  return kind === 'transfer' && !over ? [{ type: 'call.returned', ref }, ...reports] : reports
}

/** JSON, form or query: all three are met. */
export function fieldsOf({ json, form, query }: InboundRequest): Fields {
  const read: unknown = Array.isArray(json) ? json[0] : json
  if (isFields(read)) return read
  return Object.fromEntries([...query, ...form])
}

/** The session token: what the API takes. The CallSid names the media only. */
export function refOf(fields: Fields): string | undefined {
  const session = fields['session']
  return (
    text(fields, 'Session') ??
    (isFields(session) ? text(session, 'token') : text(fields, 'session')) ??
    text(fields, 'token') ??
    text(inner(fields, 'SessionData'), 'token')
  )
}

function reportOf(kind: string, ref: string, fields: Fields): Report | undefined {
  switch (kind) {
    case 'voice':
      return offered(ref, fields)
    case 'status':
      return progressed(ref, fields)
    case 'recording':
      return recording(ref, fields)
    case 'transfer':
      return transferred(ref, text(fields, 'DialCallStatus') ?? text(fields, 'CallStatus'))
    case 'stream':
      return stream(ref, fields)
    default:
      return undefined
  }
}

function offered(ref: string, fields: Fields): Report | undefined {
  const to = text(fields, 'To')
  if (to === undefined || text(fields, 'Direction')?.startsWith('outbound')) return undefined
  const account = text(fields, 'Domain') ?? text(fields, 'AccountSid')
  const [name, diverted] = [text(fields, 'CallerName'), text(fields, 'Diverted')]
  const variables = {
    ...(name ? { caller_name: name } : {}),
    ...(diverted ? { forwarded_from: diverted } : {}),
    ...headersIn(fields),
  }
  return {
    ...{ type: 'call.offered', ref, from: text(fields, 'From') ?? '', to },
    ...(account ? { account } : {}),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
  }
}

/** SIP headers of the trunk, as the session keeps them. */
function headersIn(fields: Fields): Readonly<Record<string, string>> {
  const headers = inner(inner(inner(fields, 'SessionData'), 'profile'), 'trunk-sip-headers')
  const known = Object.entries(headers).flatMap(([name, value]) =>
    /^X-[\w-]{1,60}$/i.test(name) && typeof value === 'string' && value ? [[`SipHeader_${name}`, value] as const] : [],
  )
  return Object.fromEntries(known)
}

const statuses: Readonly<Record<string, CallStatus>> = {
  ...{ new: 'queued', queued: 'queued', processing: 'initiated', initiated: 'initiated', ringing: 'ringing' },
  ...{ answer: 'in-progress', connected: 'in-progress', external: 'in-progress', 'in-progress': 'in-progress' },
  ...{ completed: 'completed', noanswer: 'no-answer', 'no-answer': 'no-answer', busy: 'busy' },
  ...{
    cancel: 'canceled',
    canceled: 'canceled',
    nocredit: 'failed',
    error: 'failed',
    congestion: 'failed',
    failed: 'failed',
  },
}

function statusOf(raw: string | undefined): CallStatus | undefined {
  return raw !== undefined && Object.hasOwn(statuses, raw) ? statuses[raw] : undefined
}

/** A session that was answered and has an end is completed, whatever it is called. */
export function sessionStatus(session: Fields): CallStatus | undefined {
  const status = statusOf(text(session, 'status') ?? text(session, 'CallStatus'))
  const over = isTime(session['callEndTime']) || isTime(session['endTime'])
  const answered = isTime(session['callAnswerTime']) || isTime(session['answerTime'])
  if (!over) return status
  if (answered) return 'completed'
  return status === 'in-progress' ? 'completed' : status
}

function isTime(value: unknown): boolean {
  return (typeof value === 'number' && value > 0) || (typeof value === 'string' && value !== '' && value !== '0')
}

function progressed(ref: string, fields: Fields): Report | undefined {
  const raw = text(fields, 'status') ?? text(fields, 'CallStatus')
  const status = sessionStatus(fields)
  if (raw === undefined || status === undefined) return undefined
  const why = text(fields, 'error')
  return { type: 'call.status', ref, status, raw, ...(why ? { cause: why } : {}) }
}

/** A recording is its address. */
function recording(ref: string, fields: Fields): Report | undefined {
  const [raw, url] = [text(fields, 'RecordingStatus') ?? 'completed', text(fields, 'RecordingUrl')]
  const durationSeconds = whole(fields['RecordingDuration'])
  if (raw === 'in-progress' || raw === 'absent')
    return { type: 'recording.changed', ref, recording: url ?? ref, status: raw === 'absent' ? 'failed' : raw }
  if (url === undefined) return undefined
  return {
    ...{ type: 'recording.changed', ref, recording: url, status: 'completed' },
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  }
}

function transferred(ref: string, raw: string | undefined): Report | undefined {
  const result = raw === 'answered' ? 'completed' : statusOf(raw)
  return raw !== undefined && result ? { type: 'transfer.ended', ref, result, raw } : undefined
}

const streams: Readonly<Record<string, 'started' | 'stopped' | 'failed'>> = {
  'stream-started': 'started',
  'stream-stopped': 'stopped',
  'stream-error': 'failed',
}

function stream(ref: string, fields: Fields): Report | undefined {
  const event = text(fields, 'StreamEvent') ?? ''
  const status = Object.hasOwn(streams, event) ? streams[event] : undefined
  const why = text(fields, 'StreamError')
  return status && { type: 'stream.changed', ref, status, ...(why ? { cause: why } : {}) }
}

const dispositions: Readonly<Record<string, CallStatus>> = {
  ...{ ANSWER: 'completed', ANSWERED: 'completed', CONNECTED: 'completed', BUSY: 'busy', NOANSWER: 'no-answer' },
  ...{ CANCEL: 'canceled', FAILED: 'failed', CONGESTION: 'failed' },
}

/** The record of a call, at its end, with its recording. What it cost is written without a currency, and left out. */
function ended(ref: string, fields: Fields): readonly Report[] {
  const raw = text(fields, 'disposition')
  const status = raw !== undefined && Object.hasOwn(dispositions, raw) ? dispositions[raw] : undefined
  if (raw === undefined || status === undefined) return []
  const durationSeconds = whole(fields['duration'])
  const url = text(fields, 'recording_url')
  return [
    { type: 'call.status', ref, status, raw, ...(durationSeconds === undefined ? {} : { durationSeconds }) },
    ...(url ? [{ type: 'recording.changed' as const, ref, recording: url, status: 'completed' as const }] : []),
  ]
}
