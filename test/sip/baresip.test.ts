/** A telephone of somebody else's make calls an agent that plays back what it hears, in every codec, in the clear and not. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { framesOfTone } from '../../simulators/index.ts'
import { selfSigned } from '../../simulators/vendor/certificate.ts'
import { realClock } from '../../src/lib/clock.ts'
import { Scope } from '../../src/lib/scope.ts'
import { baresip, baresipInstalled, type BaresipOptions } from './baresip.ts'
import { openNamespace, type Namespace } from './namespace.ts'
import { until } from '../e2e/until.ts'
import { openStand, type Stand } from './stand.ts'

const installed = baresipInstalled()
const scope = new Scope('baresip')
let network: Namespace
let stand: Stand
let echo: string
let ca: string

beforeAll(async () => {
  if (!installed) return
  const { key, cert } = selfSigned(realClock.now())
  network = await openNamespace(scope)
  stand = await openStand({
    OFFHOOK_SIP_LISTEN: `udp://${network.here}:0,tls://${network.here}:0`,
    // This one registers nowhere where SHA-256 is offered as well.
    OFFHOOK_SIP_DIGEST: 'md5',
    OFFHOOK_SIP_TLS_CERT: cert,
    OFFHOOK_SIP_TLS_KEY: key,
  })
  const folder = await mkdtemp(join(tmpdir(), 'offhook-ca-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  ca = join(folder, 'ca.pem')
  await writeFile(ca, cert)
  scope.use(stand)
  const { data } = await stand.house.client.POST('/v1/agents', {
    body: { name: 'echo', provider: 'echo', settings: {} },
  })
  echo = data!.id
})

afterAll(() => scope.close())

describe.skipIf(!installed)('baresip', () => {
  test.concurrent.each<[string, 'udp' | 'tls', Pick<BaresipOptions, 'codec' | 'srtp'>, string]>([
    ['G.711 over UDP', 'udp', { codec: 'PCMU/8000/1' }, 'pcmu'],
    ['G.722 over UDP', 'udp', { codec: 'G722/16000/1' }, 'g722'],
    ['Opus over UDP', 'udp', { codec: 'opus/48000/2' }, 'opus'],
    ['G.711 in SRTP, over TLS', 'tls', { codec: 'PCMA/8000/1', srtp: true }, 'pcma'],
    ['Opus in SRTP, over TLS', 'tls', { codec: 'opus/48000/2', srtp: true }, 'opus'],
  ])('hears itself: %s', async (_, protocol, options, encoding) => {
    const trunk = await stand.trunk({ allow: network.there, srtp: options.srtp ? 'required' : 'off' })
    const number = await trunk.number(echo)
    const uri = `sip:${number}@${stand.at(protocol)};transport=${protocol}`
    const { heard, log } = await baresip(stand.house.scope, { uri, ...options, seconds: 5, tone: 440, ca, network })
    expect(log).toContain('Call established')
    expect(framesOfTone(heard, 440), log).toBeGreaterThan(50)
    const events = await stand.house.events(await stand.callTo(number))
    expect(events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'media.opened', encoding: expect.stringContaining(encoding) }),
    )
  })

  test.concurrent('registers as an extension, and is called there', async () => {
    const password = 'long-and-unguessable'
    const trunk = await stand.trunk({ extensions: `101 ${password}` })
    const from = await trunk.number(echo)
    const account = { server: stand.at('udp'), username: '101', password }
    const telephone = baresip(stand.house.scope, { account, codec: 'PCMU/8000/1', seconds: 8, tone: 440, network })
    await until('the registration', async () => {
      const lines = await stand.house.request('GET', '/v1/lines')
      return (await lines.text()).includes('"registered":true')
    })
    const { error } = await stand.house.client.POST('/v1/calls', {
      body: { connection: trunk.connection, from, to: '101', agent: echo },
    })
    expect(error).toBeUndefined()
    const { heard, log } = await telephone
    expect(framesOfTone(heard, 440), log).toBeGreaterThan(50)
  })
})
