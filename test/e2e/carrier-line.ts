/** A simulated carrier's other side for the live suite: an account of its own for every line, connected over the API like any. */
import {
  serveCarrier,
  type CarrierOptions,
  type CarrierSimulator,
  type SimulatedCarrier,
} from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import type { CarrierCall, Line, LiveFixture } from '../conformance/live/fixture.ts'
import type { House } from './gateway.ts'

const number = '+15550100010'
const unassigned = '+15550100011'

export interface LineOptions {
  readonly carrier: SimulatedCarrier
  /** What the carrier calls the account: a setting's name. */
  readonly account: string
  /** Settings besides those that the carrier gives. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Where a test needs more of the simulator than the list gives. */
  readonly open?: (settings: Readonly<Record<string, unknown>>, options: CarrierOptions) => CarrierSimulator
}

export function lineAt(options: LineOptions): LiveFixture['line'] {
  return (house, agent) => openLine(options, house, agent)
}

/** Where the carrier connected to: it notes every upgrade. */
export function dialledAddress(call: CarrierCall): string | undefined {
  return call.wire.map(({ text }) => /^GET (wss?:\S+) \(upgrade\)/.exec(text)?.[1]).find((url) => url !== undefined)
}

async function openLine(
  { carrier, account, settings: more, open = carrier.open }: LineOptions,
  house: House,
  agent: string,
): Promise<Line> {
  const { client, scope } = house
  const drawn = carrier.draw(randomIds)
  const simulator = await serveCarrier(
    open(drawn, { clock: realClock, ids: randomIds, scope, ringGraceMs: 0, priceAfterMs: 500 }),
    { scope },
  )
  const settings = { ...drawn, ...carrier.address(simulator.url), defaultFrom: number, ...more }
  const { data: connection, error } = await client.POST('/v1/connections', {
    body: { kind: 'carrier', provider: carrier.name, name: randomIds.token(), settings },
  })
  if (!connection) throw new Error(`no connection: ${JSON.stringify(error)}`)
  for (const one of [unassigned, number]) simulator.point(one, connection.webhooks)
  const added = await client.POST('/v1/numbers', { body: { connection: connection.id, number, agent, point: false } })
  if (!added.data) throw new Error(`no number: ${JSON.stringify(added.error)}`)
  return {
    connection: connection.id,
    ...{ number, unassigned, account: String(drawn[account]) },
    faults: simulator.faults,
    log: simulator.log,
    calls: simulator.calls,
    ring: (call) => simulator.call({ to: number, ...call }),
    onDial: (decide) => simulator.onDial(decide),
    nextCall: () => simulator.nextCall(),
  }
}
