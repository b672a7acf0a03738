/** REFER from the gateway: the person is joined with somebody else, and the gateway hears how it goes (RFC 3515). */
import type { Session, SessionEvent } from '../../src/protocols/sip/ua/contract.ts'
import { join } from '../carrier/join.ts'
import { background, newLeg } from './leg.ts'
import type { SipCall, SipWorld } from './world.ts'

/** How long the new party rings, and how long they may talk, ms. */
const ringing = 30_000
const longest = 3_600_000

type Refer = Extract<SessionEvent, { type: 'refer' }>

export function sendOn(call: SipCall, session: Session, event: Refer): void {
  const number = /^(?:sips?|tel):([^@;>]+)/.exec(event.to)?.[1]
  if (number === undefined) return event.refuse(400)
  const { notify } = event.accept()
  background(call, connect(call, session, decodeURIComponent(number), notify))
}

async function connect(call: SipCall, session: Session, to: string, notify: Notify): Promise<void> {
  const world = call.world as SipWorld // legs of this simulator live in no other world
  const leg = newLeg(world, {
    direction: 'outbound-dial',
    from: call.from,
    to,
    parent: call,
    progressed: () => undefined,
  })
  const { player } = call.audio
  const { status } = await join(call, {
    legs: [leg],
    timeoutMs: ringing,
    limitMs: longest,
    signal: call.scope.signal,
    bridged() {
      // From here on the person hears the other one; the gateway may leave.
      call.facts.sentOn = true
      notify(200, 'OK')
    },
  })
  if (status === 'completed') return call.end('completed', 'the other party hung up')
  call.audio.player = player
  notify(status === 'busy' ? 486 : status === 'no-answer' ? 480 : 404, status)
  if (session.state === 'ended') call.end('failed', 'nobody was left')
}

type Notify = (status: number, reason: string) => void
