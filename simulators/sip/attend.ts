/** What the other side of a session wants in between: another offer, keys, somebody else, the end. */
import type { Session, SessionEnd, SessionEvent } from '../../src/protocols/sip/ua/contract.ts'
import type { FinalStatus } from '../carrier/call.ts'
import { complain } from '../carrier/world.ts'
import { answered, answerTo, offerOf } from './description.ts'
import { sendOn } from './refer.ts'
import type { SipCall } from './world.ts'

/** What is told once the session is there; `progress` and `established` are the caller's own affair. */
export function attend(call: SipCall, session: Session, also: (event: SessionEvent) => void = () => undefined): void {
  call.facts.session = session
  session.onEvent((event) => {
    happened(call, session, event)
    also(event)
  })
}

function happened(call: SipCall, session: Session, event: SessionEvent): void {
  switch (event.type) {
    case 'offered': {
      const made = answerTo(call, event.sdp)
      return event.respond('sdp' in made ? made.sdp : made)
    }
    case 'offer-wanted':
      return event.respond(offerOf(call))
    case 'answered':
      if (!answered(call, event.sdp)) complain(call, 488, 'the answer does not fit the offer')
      return undefined
    case 'info':
      return keyOf(event.body, (digit) => call.phone.receive(digit))
    case 'refer':
      return sendOn(call, session, event)
    case 'ended':
      if (!call.facts.sentOn) finish(call, event.end)
      return undefined
    case 'progress':
    case 'established':
    case 'referred':
      return undefined
    default:
      return event satisfies never
  }
}

/** `Signal=5` of application/dtmf-relay, or the key alone of application/dtmf. */
function keyOf(body: string, told: (digit: string) => void): void {
  const digit = /(?:^|Signal\s*=\s*)([0-9A-D*#])\s*(?:\r?\n|$)/i.exec(body)?.[1]
  if (digit !== undefined) told(digit)
}

function finish(call: SipCall, { by, status = 0, reason }: SessionEnd): void {
  if (call.startTime !== undefined) {
    call.endedBy = by === 'us' ? call.endedBy : 'application'
    return call.end('completed', reason)
  }
  const outcome: FinalStatus = status === 486 || status === 600 ? 'busy' : status === 487 ? 'canceled' : 'failed'
  call.end(outcome, reason, status)
}
