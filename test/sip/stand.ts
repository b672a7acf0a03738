/** A gateway that listens for SIP on loopback, and trunks to it: what all tests of this folder call, one start for many of them. */
import { randomIds } from '../../src/lib/ids.ts'
import { sip } from '../../src/providers/carriers/sip/sip.ts'
import { organization } from '../../src/main/seed.ts'
import { openHouse, type House, type HouseOptions } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'

export interface Stand extends AsyncDisposable {
  readonly house: House
  /** Where the gateway speaks SIP: `host:port`, by protocol. */
  at(protocol: 'udp' | 'tcp' | 'tls' | 'ws'): string
  port(protocol: 'udp' | 'tcp' | 'tls'): number
  /** A trunk of its own. */
  trunk(settings: Readonly<Record<string, unknown>>): Promise<Trunk>
  /** The id of the last call to this number. */
  callTo(number: string): Promise<string>
  /** The keys that were pressed during a call, in order. */
  keys(call: string): Promise<string>
}

export interface Trunk {
  readonly connection: string
  /** A number of ours on it. */
  number(agent: string): Promise<string>
}

/** An organization's own number and any other: one country code that nobody has. */
let numbers = 0

export async function openStand(
  values: Readonly<Record<string, string>> = {},
  more: HouseOptions = {},
): Promise<Stand> {
  const house = await openHouse({
    ...more,
    providers: { carriers: [sip], ...more.providers },
    options: {
      values: {
        OFFHOOK_SIP_LISTEN: 'udp://127.0.0.1:0,tcp://127.0.0.1:0',
        OFFHOOK_RTP_PORTS: '30000-39999',
        ...values,
      },
      ...more.options,
    },
  })
  const doorOf = (protocol: string) => {
    const door = house.gateway.engine.listeners.get('sip')?.doors?.find((one) => one.protocol === protocol)
    if (!door) throw new Error(`the gateway does not listen for SIP over ${protocol}`)
    return door
  }
  return {
    house,
    port: (protocol) => doorOf(protocol).port,
    at: (protocol) => `${doorOf(protocol).host}:${doorOf(protocol).port}`,
    async trunk(settings) {
      const { data, error } = await house.client.POST('/v1/connections', {
        body: { kind: 'carrier', provider: 'sip', name: randomIds.token(), settings },
      })
      if (!data) throw new Error(`no trunk: ${JSON.stringify(error)}`)
      return { connection: data.id, number: (agent) => addNumber(house, data.id, agent) }
    },
    callTo: (number) =>
      until(`a call to ${number}`, async () => {
        const { items } = await house.gateway.store.calls.list(organization, { to: number, limit: 1 })
        return items[0]?.id
      }),
    async keys(call) {
      const events = await house.events(call)
      return events.flatMap(({ event }) => (event.type === 'digit.received' ? [event['digit']] : [])).join('')
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

async function addNumber({ client }: House, connection: string, agent: string): Promise<string> {
  const number = `+1555010${String(++numbers).padStart(4, '0')}`
  const added = await client.POST('/v1/numbers', { body: { connection, number, agent, point: false } })
  if (!added.data) throw new Error(`no number: ${JSON.stringify(added.error)}`)
  return number
}
