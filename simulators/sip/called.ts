/** The gateway calls somebody through the exchange. */
import { parseNameAddr } from '../../src/protocols/sip/message/name-addr.ts'
import { header } from '../../src/protocols/sip/message/headers.ts'
import { parseUri } from '../../src/protocols/sip/message/uri.ts'
import type { IncomingSession } from '../../src/protocols/sip/ua/contract.ts'
import type { ProgressEvent } from '../carrier/call.ts'
import { placeCall } from '../carrier/dial.ts'
import { framesOf } from '../sound/frames.ts'
import { tone } from '../sound/tones.ts'
import { tickerOf } from '../ticker.ts'
import { complain } from '../carrier/world.ts'
import { answerTo, offerOf } from './description.ts'
import { attend } from './attend.ts'
import { background, newLeg, openLegSound } from './leg.ts'
import type { SipCall, SipWorld } from './world.ts'

/** As carriers have it: three minutes of ringing, four hours of talking, ms. */
const times = { ringMs: 180_000, limitMs: 4 * 3_600_000 }

export function callOut(world: SipWorld, session: IncomingSession): void {
  const to = userOf(session.request.uri)
  const from = userOf(parseNameAddr(header(session.request, 'from') ?? '')?.uri ?? '')
  if (to === undefined || from === undefined) return session.refuse(484)
  let description: string | undefined
  const call = newLeg(world, {
    ...{ direction: 'outbound-api', from, to, ref: session.callId },
    progressed: (call, event) => tell(call, session, event, description),
  })
  attend(call, session)
  background(call, open())

  async function open(): Promise<void> {
    await openLegSound(world, call)
    if (call.over) return
    const made = session.offer === undefined ? { sdp: offerOf(call) } : answerTo(call, session.offer)
    if ('status' in made) {
      complain(call, made.status, 'nothing in the offer can be spoken here')
      return call.end('failed', 'no codec in common', made.status)
    }
    description = made.sdp
    placeCall(call, times, async () => undefined)
  }
}

function tell(call: SipCall, session: IncomingSession, event: ProgressEvent, description: string | undefined): void {
  const { behaviour } = call.world as SipWorld // legs of this simulator live in no other world
  switch (event) {
    case 'initiated':
      return undefined
    case 'ringing':
      if (!behaviour.earlyMedia) return session.progress(180)
      session.progress(183, description)
      return ringback(call)
    case 'answered':
      return description === undefined ? undefined : session.accept(description)
    case 'completed':
      return session.end(call.startTime === undefined ? { status: call.sipCode } : {})
    default:
      return event satisfies never
  }
}

/** What the caller hears until somebody answers. */
function ringback(call: SipCall): void {
  const frames = framesOf(tone(425, 1000))
  let next = 0
  const ringing = tickerOf(call.world.clock).add(() => {
    if (call.startTime === undefined) call.facts.sound?.say(frames[next++ % frames.length]!)
  })
  const stop = () => ringing[Symbol.dispose]()
  void call.answered.then(stop)
}

/** The number or name before the host. */
function userOf(uri: string): string | undefined {
  const read = parseUri(uri)
  if (read?.scheme === 'tel') return read.number
  return read?.scheme === 'sip' || read?.scheme === 'sips' ? read.user : undefined
}
