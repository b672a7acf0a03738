/** Recordings of Plivo's shape: called back when they are done, in one spelling from XML and in another from REST. */
import { Recording } from '../carrier/recording.ts'
import { post } from './callbacks.ts'
import { uuid, type PlivoCall, type Target } from './world.ts'

export interface RecordOrder {
  readonly told: Target | undefined
  readonly by: 'xml' | 'rest'
  readonly channels: 1 | 2
  /** It stops by itself then. */
  readonly maxMs: number
}

export function startRecording(call: PlivoCall, order: RecordOrder): Recording {
  const recording = new Recording(call, {
    ref: uuid(call.world.ids),
    channels: order.channels,
    track: 'both',
    trim: false,
    changed(changed) {
      if (!changed.over || !order.told) return
      const fields = order.by === 'xml' ? xmlFields(call, changed) : restFields(call, changed)
      call.world.background(post(call, order.told, fields))
    },
  })
  const timer = call.world.clock.timer(order.maxMs, () => recording.stop())
  call.scope.defer(() => timer.cancel())
  return recording
}

export function urlOf(call: PlivoCall, { ref }: Recording): string {
  const { plivo } = call.facts
  return `${plivo.publicUrl()}/media/Account/${plivo.account.authId}/Recording/${ref}.wav`
}

function xmlFields(call: PlivoCall, recording: Recording): Readonly<Record<string, string>> {
  return {
    Event: 'RecordStop',
    RecordUrl: urlOf(call, recording),
    RecordingID: recording.ref,
    RecordingDuration: String(recording.seconds),
    RecordingDurationMs: String(recording.ms),
    RecordingStartMs: String(recording.startTime),
    RecordingEndMs: String(recording.startTime + recording.ms),
  }
}

function restFields(call: PlivoCall, recording: Recording): Readonly<Record<string, string>> {
  return {
    api_id: uuid(call.world.ids),
    call_uuid: call.ref,
    record_url: urlOf(call, recording),
    recording_id: recording.ref,
    recording_duration: String(recording.seconds),
    recording_duration_ms: String(recording.ms),
    recording_start_ms: String(recording.startTime),
    recording_end_ms: String(recording.startTime + recording.ms),
  }
}
