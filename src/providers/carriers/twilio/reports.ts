/** What a Twilio callback says, by the purpose in its path: `voice`, `status/…`, `amd/…`, `recording/…`, `transfer/…`, `back/…`, `stream/…`. */
import { isFields } from '../../../protocols/json-media/fields.ts'
import type { Report } from '../../../spec/carrier.ts'
import type { InboundRequest } from '../../../spec/http.ts'
import { explainStream } from './errors.ts'
import { isSid } from './rest.ts'
import { causeOf, machineOf, statusOf, transferResultOf } from './words.ts'

type Fields = Pick<URLSearchParams, 'get' | 'keys'>

/** Our callback purposes. The call's id stands in the path, so that a callback finds its call before its CallSid is known. */
export const purposes = {
  voice: 'voice',
  status: (call: string) => `status/${call}`,
  machine: (call: string) => `amd/${call}`,
  recording: (call: string) => `recording/${call}`,
  transfer: (call: string) => `transfer/${call}`,
  back: (call: string) => `back/${call}`,
  stream: (call: string) => `stream/${call}`,
} as const

/** Never throws; a purpose or word we do not know gives no report. */
export function decode(request: InboundRequest): readonly Report[] {
  const fields = fieldsOf(request)
  const ref = fields.get('CallSid')
  if (!isSid('CA', ref)) return []
  const kind = request.segments[0] ?? ''
  const report = reportOf(kind, ref, fields)
  const reports = report ? [report] : []
  const asks = (kind === 'transfer' || kind === 'back') && !isOver(fields)
  return asks ? [{ type: 'call.returned', ref }, ...reports] : reports
}

/** A caller who hung up while a transfer rang: how it went is told all the same, but there is nobody left to answer. */
function isOver(fields: Fields): boolean {
  const status = fields.get('CallStatus')
  return status === 'completed' || status === 'canceled' || status === 'failed'
}

function reportOf(kind: string, ref: string, fields: Fields): Report | undefined {
  switch (kind) {
    case 'voice':
      return offered(ref, fields)
    case 'status':
      return progressed(ref, fields)
    case 'amd':
      return machine(ref, fields)
    case 'recording':
      return recording(ref, fields)
    case 'transfer':
      return transfer(ref, fields)
    case 'stream':
      return stream(ref, fields)
    default:
      return undefined
  }
}

/** The form, or the flat JSON of a body that the URL vouches for. */
export function fieldsOf(request: InboundRequest): Fields {
  if (!request.query.has('bodySHA256') || !isFields(request.json)) return request.form
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(request.json))
    if (typeof value === 'string' || typeof value === 'number') fields.append(name, String(value))
  return fields
}

function offered(ref: string, fields: Fields): Report | undefined {
  const [from, to, account] = [fields.get('From'), fields.get('To'), fields.get('AccountSid')]
  // An outbound call carries its markup with it and never asks here; no number means no call.
  if (fields.get('Direction')?.startsWith('outbound') || to === null || to === '') return undefined
  const variables = variablesOf(fields)
  return {
    type: 'call.offered',
    ref,
    from: from ?? '',
    to,
    ...(account ? { account } : {}),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
  }
}

const told: Readonly<Record<string, string>> = {
  CallerName: 'caller_name',
  ForwardedFrom: 'forwarded_from',
  StirVerstat: 'stir_verstat',
  FromCity: 'from_city',
  FromState: 'from_state',
  FromCountry: 'from_country',
}

/** What the carrier knows of the caller, and the X- headers of a SIP call, for the agent. */
function variablesOf(fields: Fields): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const key of fields.keys()) {
    const name = Object.hasOwn(told, key) ? told[key] : /^SipHeader_X-[\w-]{1,60}$/i.test(key) ? key : undefined
    const value = name && fields.get(key)
    if (value) variables[name] = value
  }
  return variables
}

function progressed(ref: string, fields: Fields): Report | undefined {
  const raw = fields.get('CallStatus')
  const status = statusOf(raw)
  if (raw === null || status === undefined) return undefined
  const sequence = whole(fields.get('SequenceNumber'))
  const cause = causeOf(fields.get('SipResponseCode'), fields.get('ErrorCode'))
  const durationSeconds = whole(fields.get('CallDuration'))
  return {
    type: 'call.status',
    ref,
    status,
    raw,
    ...(sequence === undefined ? {} : { sequence }),
    ...(cause === undefined ? {} : { cause }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  }
}

function machine(ref: string, fields: Fields): Report | undefined {
  const raw = fields.get('AnsweredBy')
  return raw ? { type: 'machine.detected', ref, raw, ...machineOf(raw) } : undefined
}

function recording(ref: string, fields: Fields): Report | undefined {
  const id = fields.get('RecordingSid')
  if (!isSid('RE', id)) return undefined
  const durationSeconds = whole(fields.get('RecordingDuration'))
  const channels = whole(fields.get('RecordingChannels'))
  const raw = fields.get('RecordingStatus') ?? 'completed'
  // `absent`: nothing was recorded (too short, or no sound)
  const status = raw === 'completed' || raw === 'in-progress' ? raw : 'failed'
  return {
    type: 'recording.changed',
    ref,
    recording: id,
    status,
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(channels === undefined ? {} : { channels }),
  }
}

function transfer(ref: string, fields: Fields): Report | undefined {
  const raw = fields.get('DialCallStatus')
  return raw ? { type: 'transfer.ended', ref, result: transferResultOf(raw), raw } : undefined
}

const streamStatuses: Readonly<Record<string, 'started' | 'stopped' | 'failed'>> = {
  'stream-started': 'started',
  'stream-stopped': 'stopped',
  'stream-error': 'failed',
}

function stream(ref: string, fields: Fields): Report | undefined {
  const event = fields.get('StreamEvent') ?? ''
  const status = Object.hasOwn(streamStatuses, event) ? streamStatuses[event] : undefined
  if (status === undefined) return undefined
  const error = fields.get('StreamError')
  return { type: 'stream.changed', ref, status, ...(error ? { cause: explainStream(error) } : {}) }
}

/** A whole number that is not negative; undefined for anything else. */
function whole(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
