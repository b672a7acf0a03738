/** Recordings as Twilio makes them: by whom they were ordered, and where their progress is reported. */
import { Recording, type RecordingPlan } from '../carrier/recording.ts'
import { reportRecording } from './callbacks.ts'
import type { TwilioCall, TwilioFacts } from './facts.ts'
import { newSid } from './world.ts'

export type TwilioRecording = Recording<TwilioFacts>

export interface RecordingOrder extends Pick<RecordingPlan, 'channels' | 'track' | 'trim'> {
  readonly source: 'OutboundAPI' | 'StartCallRecordingAPI' | 'DialVerb' | 'RecordVerb'
  readonly reporting:
    | { readonly url: string; readonly method: string; readonly events: ReadonlySet<string> }
    | undefined
}

/** Begins at once; stops by itself with the call. */
export function startRecording(call: TwilioCall, order: RecordingOrder): TwilioRecording {
  const ref = newSid(call.world.ids, 'RE')
  call.facts.orders.set(ref, order)
  return new Recording(call, {
    ...order,
    ref,
    changed: (recording) => call.world.background(reportRecording(call, recording, order)),
  })
}
