import { startSip } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { sip } from '../../src/providers/carriers/sip/sip.ts'
import { liveConformance } from '../conformance/live.ts'
import type { Line } from '../conformance/live/fixture.ts'
import type { House } from './gateway.ts'

const number = '+15550100010'
const unassigned = '+15550100011'

liveConformance('sip', {
  spec: sip,
  providers: { carriers: [sip] },
  values: { OFFHOOK_SIP_LISTEN: 'udp://127.0.0.1:0', OFFHOOK_RTP_PORTS: '0-0' },
  line: openLine,
  orders: { hangup: { method: 'BYE', text: /^BYE / }, transfer: { method: 'REFER' } },
  tellsPeople: false,
  unanswered: 'canceled',
  endsWithStream: false,
  media: { address: () => undefined, opening: () => [], otherRef: 'nobody' },
})

/** An exchange of its own for every line: a trunk is known by its address and port. */
async function openLine({ client, gateway, scope }: House, agent: string): Promise<Line> {
  const exchange = await startSip({ clock: realClock, ids: randomIds, scope, ringGraceMs: 0 })
  const settings = { host: `127.0.0.1:${exchange.at.port}`, defaultFrom: number }
  const { data: connection, error } = await client.POST('/v1/connections', {
    body: { kind: 'carrier', provider: 'sip', name: randomIds.token(), settings },
  })
  if (!connection) throw new Error(`no connection: ${JSON.stringify(error)}`)
  const added = await client.POST('/v1/numbers', { body: { connection: connection.id, number, agent, point: false } })
  if (!added.data) throw new Error(`no number: ${JSON.stringify(added.error)}`)
  const door = gateway.engine.listeners.get('sip')?.doors?.[0]
  for (const one of [unassigned, number]) exchange.point(one, { voice: `sip:127.0.0.1:${door?.port}` })
  return {
    connection: connection.id,
    ...{ number, unassigned, account: '' },
    faults: exchange.faults,
    log: exchange.log,
    calls: exchange.calls,
    ring: (call) => exchange.call({ to: number, ...call }),
    onDial: (decide) => exchange.onDial(decide),
    nextCall: () => exchange.nextCall(),
  }
}
