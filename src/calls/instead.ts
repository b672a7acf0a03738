/** What the engine does itself where a carrier has no command for it. */
import { dtmf } from '../media/dtmf/generate.ts'
import { resampled } from '../media/resample.ts'
import { silence } from '../media/tones.ts'
import type { CallCommand } from '../spec/call.ts'
import type { Accepted } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import { joinInstead } from './join.ts'
import type { Leg } from './leg.ts'
import type { LiveCall } from './live.ts'

/** What the carrier said, or the call of ours that took its place. */
export type Done = Accepted & { readonly joined?: string }

/** Rejects with `command.unsupported` when there is no other way either. */
export async function inOurWay(live: LiveCall, command: CallCommand, why: string): Promise<Done> {
  switch (command.type) {
    case 'transfer':
      return joinInstead(live, command.to, command.timeoutSeconds)
    case 'leave-message':
      return leaveMessage(live, command.text)
    default:
      return live.instead(command, why)
  }
}

/** What needs nobody outside the call: a replay does it again. */
export async function insteadOf(live: LiveCall, command: CallCommand, why: string): Promise<Accepted> {
  switch (command.type) {
    case 'send-digits':
      return tones(live, command.digits)
    default:
      throw new OffhookError('command.unsupported', why)
  }
}

/** A `w` waits half a second, as in carriers' own digit strings; ms. */
const wait = 500

/** In-band: the digits as tones on the line. */
function tones(live: LiveCall, digits: string): Accepted {
  const { speaker } = openLine(live, 'Digits can be sent')
  const { rate } = speaker
  for (const part of digits.split(/(w)/i))
    speaker.write(/w/i.test(part) ? silence({ rate, ms: wait }) : dtmf(part, { rate }))
  return {}
}

/** Spoken into the machine by the built-in voice; then the call is over. */
async function leaveMessage(live: LiveCall, text: string): Promise<Accepted> {
  const { engine } = live
  if (!engine.speak) throw new OffhookError('command.unsupported', 'There is no voice to leave a message with')
  const { pcm, rate } = await engine.speak(text)
  const { speaker } = openLine(live, 'A message can be left')
  speaker.clear()
  speaker.write(resampled(pcm, rate, speaker.rate))
  speaker.mark((how) => {
    if (how === 'heard') void live.ask({ type: 'hangup', reason: 'voicemail-left' }, 'engine')
  })
  return {}
}

function openLine({ leg }: LiveCall, what: string): Leg {
  if (leg) return leg
  throw new OffhookError('call.state', `${what} only while the media stream is open`)
}
