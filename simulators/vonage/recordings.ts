/** Vonage's recordings: ordered by an NCCO, told of when they are done, fetched with the application's token. */
import { Recording } from '../carrier/recording.ts'
import { send } from './events.ts'
import { uuid, type Target, type VonageCall } from './world.ts'

export function startRecording(
  call: VonageCall,
  action: Readonly<Record<string, unknown>>,
  told: Target | undefined,
): void {
  const { vonage, conversation } = call.facts
  call.answer()
  void new Recording(call, {
    ref: uuid(vonage.ids),
    channels: action['split'] === 'conversation' && Number(action['channels'] ?? 1) > 1 ? 2 : 1,
    track: 'both',
    trim: false,
    changed(recording) {
      const target = told ?? call.facts.events
      if (recording.status !== 'completed' || !target?.url) return
      const iso = (time: number) => new Date(time).toISOString()
      const fields = {
        start_time: iso(recording.startTime),
        end_time: iso(recording.startTime + recording.ms),
        recording_url: `${vonage.publicUrl()}/v1/files/${recording.ref}`,
        recording_uuid: recording.ref,
        size: recording.wav().length,
        conversation_uuid: conversation,
        timestamp: iso(vonage.clock.now()),
      }
      vonage.background(send(call, target, fields))
    },
  })
}
