/** Telnyx's recordings: saved when they stop, and fetched from addresses that need no key but expire. */
import { Recording } from '../carrier/recording.ts'
import { emit, microseconds } from './events.ts'
import { uuid, type TelnyxCall, type TelnyxWorld } from './world.ts'

export interface RecordOrder {
  readonly channels: 'single' | 'dual'
  readonly format: 'wav' | 'mp3'
  readonly track: 'both' | 'inbound' | 'outbound'
  readonly trim: boolean
}

/** Addresses of recordings are good for this long, s. */
const validSeconds = 600

export function startRecording(call: TelnyxCall, order: RecordOrder): Recording {
  return new Recording(call, {
    ref: uuid(call.world.ids),
    channels: order.channels === 'dual' ? 2 : 1,
    track: order.track,
    trim: order.trim,
    changed(recording) {
      if (recording.status === 'completed') void emit(call, 'call.recording.saved', savedFacts(call, recording, order))
    },
  })
}

/** Neither the recording's id nor its address says to which command it belongs: the leg does. */
function savedFacts(call: TelnyxCall, recording: Recording, { channels, format }: RecordOrder) {
  const { clock } = call.world
  return {
    channels,
    format,
    recording_started_at: microseconds(recording.startTime),
    recording_ended_at: microseconds(clock.now()),
    recording_urls: urlsOf(call.facts.telnyx, recording),
    public_recording_urls: {},
  }
}

function urlsOf(telnyx: TelnyxWorld, { ref }: Recording) {
  const made = Math.floor(telnyx.clock.now() / 1000)
  return { wav: `${telnyx.publicUrl()}/storage/${ref}.wav?X-Amz-Date=${made}&X-Amz-Expires=${validSeconds}` }
}

/** Is the address of the recording still good? */
export function valid(telnyx: TelnyxWorld, query: URLSearchParams): boolean {
  const made = Number(query.get('X-Amz-Date') ?? 0)
  return telnyx.clock.now() / 1000 - made <= validSeconds
}

export function recordingResource(telnyx: TelnyxWorld, recording: Recording): Readonly<Record<string, unknown>> {
  const call = telnyx.calls.get(recording.call.ref)
  return {
    record_type: 'recording',
    id: recording.ref,
    call_control_id: recording.call.ref,
    call_leg_id: call?.facts.legId,
    call_session_id: call?.facts.sessionId,
    channels: recording.plan.channels === 2 ? 'dual' : 'single',
    duration_millis: recording.ms,
    status: recording.status === 'completed' ? 'completed' : 'partial',
    download_urls: urlsOf(telnyx, recording),
    created_at: microseconds(recording.startTime),
  }
}
