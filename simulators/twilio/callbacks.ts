/** The fields Twilio tells about a call, and its callbacks: call progress, machine detection, recordings, streams. */
import type { FinalStatus, SimulatedCall } from './call.ts'
import { rfc2822 } from './dates.ts'
import type { Recording } from './recording.ts'
import type { Fields } from './signature.ts'
import type { MediaStream } from './stream.ts'
import { sendWebhook } from './webhook.ts'
import { raise } from './world.ts'

export type ProgressEvent = 'initiated' | 'ringing' | 'answered' | 'completed'

/** Fields of every voice webhook (docs/voice/twiml, request parameters). */
export function baseFields(call: SimulatedCall): Fields {
  const fields: [string, string][] = [
    ['CallSid', call.sid],
    ['AccountSid', call.account.sid],
    ['From', call.from],
    ['To', call.to],
    ['Caller', call.from],
    ['Called', call.to],
    ['CallStatus', call.status],
    ['Direction', call.direction],
    ['ApiVersion', '2010-04-01'],
  ]
  if (call.parent) fields.push(['ParentCallSid', call.parent.sid])
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
export function reportStatus(call: SimulatedCall, event: ProgressEvent): void {
  const reporting = call.reporting
  if (!reporting?.events.has(event)) return
  const fields = [...baseFields(call), ...progressFields(call, event)]
  const send = () => deliver(call, reporting, fields)
  const held = waiting.get(call)
  if (call.world.faults.swapCallbacks && !held && event !== 'completed') {
    waiting.set(call, send)
    return
  }
  waiting.delete(call)
  call.reporter = call.reporter.then(send).then(held)
  call.world.background(call.reporter)
}

/** Reports held back by the fault until the next one was sent. */
const waiting = new WeakMap<SimulatedCall, () => Promise<void>>()

function progressFields(call: SimulatedCall, event: ProgressEvent): Fields {
  const fields: (readonly [string, string])[] = [
    ['Timestamp', rfc2822(call.world.clock.now())],
    ['CallbackSource', 'call-progress-events'],
    ['SequenceNumber', String(call.reports++)],
  ]
  if (call.answeredBy) fields.push(['AnsweredBy', call.answeredBy])
  if (event !== 'completed') return fields
  fields.push(
    ['CallDuration', String(call.seconds)],
    ['Duration', String(Math.ceil(call.seconds / 60))],
    ['SipResponseCode', String(call.sipCode)],
  )
  const recording = call.recordings.find(({ source }) => source === 'OutboundAPI')
  if (recording) fields.push(...recordingReference(recording))
  return fields
}

async function deliver(
  call: SimulatedCall,
  to: { readonly url: string; readonly method: string },
  fields: Fields,
): Promise<void> {
  await sendWebhook(call.world, { account: call.account, url: to.url, method: to.method, fields, call })
}

export function reportMachine(
  call: SimulatedCall,
  to: { readonly url: string; readonly method: string },
  ms: number,
): void {
  const fields: Fields = [
    ['CallSid', call.sid],
    ['AccountSid', call.account.sid],
    ['AnsweredBy', call.answeredBy ?? 'unknown'],
    ['MachineDetectionDuration', String(Math.round(ms))],
  ]
  call.world.background(deliver(call, to, fields))
}

export function reportRecording(recording: Recording): Promise<void> {
  const { call, reporting } = recording
  const event =
    recording.status === 'in-progress' ? 'in-progress' : recording.status === 'absent' ? 'absent' : 'completed'
  if (!reporting?.events.has(event)) return Promise.resolve()
  return deliver(call, reporting, [
    ['AccountSid', call.account.sid],
    ['CallSid', (call.parent ?? call).sid],
    ...recordingReference(recording),
    ['RecordingStatus', event],
    ['RecordingChannels', String(recording.channels)],
    ['RecordingStartTime', rfc2822(recording.startTime)],
    ['RecordingSource', recording.source],
    ['RecordingTrack', recording.track],
  ])
}

export function recordingReference(recording: Recording): Fields {
  const base = `${recording.call.world.publicUrl()}/2010-04-01/Accounts/${recording.call.account.sid}`
  return [
    ['RecordingSid', recording.sid],
    ['RecordingUrl', `${base}/Recordings/${recording.sid}`],
    ['RecordingDuration', String(recording.seconds)],
  ]
}

export function reportStream(
  stream: MediaStream,
  event: 'stream-started' | 'stream-stopped' | 'stream-error',
  error?: string,
): void {
  const { call, reporting } = stream
  if (!reporting) return
  const fields: [string, string][] = [
    ['AccountSid', call.account.sid],
    ['CallSid', call.sid],
    ['StreamSid', stream.sid],
    ['StreamName', stream.name],
    ['StreamEvent', event],
    ['Timestamp', new Date(call.world.clock.now()).toISOString()],
  ]
  if (error) fields.push(['StreamError', error])
  call.world.background(deliver(call, reporting, fields))
}

/** An alert about this call. */
export function complain(call: SimulatedCall, code: number, message: string, url?: string): void {
  raise(call.world, { code, message, call: call.sid, ...(url ? { url } : {}) })
}

/** How a call that never was answered ends, or one that was. */
export function failedStatus(call: SimulatedCall): FinalStatus {
  return call.startTime === undefined ? 'failed' : 'completed'
}
