/** What a Vonage webhook says, by the purpose in its path. Every leg has events of its own, the WebSocket's too. */
import { isFields, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import { withPlus } from '../../../protocols/e164/target.ts'
import type { CallStatus } from '../../../spec/call.ts'
import type { Report } from '../../../spec/carrier.ts'
import type { InboundRequest } from '../../../spec/http.ts'

export const purposes = {
  voice: 'voice',
  status: (call: string) => `status/${call}`,
  stream: (call: string) => `stream/${call}`,
  transfer: (call: string) => `transfer/${call}`,
  recording: (call: string) => `recording/${call}`,
} as const

/** Never throws; a purpose or event we do not know gives no report. */
export function decode(request: InboundRequest): readonly Report[] {
  const fields = fieldsOf(request)
  const report = reportOf(request.segments[0] ?? '', fields)
  // A leg that was never joined leaves the caller to us: the event's answer goes on with the call.
  if (report?.type === 'transfer.ended' && report.result !== 'completed')
    return [{ type: 'call.returned', ref: report.ref }, report]
  return report ? [report] : []
}

/** The JSON body; the query where answers are asked for by GET. */
export function fieldsOf({ method, query, json }: InboundRequest): Fields {
  if (method === 'GET') return Object.fromEntries(query)
  return isFields(json) ? json : {}
}

function reportOf(kind: string, fields: Fields): Report | undefined {
  switch (kind) {
    case 'voice':
      return offered(fields)
    case 'status':
      // The leg to our own socket tells its story too; it is not the call's.
      return /^wss?:/.test(text(fields, 'to') ?? '') ? undefined : happened(fields)
    case 'stream':
      return stream(fields)
    case 'transfer':
      return transferred(fields)
    case 'recording':
      return recording(fields)
    default:
      return undefined
  }
}

function offered(fields: Fields): Report | undefined {
  const [ref, to] = [text(fields, 'uuid'), text(fields, 'to')]
  if (ref === undefined || to === undefined) return undefined
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields))
    if (typeof value === 'string' && value && (name === 'region_url' || /^SipHeader_X-[\w-]{1,60}$/i.test(name)))
      variables[name === 'region_url' ? regionVariable : name] = value
  return {
    ...{ type: 'call.offered', ref, from: withPlus(text(fields, 'from') ?? text(fields, 'from_user') ?? '') },
    to: withPlus(to),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
  }
}

/** Where the call is processed; its commands go there. */
export const regionVariable = 'vonage_region_url'

const statuses: Readonly<Record<string, CallStatus>> = {
  started: 'initiated',
  ringing: 'ringing',
  answered: 'in-progress',
  completed: 'completed',
  busy: 'busy',
  unanswered: 'no-answer',
  timeout: 'no-answer',
  cancelled: 'canceled',
  rejected: 'failed',
  failed: 'failed',
}

export function statusOf(raw: string | undefined, detail?: string): CallStatus | undefined {
  if (raw === 'rejected' && detail === 'declined') return 'busy'
  return raw !== undefined && Object.hasOwn(statuses, raw) ? statuses[raw] : undefined
}

function happened(fields: Fields): Report | undefined {
  const ref = text(fields, 'uuid') ?? text(fields, 'call_uuid')
  const raw = text(fields, 'status')
  if (ref === undefined || raw === undefined) return undefined
  if (raw === 'human' || raw === 'machine') return machine(ref, raw, text(fields, 'sub_state'))
  const detail = text(fields, 'detail')
  const status = statusOf(raw, detail)
  if (status === undefined) return undefined
  const durationSeconds = whole(fields['duration'])
  return {
    ...{ type: 'call.status', ref, status, raw },
    ...(detail ? { cause: detail } : {}),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  }
}

/** A beep, or the end of the wait for one: a message may be left. */
function machine(ref: string, result: 'human' | 'machine', state: string | undefined): Report {
  const messageEnded = result === 'machine' && (state === 'beep_start' || state === 'beep_timeout')
  return { type: 'machine.detected', ref, result, raw: state ?? result, messageEnded }
}

const broken = new Set(['failed', 'unanswered', 'unavailable', 'rejected', 'timeout', 'busy', 'cancelled'])

/** Of the leg to our socket. */
function stream(fields: Fields): Report | undefined {
  const [ref, raw] = [text(fields, 'uuid'), text(fields, 'status')]
  if (ref === undefined || raw === undefined) return undefined
  if (broken.has(raw)) return { type: 'stream.changed', ref, status: 'failed', cause: text(fields, 'detail') ?? raw }
  if (raw === 'answered') return { type: 'stream.changed', ref, status: 'started' }
  return raw === 'disconnected' || raw === 'completed' ? { type: 'stream.changed', ref, status: 'stopped' } : undefined
}

/** Of the leg that a transfer dialled: that it exists, and how it ended. */
function transferred(fields: Fields): Report | undefined {
  const [ref, raw] = [text(fields, 'uuid'), text(fields, 'status')]
  const result = statusOf(raw, text(fields, 'detail'))
  if (ref === undefined || raw === undefined || result === undefined) return undefined
  if (ongoing.has(result)) return { type: 'transfer.started', ref, raw }
  return { type: 'transfer.ended', ref, result, raw }
}

export const ongoing: ReadonlySet<CallStatus> = new Set(['queued', 'initiated', 'ringing', 'in-progress'])

/** A recording is its address: the id beside it names something else. */
function recording(fields: Fields): Report | undefined {
  const [ref, url] = [text(fields, 'conversation_uuid'), text(fields, 'recording_url')]
  if (ref === undefined || url === undefined) return undefined
  const [started, ended] = ['start_time', 'end_time'].map((name) => Date.parse(text(fields, name) ?? ''))
  const seconds = ((ended ?? Number.NaN) - (started ?? Number.NaN)) / 1_000
  const channels = whole(fields['channels'])
  return {
    ...{ type: 'recording.changed', ref, recording: url, status: 'completed' },
    ...(seconds >= 0 ? { durationSeconds: seconds } : {}),
    ...(channels === undefined ? {} : { channels }),
  }
}
