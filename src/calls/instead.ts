/** What the engine does itself where a carrier has no command for it. */
import type { CallCommand } from '../spec/call.ts'
import type { Accepted } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import { dtmf } from '../media/dtmf/generate.ts'
import type { LiveCall } from './live.ts'

export async function insteadOf(live: LiveCall, command: CallCommand, why: string): Promise<Accepted> {
  switch (command.type) {
    case 'send-digits':
      return tones(live, command.digits)
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
