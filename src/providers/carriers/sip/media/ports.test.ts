import { expect, test } from 'vitest'
import { VirtualClock } from '../../../../lib/clock.ts'
import { seededIds } from '../../../../lib/ids.ts'
import { FakeNetwork } from './fakes.ts'
import { Ports } from './ports.ts'

const here = '10.0.0.1'

function set(range = { first: 10_000, last: 10_007 }) {
  const clock = new VirtualClock()
  const network = new FakeNetwork(clock)
  return { clock, network, ports: network.ports(seededIds('ports'), range) }
}

test('are an even one and the next, from a random one on', async () => {
  const { ports } = set({ first: 9999, last: 20_000 })
  const pairs = await Promise.all([ports.take(here), ports.take(here), ports.take(here)])
  for (const { rtp, rtcp } of pairs) expect([rtp.local.port % 2, rtcp.local.port - rtp.local.port]).toEqual([0, 1])
  const taken = pairs.map(({ rtp }) => rtp.local.port)
  expect(new Set(taken).size).toBe(3)
  expect(taken).not.toEqual([10_000, 10_002, 10_004])
})

test('that another process has are passed by, also where it has but one of them', async () => {
  const { network, ports } = set()
  await network.open(here, 10_000)
  await network.open(here, 10_003)
  const pairs = await Promise.all([ports.take(here), ports.take(here)])
  expect(pairs.map(({ rtp }) => rtp.local.port).toSorted((one, other) => one - other)).toEqual([10_004, 10_006])
  await expect(ports.take(here)).rejects.toMatchObject({
    code: 'media.unavailable',
    message:
      'No pair of UDP ports from 10000 to 10007 is free on 10.0.0.1: 2 calls have one, 0 pairs rest after their call. ' +
      'Give more ports (OFFHOOK_RTP_PORTS)',
  })
  expect(network.bound).toHaveLength(6)
})

test('rest after a call, bound and deaf, and are nobody’s until then', async () => {
  const { clock, network, ports } = set({ first: 10_000, last: 10_001 })
  const pair = await ports.take(here)
  let heard = 0
  pair.rtp.listener = () => void heard++
  pair.release()
  pair.release()
  network.send({ address: '10.0.0.2', port: 1 }, pair.rtp.local, Uint8Array.of(1))
  await clock.advanceAsync(9999)
  expect([heard, network.bound.length, ports.counts]).toEqual([0, 2, { used: 0, resting: 1 }])
  await expect(ports.take(here)).rejects.toMatchObject({ code: 'media.unavailable' })
  await clock.advanceAsync(1)
  expect((await ports.take(here)).rtp.local.port).toBe(10_000)
})

test('are all closed at the end, also those that rest', async () => {
  const { clock, network, ports } = set()
  const [pair] = await Promise.all([ports.take(here), ports.take(here)])
  pair.release()
  await ports.close()
  expect([network.bound, clock.pending]).toEqual([[], 0])
  await expect(ports.take(here)).rejects.toMatchObject({ code: 'media.unavailable' })
})

test('cannot be opened where the address is not ours, and that is said', async () => {
  const clock = new VirtualClock()
  const cause = Object.assign(new Error('no such address'), { code: 'EADDRNOTAVAIL' })
  const options = { clock, fraction: () => 0, range: { first: 10_000, last: 10_009 } }
  const ports = new Ports({ ...options, open: () => Promise.reject(cause) })
  await expect(ports.take(here)).rejects.toMatchObject({ message: `No UDP port can be opened on ${here}`, cause })
})
