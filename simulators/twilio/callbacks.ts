/** The fields Twilio tells about a call, and its callbacks: call progress, machine detection, recordings, streams. */
import type { FinalStatus, ProgressEvent } from '../carrier/call.ts'
import type { Recording } from '../carrier/recording.ts'
import { rfc2822 } from './dates.ts'
import type { TwilioCall } from './facts.ts'
import type { RecordingOrder } from './recordings.ts'
import type { Fields } from './signature.ts'
import { sendWebhook } from './webhook.ts'

/** Fields of every voice webhook (docs/voice/twiml, request parameters). */
export function baseFields(call: TwilioCall): Fields {
  const fields: [string, string][] = [
    ['CallSid', call.ref],
    ['AccountSid', call.facts.account.sid],
    ['From', call.from],
    ['To', call.to],
    ['Caller', call.from],
    ['Called', call.to],
    ['CallStatus', call.status],
    ['Direction', call.direction],
    ['ApiVersion', '2010-04-01'],
  ]
  if (call.parent) fields.push(['ParentCallSid', call.parent.ref])
  for (const side of ['From', 'Caller'] as const) fields.push(...placeFields(side, call.from))
  for (const side of ['To', 'Called'] as const) fields.push(...placeFields(side, call.to))
  if (call.direction === 'inbound') fields.push(['StirVerstat', 'TN-Validation-Passed-A'])
  return fields
}

/** Twilio sends the place fields for North American numbers filled and for others mostly empty. */
function placeFields(side: string, number: string): [string, string][] {
  const country = number.startsWith('+1') ? 'US' : ''
  return [
    [`${side}City`, country && 'SPRINGFIELD'],
    [`${side}State`, country && 'IL'],
    [`${side}Zip`, country && '62701'],
    [`${side}Country`, country],
  ]
}

/** Reports progress if somebody asked for this event. One report after the other, unless the fault swaps them. */
export function reportStatus(call: TwilioCall, event: ProgressEvent): void | Promise<void> {
  const { reporting, reporter } = call.facts
  if (!reporting?.events.has(event)) return undefined
  const fields = [...baseFields(call), ...progressFields(call, event)]
  return reporter.send(() => deliver(call, reporting, fields), event === 'completed')
}

function progressFields(call: TwilioCall, event: ProgressEvent): Fields {
  const fields: (readonly [string, string])[] = [
    ['Timestamp', rfc2822(call.world.clock.now())],
    ['CallbackSource', 'call-progress-events'],
    ['SequenceNumber', String(call.facts.reports++)],
  ]
  if (call.facts.answeredBy) fields.push(['AnsweredBy', call.facts.answeredBy])
  if (event !== 'completed') return fields
  fields.push(
    ['CallDuration', String(call.seconds)],
    ['Duration', String(Math.ceil(call.seconds / 60))],
    ['SipResponseCode', String(call.sipCode)],
  )
  const recording = call.recordings.find(({ ref }) => call.facts.orders.get(ref)?.source === 'OutboundAPI')
  if (recording) fields.push(...recordingReference(call, recording))
  return fields
}

async function deliver(
  call: TwilioCall,
  to: { readonly url: string; readonly method: string },
  fields: Fields,
): Promise<void> {
  await sendWebhook(call.world, { account: call.facts.account, url: to.url, method: to.method, fields, call })
}

export function reportMachine(
  call: TwilioCall,
  to: { readonly url: string; readonly method: string },
  ms: number,
): void {
  const fields: Fields = [
    ['CallSid', call.ref],
    ['AccountSid', call.facts.account.sid],
    ['AnsweredBy', call.facts.answeredBy ?? 'unknown'],
    ['MachineDetectionDuration', String(Math.round(ms))],
  ]
  call.world.background(deliver(call, to, fields))
}

export function reportRecording(
  call: TwilioCall,
  recording: Recording,
  { reporting, source }: RecordingOrder,
): Promise<void> {
  const event =
    recording.status === 'in-progress' ? 'in-progress' : recording.status === 'absent' ? 'absent' : 'completed'
  if (!reporting?.events.has(event)) return Promise.resolve()
  return deliver(call, reporting, [
    ['AccountSid', call.facts.account.sid],
    ['CallSid', (call.parent ?? call).ref],
    ...recordingReference(call, recording),
    ['RecordingStatus', event],
    ['RecordingChannels', String(recording.plan.channels)],
    ['RecordingStartTime', rfc2822(recording.startTime)],
    ['RecordingSource', source],
    ['RecordingTrack', recording.plan.track],
  ])
}

export function recordingReference(call: TwilioCall, recording: Recording): Fields {
  const base = `${call.world.publicUrl()}/2010-04-01/Accounts/${call.facts.account.sid}`
  return [
    ['RecordingSid', recording.ref],
    ['RecordingUrl', `${base}/Recordings/${recording.ref}`],
    ['RecordingDuration', String(recording.seconds)],
  ]
}

/** A stream, as its callbacks name it. */
export interface StreamReported {
  readonly call: TwilioCall
  readonly sid: string
  readonly name: string
  readonly reporting: { readonly url: string; readonly method: string } | undefined
}

export function reportStream(
  { call, sid, name, reporting }: StreamReported,
  event: 'stream-started' | 'stream-stopped' | 'stream-error',
  error?: string,
): void {
  if (!reporting) return
  const fields: [string, string][] = [
    ['AccountSid', call.facts.account.sid],
    ['CallSid', call.ref],
    ['StreamSid', sid],
    ['StreamName', name],
    ['StreamEvent', event],
    ['Timestamp', new Date(call.world.clock.now()).toISOString()],
  ]
  if (error) fields.push(['StreamError', error])
  call.world.background(deliver(call, reporting, fields))
}

/** How a call that never was answered ends, or one that was. */
export function failedStatus(call: TwilioCall): FinalStatus {
  return call.startTime === undefined ? 'failed' : 'completed'
}
