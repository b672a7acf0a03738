/** What an Exotel request says, by the purpose in its path: `voice` (an applet asks), `status/…` (callbacks), `passthru` (after a stream). */
import { isFields, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import type { CallStatus } from '../../../spec/call.ts'
import type { Report } from '../../../spec/carrier.ts'
import type { InboundRequest } from '../../../spec/http.ts'

export const purposes = { status: (call: string) => `status/${call}` } as const

/** Never throws; a purpose or word we do not know gives no report. */
export function decode(request: InboundRequest): readonly Report[] {
  const fields = fieldsOf(request)
  const ref = text(fields, 'CallSid')
  if (ref === undefined) return []
  switch (request.segments[0]) {
    case 'voice':
      return offered(ref, fields)
    case 'status':
      return [...progressed(ref, fields), ...recorded(ref, text(fields, 'RecordingUrl'))]
    case 'passthru':
      return recorded(ref, text(fields, 'Stream[RecordingUrl]') ?? text(fields, 'RecordingUrl'))
    default:
      return []
  }
}

/** Query, form, JSON, or a form in parts. */
export function fieldsOf(request: InboundRequest): Fields {
  if (isFields(request.json)) return request.json
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(request.headers['content-type'] ?? '')?.[1]
  const parts = boundary === undefined ? [] : partsOf(Buffer.from(request.body).toString(), boundary)
  return Object.fromEntries([...request.query, ...request.form, ...parts])
}

/** Text fields of `multipart/form-data` (RFC 7578): name in a header, value after an empty line. */
function partsOf(body: string, boundary: string): readonly (readonly [string, string])[] {
  return body
    .split(`--${boundary}`)
    .slice(1, -1)
    .flatMap((part) => {
      const [, head = '', value] = /^\r?\n((?:.+\r?\n)*)\r?\n([^]*?)\r?\n$/.exec(part) ?? []
      const name = /name="([^"]{1,80})"/i.exec(head)?.[1]
      return name !== undefined && value !== undefined ? [[name, value] as const] : []
    })
}

function offered(ref: string, fields: Fields): readonly Report[] {
  const [from, to] = [text(fields, 'CallFrom') ?? text(fields, 'From'), text(fields, 'CallTo') ?? text(fields, 'To')]
  // Calls that we place bring their stream with them and ask nothing.
  if (to === undefined || text(fields, 'Direction')?.startsWith('outbound')) return []
  const custom = text(fields, 'CustomField')
  return [
    {
      ...{ type: 'call.offered', ref, from: indian(from ?? ''), to: indian(to) },
      ...(custom ? { variables: { custom_field: custom } } : {}),
    },
  ]
}

/** National with a leading zero, or without anything: Exotel's numbers are Indian unless they say otherwise. */
export function indian(written: string): string {
  if (/^0[1-9]\d{9}$/.test(written)) return `+91${written.slice(1)}`
  return /^91\d{10}$/.test(written) ? `+${written}` : written
}

const statuses: Readonly<Record<string, CallStatus>> = {
  ...{ queued: 'queued', ringing: 'ringing', 'in-progress': 'in-progress', completed: 'completed' },
  ...{ busy: 'busy', 'no-answer': 'no-answer', failed: 'failed', canceled: 'canceled' },
}

export function statusOf(raw: string | undefined): CallStatus | undefined {
  return raw !== undefined && Object.hasOwn(statuses, raw) ? statuses[raw] : undefined
}

/** `in-progress` is said of calls that still ring; only the event `answered` means it. */
function progressed(ref: string, fields: Fields): readonly Report[] {
  const event = text(fields, 'EventType')
  if (event === 'answered') return [{ type: 'call.status', ref, status: 'in-progress', raw: event }]
  if (event === 'ringing') return [{ type: 'call.status', ref, status: 'ringing', raw: event }]
  const raw = text(fields, 'Status')
  const status = statusOf(raw)
  if (raw === undefined || status === undefined || status === 'in-progress') return []
  const durationSeconds = whole(fields['ConversationDuration'])
  return [{ type: 'call.status', ref, status, raw, ...(durationSeconds === undefined ? {} : { durationSeconds }) }]
}

/** A recording is its address. */
function recorded(ref: string, url: string | undefined): readonly Report[] {
  return url === undefined || !URL.canParse(url)
    ? []
    : [{ type: 'recording.changed', ref, recording: url, status: 'completed' }]
}
