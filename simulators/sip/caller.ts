/** Somebody with a telephone calls a number that the gateway serves. */
import type { SipHeader } from '../../src/protocols/sip/message/message.ts'
import { formatUri, parseUri } from '../../src/protocols/sip/message/uri.ts'
import type { InboundCall } from '../carrier/simulator.ts'
import { answered, offerOf } from './description.ts'
import { attend } from './attend.ts'
import { background, newLeg, openLegSound } from './leg.ts'
import type { SipCall, SipWorld } from './world.ts'

export function callIn(world: SipWorld, { from, to, phone }: InboundCall): SipCall {
  const target = world.targets.get(to) ?? world.registered()?.contact
  if (target === undefined)
    throw new Error(`this exchange has no number ${to}, and no line is registered: point it somewhere first`)
  const call = newLeg(world, {
    ...{ direction: 'inbound', from, to, phone },
    progressed(call, event) {
      if (event === 'completed') call.facts.session?.end()
    },
  })
  background(call, place(world, call, target))
  return call
}

async function place(world: SipWorld, call: SipCall, target: string): Promise<void> {
  await openLegSound(world, call)
  if (call.over) return
  const { agent, at, behaviour } = world
  const host = behaviour.domain ?? `${at.address}:${at.port}`
  const uri = addressed(target, call.to, behaviour.transport)
  const session = agent.invite({
    uri,
    from: `<sip:${call.from}@${host}>`,
    to: `<${addressed(target, call.to, undefined)}>`,
    offer: offerOf(call),
    credentials: behaviour.credentials,
    headers: behaviour.headers.map(headerOf),
    listener: behaviour.transport,
    callId: call.ref,
  })
  attend(call, session, (event) => {
    // Forks are nothing that a gateway does: whoever speaks last is heard.
    if ((event.type === 'progress' || event.type === 'established') && event.sdp !== undefined)
      answered(call, event.sdp)
    if (event.type === 'established') call.answer()
  })
}

/** `sip:host:port` with the number before it. */
function addressed(target: string, user: string, transport: string | undefined): string {
  const uri = parseUri(target)
  if (uri?.scheme !== 'sip') throw new Error(`"${target}" is no SIP URI`)
  const params = transport === undefined ? [] : [{ name: 'transport', value: transport }]
  return formatUri({ ...uri, user, params })
}

function headerOf(line: string): SipHeader {
  const colon = line.indexOf(':')
  return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() }
}
