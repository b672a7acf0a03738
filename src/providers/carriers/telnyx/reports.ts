/** What a Telnyx event says, by its type. Keys that were pressed come on the media stream; here they would count twice. */
import { list } from '../../../protocols/rest/client.ts'
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import type { CallStatus, MachineResult } from '../../../spec/call.ts'
import type { Report } from '../../../spec/carrier.ts'
import type { InboundRequest } from '../../../spec/http.ts'
import { eventIn, readState } from './state.ts'

/** Never throws; an event we do not know gives no report. */
export function decode(request: InboundRequest): readonly Report[] {
  const { data, payload } = eventIn(request)
  // Some events are spelled with underscores now and then.
  const type = (text(data, 'event_type') ?? '').replaceAll('_', '.')
  const ref = text(payload, 'call_control_id')
  if (type === 'call.recording.saved') return recording(payload, ref)
  if (ref === undefined) return []
  if (readState(payload['client_state'])?.about === 'transfer') return transfer(type, ref, payload)
  const report = reportOf(type, ref, payload)
  return report ? [report] : []
}

function reportOf(type: string, ref: string, payload: Fields): Report | undefined {
  switch (type) {
    case 'call.initiated':
      return payload['direction'] === 'incoming' ? offered(ref, payload) : status(ref, 'initiated', 'call.initiated')
    case 'call.answered':
    case 'call.bridged':
      return status(ref, 'in-progress', type)
    case 'call.hangup':
      return hangup(ref, payload)
    case 'call.machine.detection.ended':
    case 'call.machine.premium.detection.ended':
      return machine(ref, text(payload, 'result'))
    case 'call.machine.greeting.ended':
    case 'call.machine.premium.greeting.ended':
      return {
        type: 'machine.detected',
        ref,
        result: 'machine',
        raw: text(payload, 'result') ?? 'ended',
        messageEnded: true,
      }
    case 'call.speak.ended':
      return readState(payload['client_state'])?.about === 'message'
        ? { type: 'message.ended', ref, raw: text(payload, 'status') ?? type }
        : undefined
    case 'call.recording.error':
      return { type: 'recording.changed', ref, recording: text(payload, 'call_leg_id') ?? ref, status: 'failed' }
    case 'streaming.failed':
      return { type: 'stream.changed', ref, status: 'failed', ...cause(text(payload, 'failure_reason')) }
    case 'call.cost':
      return cost(ref, payload)
    default:
      return undefined
  }
}

function offered(ref: string, payload: Fields): Report | undefined {
  const [from, to, account] = [text(payload, 'from'), text(payload, 'to'), text(payload, 'connection_id')]
  if (to === undefined) return undefined
  const [name, attested] = [text(payload, 'caller_id_name'), text(payload, 'shaken_stir_attestation')]
  const known = { ...(name ? { caller_name: name } : {}), ...(attested ? { stir_verstat: attested } : {}) }
  const headers = list(payload, 'sip_headers').flatMap((one) => {
    const [name, value] = [text(one, 'name'), text(one, 'value')]
    return name && value && /^X-[\w-]{1,60}$/i.test(name) ? [[`SipHeader_${name}`, value] as const] : []
  })
  const variables: Record<string, string> = { ...known, ...Object.fromEntries(headers) }
  return {
    ...{ type: 'call.offered', ref, from: from ?? '', to },
    ...(account ? { account } : {}),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
  }
}

function status(ref: string, status: CallStatus, raw: string, why?: string): Report {
  return { type: 'call.status', ref, status, raw, ...cause(why) }
}

function cause(why: string | undefined): { readonly cause?: string } {
  return why === undefined ? {} : { cause: why }
}

const causes: Readonly<Record<string, CallStatus>> = {
  normal_clearing: 'completed',
  time_limit: 'completed',
  user_busy: 'busy',
  timeout: 'no-answer',
  no_answer: 'no-answer',
  originator_cancel: 'canceled',
  not_found: 'failed',
}

function hangup(ref: string, payload: Fields): Report {
  const raw = text(payload, 'hangup_cause') ?? 'unspecified'
  const sip = text(payload, 'sip_hangup_cause')
  const result = hangupStatus(raw, sip)
  const why = sip && /^[3-6]\d\d$/.test(sip) ? `${raw}, SIP ${sip}` : raw
  return status(ref, result, raw, result === 'completed' ? undefined : why)
}

function hangupStatus(raw: string, sip: string | undefined): CallStatus {
  if (raw === 'unspecified') return sip === '200' ? 'completed' : 'failed'
  if (raw === 'call_rejected') return sip === '486' || sip === '600' || sip === '603' ? 'busy' : 'failed'
  return Object.hasOwn(causes, raw) ? (causes[raw] ?? 'failed') : 'failed'
}

const machines: Readonly<Record<string, MachineResult>> = {
  human: 'human',
  human_residence: 'human',
  human_business: 'human',
  machine: 'machine',
  fax_detected: 'fax',
}

function machine(ref: string, raw: string | undefined): Report | undefined {
  if (raw === undefined) return undefined
  const result = Object.hasOwn(machines, raw) ? (machines[raw] ?? 'unknown') : 'unknown'
  return { type: 'machine.detected', ref, result, raw, messageEnded: false }
}

/** The addresses in the event hold for ten minutes, so the leg is remembered, and asked for again when somebody wants to hear it. */
function recording(payload: Fields, ref: string | undefined): readonly Report[] {
  const leg = text(payload, 'call_leg_id')
  if (leg === undefined) return []
  const call = readState(payload['client_state'])?.call
  const [started, ended] = ['recording_started_at', 'recording_ended_at'].map((name) =>
    Date.parse(text(payload, name) ?? ''),
  )
  const seconds = ((ended ?? Number.NaN) - (started ?? Number.NaN)) / 1_000
  const channels = payload['channels'] === 'dual' ? 2 : payload['channels'] === 'single' ? 1 : undefined
  return [
    {
      ...{ type: 'recording.changed', ref: ref ?? leg, recording: leg, status: 'completed' },
      ...(call === undefined ? {} : { call }),
      ...(seconds >= 0 ? { durationSeconds: seconds } : {}),
      ...(channels === undefined ? {} : { channels }),
    },
  ]
}

/** Events of the leg that a transfer dialled. */
function transfer(type: string, ref: string, payload: Fields): readonly Report[] {
  if (type === 'call.initiated' || type === 'call.answered') return [{ type: 'transfer.started', ref, raw: type }]
  if (type !== 'call.hangup') return []
  const raw = text(payload, 'hangup_cause') ?? 'unspecified'
  return [{ type: 'transfer.ended', ref, result: hangupStatus(raw, text(payload, 'sip_hangup_cause')), raw }]
}

function cost(ref: string, payload: Fields): Report | undefined {
  const amount = Number(payload['total_cost'] ?? Number.NaN)
  const currency = list(payload, 'cost_parts').flatMap((part) => text(part, 'currency') ?? [])[0] ?? 'USD'
  if (!(amount >= 0) || !/^[A-Z]{3}$/i.test(currency)) return undefined
  return { type: 'cost.known', ref, amount, currency: currency.toUpperCase() }
}
