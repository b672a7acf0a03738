/** The exchange's user agent: who may speak to it, what it answers, and a book of what it said and heard. */
import type { Ids } from '../../src/lib/ids.ts'
import type { NetAddress } from '../../src/lib/net/address.ts'
import type { SipRequest } from '../../src/protocols/sip/message/message.ts'
import { parseUri } from '../../src/protocols/sip/message/uri.ts'
import type { Answer, Seen, Target, Wire } from '../../src/protocols/sip/transport/contract.ts'
import { createUserAgent } from '../../src/protocols/sip/ua/agent.ts'
import { note, raise, type World } from '../carrier/world.ts'
import { callOut } from './called.ts'
import { openGuard, type Guard } from './guard.ts'
import type { Behaviour, SipCall, SipFacts, SipWorld } from './world.ts'

export interface ExchangeParts {
  readonly wire: Wire
  readonly at: NetAddress
  readonly behaviour: Behaviour
}

export interface Exchange {
  readonly world: SipWorld
  readonly guard: Guard
}

export function openExchange(made: World<SipFacts>, { wire, at, behaviour }: ExchangeParts): Exchange {
  const { clock, ids, scope } = made
  const random = hexadecimal(ids)
  const guard = openGuard({ clock, random, ...behaviour })
  const agent = createUserAgent({
    ...{ clock, random, wire, product: 'Simulated PBX', allow: ['OPTIONS', 'REGISTER'] },
    resolve: async (uri) => numeric(uri),
    admit: (request, flow) => guard.admit(request, flow),
    onInvite: (session) => callOut(world, session),
    onRequest: (request) => answerTo(request, guard),
    onMessage: (seen) => keep(world, seen),
    onError: (error) => raise(made, { code: 0, message: String(error) }),
  })
  scope.use(agent)
  const targets = new Map<string, string>()
  const world: SipWorld = Object.assign(made, { agent, at, behaviour, targets, registered: guard.registration })
  return { world, guard }
}

function hexadecimal(ids: Ids): (bytes: number) => string {
  return (bytes) => Buffer.from(ids.token(bytes), 'base64url').toString('hex')
}

/** It calls addresses, no names: nothing is looked up. */
function numeric(text: string): readonly Target[] {
  const uri = parseUri(text)
  if (uri?.scheme !== 'sip') throw new Error(`the simulator cannot call "${text}"`)
  const transport = uri.params.find(({ name }) => name.toLowerCase() === 'transport')?.value
  return [
    {
      protocol: transport === 'tcp' || transport === 'ws' ? transport : 'udp',
      address: uri.host,
      port: uri.port ?? 5060,
    },
  ]
}

function answerTo(request: SipRequest, guard: Guard): Answer {
  if (request.method === 'REGISTER') return guard.register(request)
  return { status: request.method === 'OPTIONS' ? 200 : 405 }
}

function keep(world: SipWorld, { direction, bytes, callId }: Seen): void {
  const call = callId === undefined ? undefined : callOf(world, callId)
  const from = direction === 'in' ? 'gateway' : 'carrier'
  note(world, { from, kind: 'sip', text: Buffer.from(bytes).toString('utf8') }, call)
}

function callOf(world: SipWorld, callId: string): SipCall | undefined {
  for (const call of world.calls.values()) if (call.facts.session?.callId === callId) return call
  return undefined
}
