/** What the engine does itself where a carrier has no command for it. */
import type { CallCommand } from '../spec/call.ts'
import type { Accepted } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import { dtmf } from '../media/dtmf/generate.ts'
import type { LiveCall } from './live.ts'

/** Longest voicemail message that is waited for, ms. */
const longestMessage = 120_000

export async function insteadOf(live: LiveCall, command: CallCommand, why: string): Promise<Accepted> {
  switch (command.type) {
    case 'send-digits':
      return tones(live, command.digits)
    case 'leave-message':
      return speakMessage(live, command.text)
    default:
      throw new OffhookError('command.unsupported', why)
  }
}

/** In-band: the digits as tones on the line. */
function tones(live: LiveCall, digits: string): Accepted {
  const leg = live.leg
  if (!leg) throw new OffhookError('call.state', 'Digits can be sent only while the media stream is open')
  leg.speaker.write(dtmf(digits.replaceAll(/w/gi, ''), { rate: leg.speaker.rate }))
  return {}
}

/** The agent's own voice says the message; then the call is over. */
async function speakMessage(live: LiveCall, text: string): Promise<Accepted> {
  const { conversation } = live
  if (!conversation)
    throw new OffhookError('command.unsupported', 'There is no agent whose voice could leave the message')
  conversation.say(text)
  await conversation.heard(longestMessage)
  void live.command({ type: 'hangup', reason: 'voicemail-left' }, 'engine')
  return {}
}
