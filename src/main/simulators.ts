/** Simulated carriers on the gateway's own port: wire-exact, so that everything works before there is an account. */
import {
  requestHandler,
  simulatedCarriers,
  simulatedTrunk,
  startSip,
  type CarrierSimulator,
  type DialBehaviour,
  type Phone,
  type SimulatedCall,
  type SimulatedCarrier,
  type WireEntry,
} from '../../simulators/index.ts'
import type { Mount } from '../api/parts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { Door } from '../spec/listen.ts'
import type { Store } from '../store/contract.ts'
import type { Address } from './address.ts'
import { seedSimulated } from './seed.ts'

/** A simulated carrier with the connection it serves and the number that rings there. */
export interface SimulatedLine {
  readonly carrier: string
  readonly label: string
  /** The connection's id. */
  readonly connection: string
  readonly number: string
  readonly simulator: CarrierSimulator
}

export interface Simulators {
  readonly mounts: readonly Mount[]
  /** Makes connections, numbers and simulated accounts; once the port is known. */
  seed(): Promise<void>
  /** Every line there is, in the order of the list; none before `seed`. */
  lines(): readonly SimulatedLine[]
  /** The carrier's line; the first without a name. Throws an OffhookError when there is none. */
  line(carrier?: string): SimulatedLine
  /** Somebody calls the simulated number. */
  ring(from: string, phone: Phone, carrier?: string): SimulatedCall
  /** What people do who are called through the simulated carrier. */
  onDial(decide: (call: SimulatedCall) => DialBehaviour, carrier?: string): void
}

export interface SimulatorsOptions {
  readonly clock: Clock
  readonly ids: Ids
  readonly scope: Scope
  readonly logger: Logger
  readonly store: Store
  readonly address: Address
  /** The carriers of this gateway: only these are simulated. */
  readonly carriers: readonly CarrierSpec[]
  /** Renders what the carrier's own voice says. */
  readonly speak: (text: string) => Promise<Int16Array>
  readonly onWire?: (entry: WireEntry) => void
  /** Where a carrier that listens by itself does so. */
  readonly doors: (carrier: string) => readonly Door[]
}

export function openSimulators(options: SimulatorsOptions): Simulators {
  const lines: SimulatedLine[] = []
  const wanted = simulatedCarriers.flatMap((carrier) => {
    const spec = options.carriers.find(({ name }) => name === carrier.name)
    return spec ? [{ carrier, spec }] : []
  })
  const line = (carrier?: string): SimulatedLine => {
    const found = carrier === undefined ? lines[0] : lines.find((one) => one.carrier === carrier)
    if (found) return found
    const known = lines.map((one) => one.carrier).join(', ')
    throw new OffhookError('provider.unknown', `No simulated carrier is named "${carrier}" (there are: ${known})`)
  }
  return {
    mounts: wanted.map(({ carrier: { name } }) => mountOf(name, () => line(name).simulator)),
    async seed() {
      for (const one of wanted) lines.push(await openLine(options, one))
      const trunk = await openTrunk(options)
      if (trunk) lines.push(trunk)
    },
    lines: () => lines,
    line,
    ring: (from, phone, carrier) => {
      const { simulator, number } = line(carrier)
      return simulator.call({ from, to: number, phone })
    },
    onDial: (decide, carrier) => line(carrier).simulator.onDial(decide),
  }
}

function prefixOf(carrier: string): string {
  return `/simulators/${carrier}/`
}

function mountOf(carrier: string, simulator: () => CarrierSimulator): Mount {
  return {
    prefix: prefixOf(carrier),
    async handle({ method, path, headers, body }) {
      const answer = await requestHandler(simulator())(method, path, headers, Buffer.from(body).toString('utf8'))
      return answer ?? { status: 503, headers: {}, body: '' }
    },
  }
}

async function openLine(
  options: SimulatorsOptions,
  { carrier, spec }: { readonly carrier: SimulatedCarrier; readonly spec: CarrierSpec },
): Promise<SimulatedLine> {
  const { clock, ids, scope, logger, store, address, speak, onWire } = options
  const { name, label } = carrier
  const url = new URL(prefixOf(name), address.url().origin).href.replace(/\/$/, '')
  const place = simulatedCarriers.indexOf(carrier)
  const { connection, number } = await seedSimulated({ store, clock, ids }, { spec, carrier, place, url })
  const simulator = carrier.open(connection.settings, {
    ...{ clock, ids, scope, speak },
    publicUrl: url,
    keepWire: 'none',
    ...(onWire ? { onWire } : {}),
    logger: { warn: (facts, message) => logger.warn(message, facts) },
  })
  const webhook = (purpose: string) => new URL(`carriers/${name}/${connection.id}/${purpose}`, address.url()).href
  simulator.point(number, { voice: webhook('voice'), status: webhook('status') })
  return { carrier: name, label, connection: connection.id, number, simulator }
}

/** For commands that bring a gateway of their own: a trunk finds it at any port that is free. */
export const doorsForTrunk = { OFFHOOK_SIP_LISTEN: 'udp://127.0.0.1:0' } as const

/** Its number comes after those of any carrier that the list may yet hold. */
const trunkPlace = 99

/** A telephone exchange at the other end of a trunk, wherever we listen for SIP: it is reached by that alone. */
async function openTrunk(options: SimulatorsOptions): Promise<SimulatedLine | undefined> {
  const { clock, ids, scope, logger, store, onWire, speak } = options
  const { name, label } = simulatedTrunk
  const spec = options.carriers.find((carrier) => carrier.name === name)
  const door = options.doors(name).find(({ protocol }) => protocol === 'udp' || protocol === 'tcp')
  if (!spec || !door) return undefined
  const simulator = await startSip({
    ...{ clock, ids, scope, speak, keepWire: 'none' },
    ...(onWire ? { onWire } : {}),
    behaviour: { transport: door.protocol === 'tcp' ? 'tcp' : 'udp' },
    logger: { warn: (facts, message) => logger.warn(message, facts) },
  })
  const { address, port } = simulator.at
  const { connection, number } = await seedSimulated(
    { store, clock, ids },
    { spec, carrier: simulatedTrunk, place: trunkPlace, url: `${address}:${port}` },
  )
  simulator.point(number, { voice: `sip:${door.host}:${door.port}` })
  return { carrier: name, label, connection: connection.id, number, simulator }
}
