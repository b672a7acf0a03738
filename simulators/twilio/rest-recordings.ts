/** REST: recordings of a call (docs/voice/api/recording): start, pause, stop. */
import type { TwilioCall } from './facts.ts'
import { bad, checked, good, type Check } from './parameters.ts'
import { startRecording, type TwilioRecording } from './recordings.ts'
import { readRecording } from './rest-calls.ts'

const createFields = [
  'RecordingChannels', 'RecordingTrack', 'Trim', 'RecordingStatusCallback', 'RecordingStatusCallbackMethod',
  'RecordingStatusCallbackEvent',
] as const // prettier-ignore

export function createRecording(call: TwilioCall, form: URLSearchParams): Check<TwilioRecording> {
  const plan = checked((fields) => {
    if (call.facts.twilio.strict) fields.only(createFields)
    return readRecording(fields, 'StartCallRecordingAPI', 'do-not-trim')
  }, form)
  if (!plan.ok) return plan
  if (call.over || call.startTime === undefined) {
    return bad(21220, 'Requested resource is not eligible for recording: the call is not in-progress')
  }
  return good(startRecording(call, plan.value))
}

export function updateRecording(recording: TwilioRecording, form: URLSearchParams): Check<TwilioRecording> {
  const update = checked((fields) => {
    if (recording.call.facts.twilio.strict) fields.only(['Status', 'PauseBehavior'])
    const status = fields.word('Status', ['paused', 'in-progress', 'stopped'], 20001)
    const pause = fields.word('PauseBehavior', ['skip', 'silence'], 20001)
    return { status: status ?? fields.refuse(20001, 'Status is required'), silent: pause === 'silence' }
  }, form)
  if (!update.ok) return update
  if (recording.over) return bad(21220, 'Invalid recording state: it is finished')
  if (update.value.status === 'stopped') recording.stop()
  else if (update.value.status === 'paused') recording.pause(update.value.silent)
  else recording.resume()
  return good(recording)
}

/** `Twilio.CURRENT` stands for the only recording that runs. */
export function recordingOf(call: TwilioCall, sid: string): TwilioRecording | undefined {
  if (sid !== 'Twilio.CURRENT') return call.recordings.find((recording) => recording.ref === sid)
  const running = call.recordings.filter((recording) => !recording.over)
  return running.length === 1 ? running[0] : undefined
}
