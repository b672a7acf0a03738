/** Twilio's other side for the live suite: a simulator of its own for every line, connected over the API like any account. */
import { startTwilio } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { twilio } from '../../src/providers/carriers/twilio/twilio.ts'
import type { Line, LiveFixture } from '../conformance/live/fixture.ts'
import type { House } from './gateway.ts'

const number = '+15550100010'
const unassigned = '+15550100011'

export const twilioLive: LiveFixture = {
  spec: twilio,
  asksAgain: true,
  findsDials: true,
  line: openLine,
  orders: { hangup: { method: 'POST', text: /Status=completed/ }, transfer: { method: 'POST' } },
  media: {
    address: (call) => /<Stream url="([^"]+)"/.exec(call.wire.map(({ text }) => text).join('\n'))?.[1],
    opening: (line, ref) => [
      JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
      JSON.stringify({
        event: 'start',
        sequenceNumber: '1',
        streamSid: `MZ${'0'.repeat(32)}`,
        start: {
          streamSid: `MZ${'0'.repeat(32)}`,
          accountSid: line.account,
          callSid: ref,
          tracks: ['inbound'],
          customParameters: {},
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        },
      }),
    ],
    otherRef: `CA${'f'.repeat(32)}`,
  },
}

async function openLine(house: House, agent: string): Promise<Line> {
  const { client, scope } = house
  const hex = (): string => Buffer.from(randomIds.token(16), 'base64url').toString('hex')
  const account = { accountSid: `AC${hex()}`, authToken: hex() }
  // The account's numbers point to addresses that are known once there is a connection, and the connection needs the account.
  const options = { clock: realClock, ids: randomIds, scope, ringGraceMs: 0, priceAfterMs: 500 }
  const named = { phoneNumber: number, voiceUrl: '', statusCallback: '' }
  const simulator = await startTwilio({
    ...options,
    accounts: [{ ...account, numbers: [named, { ...named, phoneNumber: unassigned }] }],
  })
  const { data: connection, error } = await client.POST('/v1/connections', {
    body: {
      kind: 'carrier',
      provider: 'twilio',
      name: account.accountSid,
      settings: { ...account, apiBase: simulator.url, defaultFrom: number },
    },
  })
  if (!connection) throw new Error(`no connection: ${JSON.stringify(error)}`)
  const { voice = '', status = '' } = connection.webhooks
  for (const one of simulator.accounts.get(account.accountSid)?.numbers ?? [])
    Object.assign(one, { voiceUrl: voice, statusCallback: status })
  const added = await client.POST('/v1/numbers', { body: { connection: connection.id, number, agent, point: false } })
  if (!added.data) throw new Error(`no number: ${JSON.stringify(added.error)}`)
  return {
    connection: connection.id,
    ...{ number, unassigned, account: account.accountSid },
    faults: simulator.faults,
    log: simulator.log,
    calls: simulator.calls,
    ring: (call) => simulator.call({ to: number, ...call }),
    onDial: (decide) => simulator.onDial(decide),
    nextCall: () => simulator.nextCall(),
  }
}
