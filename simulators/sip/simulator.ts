/** A simulated telephone exchange on the other side of a SIP trunk: a carrier's SBC, or an office's PBX. */
import type { NetAddress } from '../../src/lib/net/address.ts'
import { makeWorld, simulatorOf, type CarrierOptions, type CarrierSimulator } from '../carrier/simulator.ts'
import { callIn } from './caller.ts'
import { answered, offerOf } from './description.ts'
import { openExchange } from './exchange.ts'
import type { Registration } from './guard.ts'
import { nowhere } from './web.ts'
import { openSockets } from './wire.ts'
import type { Behaviour, SipCall, SipFacts, SipWorld } from './world.ts'

export interface SipOptions extends CarrierOptions {
  readonly behaviour?: Partial<Behaviour>
  /** Default: the loopback of IPv4. */
  readonly host?: string
}

export interface SipSimulator extends CarrierSimulator {
  /** Where it speaks SIP, over UDP and TCP. */
  readonly at: NetAddress
  /** The person puts the other side on hold, or takes it back. Rejects when that is refused. */
  hold(call: SipCall): Promise<void>
  resume(call: SipCall): Promise<void>
  /** The line that somebody registered with the exchange's own name and password. */
  registration(): Registration | undefined
  /** Registers here as a telephone does at its exchange: `server` is `host:port`. Answers with the final status. */
  register(server: string, seconds?: number): Promise<number>
}

const usual: Behaviour = {
  auth: 'address',
  credentials: { username: 'offhook', password: 'simulated' },
  earlyMedia: false,
  events: true,
  srtp: 'off',
  headers: [],
  transport: 'udp',
}

/** Listens on a free port until the scope closes. */
export async function startSip(options: SipOptions): Promise<SipSimulator> {
  const { host, behaviour: wanted, ...rest } = options
  const behaviour: Behaviour = { ...usual, ...wanted }
  const { wire, at } = await openSockets(options.scope, host)
  const made = makeWorld<SipFacts>('sip', { publicUrl: `sip:${at.address}:${at.port}`, ...rest })
  const { world, guard } = openExchange(made.world, { wire, at, behaviour })
  const simulator = simulatorOf(made, {
    point: (number, { voice = '' }) => void world.targets.set(number, voice),
    call: (call) => callIn(world, call),
    // It is ordered about by SIP alone.
    handle: async () => ({ status: 404, headers: {}, body: '' }),
  })
  return Object.assign(simulator, {
    at,
    registration: guard.registration,
    register: (server: string, seconds = 3600) => register(world, server, seconds),
    hold: (call: SipCall) => reoffer(call, 'sendonly'),
    resume: (call: SipCall) => reoffer(call, 'sendrecv'),
  })
}

async function register({ agent, at, behaviour }: SipWorld, server: string, seconds: number): Promise<number> {
  const own = `sip:${behaviour.credentials.username}@${server}`
  const { transport } = behaviour
  const web = transport === 'ws'
  const place = web ? `${nowhere};transport=ws` : `${at.address}:${at.port}`
  const contact = `<sip:${behaviour.credentials.username}@${place}>`
  const { status } = await agent.request({
    method: 'REGISTER',
    uri: `sip:${server}${web ? ';transport=ws' : ''}`,
    ...(web ? { listener: 'ws' } : {}),
    ...{ from: `<${own}>`, to: `<${own}>`, credentials: behaviour.credentials },
    headers: [
      { name: 'Contact', value: contact },
      { name: 'Expires', value: `${seconds}` },
    ],
  })
  return status
}

async function reoffer(call: SipCall, direction: 'sendonly' | 'sendrecv'): Promise<void> {
  const { session } = call.facts
  if (!session) throw new Error('the call has no session yet')
  const answer = await session.reoffer(offerOf(call, direction))
  if (!answered(call, answer, direction)) throw new Error('the answer does not fit the offer')
}
