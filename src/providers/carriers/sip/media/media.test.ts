import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../../lib/clock.ts'
import { seededIds } from '../../../../lib/ids.ts'
import { codecFor } from '../../../../media/codecs/index.ts'
import { dtmf } from '../../../../media/dtmf/generate.ts'
import { readRtp, writeRtp } from '../../../../protocols/rtp/packet.ts'
import { readRtcp, writeRtcp } from '../../../../protocols/rtp/rtcp.ts'
import { FakeNetwork, heardCall } from './fakes.ts'
import { formatOf } from './format.ts'
import { openMedia, type Media } from './media.ts'
import type { MediaOptions } from './options.ts'

const here = '10.0.0.1'
const there = '10.0.0.2'

interface Side {
  readonly media: Media
  readonly heard: ReturnType<typeof heardCall>
  readonly timeouts: string[]
  readonly unsent: string[]
}

async function side(
  network: FakeNetwork,
  clock: VirtualClock,
  bind: string,
  more: Partial<MediaOptions> = {},
): Promise<Side> {
  const ids = seededIds(bind)
  const timeouts: string[] = []
  const unsent: string[] = []
  const media = await openMedia({
    ...{ clock, ids, ports: network.ports(ids), bind, advertised: bind, codecs: ['pcmu', 'pcma'] },
    on: { timedOut: (why) => timeouts.push(why), digits: (digits) => unsent.push(digits) },
    ...more,
  })
  return { media, heard: heardCall(), timeouts, unsent }
}

/** Two ends of a call that have agreed and are connected: `near` offered. */
async function pair(near: Partial<MediaOptions> = {}, far: Partial<MediaOptions> = near) {
  const clock = new VirtualClock()
  const network = new FakeNetwork(clock)
  const [one, other] = [await side(network, clock, here, near), await side(network, clock, there, far)]
  negotiate(one, other)
  await one.media.connect(one.heard.call)
  await other.media.connect(other.heard.call)
  return { clock, network, one, other }
}

function negotiate(one: Side, other: Side, direction?: 'sendrecv' | 'sendonly'): void {
  const made = other.media.answer(one.media.offer(direction))
  if (!made.ok) throw new Error(made.why)
  const taken = one.media.answered(made.sdp)
  if (!taken.ok) throw new Error(taken.why)
}

/** `one` says so many frames, each its own byte, one every 20 ms. */
function talk(clock: VirtualClock, { heard }: Side, count: number, length = 160): void {
  for (let at = 0; at < count; at++) {
    heard.say(new Uint8Array(length).fill(at + 1))
    clock.advance(20)
  }
}

const isQuiet = (payload: Uint8Array) => payload.every((byte) => byte === 0xff)
const spoken = ({ heard }: Side) => heard.frames.filter(({ payload }) => !isQuiet(payload))

describe('sound', () => {
  test('goes from link to link, every frame in order, and silence around it', async () => {
    const { clock, one, other } = await pair()
    clock.advance(100)
    talk(clock, one, 30)
    clock.advance(300)
    expect(spoken(other).map(({ payload }) => payload[0])).toEqual(Array.from({ length: 30 }, (_, at) => at + 1))
    const numbers = other.heard.frames.map(({ number }) => number)
    expect(numbers).toEqual(numbers.map((_, at) => at))
    // 30 frames of speech in 1000 ms of line: the rest is silence that was sent, or filled in.
    expect(numbers.length).toBeGreaterThan(44)
  })

  test('never stops on the wire: the numbers go on, the timestamps follow the clock', async () => {
    const { clock, network, one } = await pair()
    talk(clock, one, 10)
    clock.advance(1000)
    talk(clock, one, 10)
    const packets = network.sent.filter(({ from, bytes }) => from.address === here && bytes[1]! < 128 + 64)
    const read = packets.map(({ bytes }) => readRtp(bytes)!)
    expect(read[0]!.marker).toBe(true)
    expect(read.slice(1).some(({ marker }) => marker)).toBe(false)
    for (const [at, { sequence, timestamp }] of read.slice(1).entries()) {
      expect((sequence - read[at]!.sequence) & 0xffff).toBe(1)
      expect((timestamp - read[at]!.timestamp) >>> 0).toBe(160)
    }
    const [first, last] = [packets[0]!.at, packets.at(-1)!.at]
    expect(Math.abs(last - first - (packets.length - 1) * 20)).toBeLessThanOrEqual(60)
  })

  test('that was overtaken is put in order; what is lost leaves a gap in the numbers', async () => {
    const { clock, network, one, other } = await pair()
    clock.advance(50)
    let count = 0
    network.latency = () => (count % 5 === 3 ? 35 : 5)
    network.loses = (bytes, to) =>
      to.address === there && bytes.length === 172 && !isQuiet(bytes.subarray(12)) && ++count === 10
    talk(clock, one, 20)
    clock.advance(200)
    const frames = spoken(other)
    expect(frames.map(({ payload }) => payload[0])).toEqual([
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      ...Array.from({ length: 10 }, (_, at) => at + 11),
    ])
    expect(frames[9]!.number - frames[8]!.number).toBe(2)
    expect(other.media.statistics()).toMatchObject({ missing: 1, lost: 1 })
  })

  test('of a caller who stops sending goes on as silence, after 200 ms and in step', async () => {
    const { clock, network, one, other } = await pair()
    talk(clock, one, 5)
    network.loses = () => true
    const before = other.heard.frames.length
    clock.advance(190)
    expect(other.heard.frames.length - before).toBeLessThanOrEqual(1)
    clock.advance(1010)
    expect(other.heard.frames.length - before).toBeGreaterThanOrEqual(48)
    expect(other.heard.frames.slice(-40).every(({ payload }) => isQuiet(payload))).toBe(true)
  })
})

describe('keys', () => {
  test('go as packets in the place of sound, and are heard once each, whatever is lost', async () => {
    const { clock, network, one, other } = await pair()
    clock.advance(100)
    let dropped = 0
    network.loses = (bytes) => (bytes[1]! & 0x7f) === 101 && dropped++ % 3 === 0
    one.heard.press('12#A')
    clock.advance(1500)
    expect(other.heard.digits.join('')).toBe('12#A')
    const events = network.sent.filter(({ bytes }) => bytes.length === 16 && (bytes[1]! & 0x7f) === 101)
    const ends = events.filter(({ bytes }) => (bytes[13]! & 0x80) !== 0)
    expect([events.length, ends.length, events.filter(({ bytes }) => bytes[1]! & 0x80).length]).toEqual([32, 12, 4])
    expect(new Set(events.slice(0, 8).map(({ bytes }) => readRtp(bytes)!.timestamp)).size).toBe(1)
    expect(events[0]!.bytes.subarray(12)).toEqual(Buffer.from([1, 10, 0, 160]))
    expect(events[5]!.bytes.subarray(12)).toEqual(Buffer.from([1, 0x8a, 960 >> 8, 960 & 0xff]))
  })

  test.each([
    ['pcmu', 8000, '5'],
    ['g722', 16_000, '5'],
  ] as const)(
    'are heard as tones in %s where nothing else was agreed on, until they come by INFO',
    async (codec, rate, key) => {
      const { clock, one, other } = await pair({ codecs: [codec], tones: true, events: false })
      const encode = codecFor(formatOf(codec, 20)).encoder()
      const press = () => {
        const tone = dtmf(key, { rate, on: 120, off: 80 })
        for (let at = 0; at < tone.length; at += rate / 50) {
          one.heard.say(encode(tone.slice(at, at + rate / 50)))
          clock.advance(20)
        }
      }
      press()
      expect(other.heard.digits).toEqual([key])
      other.media.digit('7')
      press()
      expect(other.heard.digits).toEqual([key, '7'])
    },
  )

  test('silence the agent while they are pressed, and no longer', async () => {
    const { clock, one, other } = await pair()
    clock.advance(100)
    one.heard.press('1')
    talk(clock, one, 20)
    clock.advance(100)
    const heard = spoken(other).map(({ payload }) => payload[0]!)
    expect([heard[0]! >= 8, heard.at(-1), heard.length]).toEqual([true, 20, 21 - heard[0]!])
  })

  test('that were not agreed on go another way', async () => {
    const { one, other } = await pair({}, { events: false })
    one.heard.press('7')
    expect(one.unsent).toEqual(['7'])
    other.media.digit('9')
    other.media.digit('nonsense')
    expect(other.heard.digits).toEqual(['9'])
  })
})

describe('hold', () => {
  test('stops our sound and keeps the engine hearing silence; nobody times out', async () => {
    const { clock, network, one, other } = await pair({ timeout: 30_000 })
    talk(clock, one, 3)
    negotiate(one, other, 'sendonly')
    expect([one.media.held, other.media.held]).toEqual([false, true])
    const before = network.sent.length
    clock.advance(1000)
    const sound = network.sent.slice(before).filter(({ from, bytes }) => from.address === there && bytes.length === 172)
    expect(sound).toEqual([])
    // An empty datagram opens the way back.
    expect(network.sent.slice(before - 2).some(({ from, bytes }) => from.address === there && bytes.length === 0)).toBe(
      true,
    )
    network.loses = () => true
    clock.advance(120_000)
    expect([one.timeouts, other.timeouts]).toEqual([[], []])
    network.loses = () => false
    negotiate(one, other, 'sendrecv')
    talk(clock, other, 5)
    expect(
      spoken(one)
        .slice(-5)
        .map(({ payload }) => payload[0]),
    ).toEqual([1, 2, 3, 4, 5])
  })
})

test('a refresh changes nothing on the wire: the same source goes on, number by number', async () => {
  const { clock, network, one, other } = await pair()
  for (let round = 0; round < 3; round++) {
    talk(clock, one, 5)
    negotiate(one, other)
  }
  const sent = network.sent.flatMap(({ from, bytes }) => (from.address === here ? (readRtp(bytes) ?? []) : []))
  const sound = sent.filter(({ payload }) => payload.length === 160)
  expect(new Set(sound.map(({ source }) => source)).size).toBe(1)
  expect(sound.every(({ sequence }, at) => sequence === ((sound[0]!.sequence + at) & 0xffff))).toBe(true)
})

describe('strangers', () => {
  const packet = (payload: number, sequence: number) =>
    writeRtp({
      payloadType: 0,
      marker: false,
      sequence,
      timestamp: sequence * 160,
      source: 9,
      payload: new Uint8Array(160).fill(payload),
    })

  test('are not heard, from another address nor from another port once somebody was heard', async () => {
    const { clock, network, one, other } = await pair()
    talk(clock, one, 3)
    const port = Number(other.media.statistics().local.split(':')[1])
    for (let at = 0; at < 40; at++) {
      network.send({ address: '203.0.113.66', port: 4000 }, { address: there, port }, packet(99, at))
      network.send({ address: here, port: 4000 }, { address: there, port }, packet(99, at))
      network.send({ address: here, port: 4000 }, { address: there, port }, Uint8Array.of(1, 2, 3))
      clock.advance(20)
    }
    expect(spoken(other).some(({ payload }) => payload[0] === 99)).toBe(false)
    expect(other.media.statistics()).toMatchObject({ strangers: 80, unknown: 40 })
    const report = writeRtcp([{ type: 'receiver-report', source: 9, blocks: [] }])
    network.send({ address: '203.0.113.66', port: 4001 }, { address: there, port: port + 1 }, report)
    clock.advance(20)
    expect(other.media.statistics().strangers).toBe(81)
  })

  test('behind a NAT are the caller where its signalling comes from, and get our sound back', async () => {
    const { clock, network, one, other } = await pair({}, { allows: (address) => address === '198.51.100.9' })
    network.loses = (_, to) => to.address !== there && to.address !== '198.51.100.9'
    const port = Number(other.media.statistics().local.split(':')[1])
    one.media.close()
    clock.advance(5000)
    for (let at = 0; at < 20; at++) {
      network.send({ address: '198.51.100.9', port: 7000 }, { address: there, port }, packet(50, at))
      clock.advance(20)
    }
    expect(
      spoken(other)
        .slice(-5)
        .every(({ payload }) => payload[0] === 50),
    ).toBe(true)
    expect(network.sent.at(-1)!.to).toEqual({ address: '198.51.100.9', port: 7000 })
  })
})

describe('a line that is dead', () => {
  test('is told once, with who was silent', async () => {
    const { clock, network, one, other } = await pair({ timeout: 30_000 })
    talk(clock, one, 3)
    network.loses = () => true
    clock.advance(29_000)
    expect(other.timeouts).toEqual([])
    clock.advance(60_000)
    const port = one.media.statistics().local.split(':')[1]
    expect(other.timeouts).toEqual([`No RTP and no RTCP from ${here}:${port} for 30 s`])
  })
})

describe('reports', () => {
  test('give loss, jitter, round trip and a score', async () => {
    const { clock, network, one, other } = await pair()
    network.latency = () => 40
    let count = 0
    network.loses = (bytes, to) => to.address === there && bytes.length === 172 && ++count % 10 === 0
    clock.advance(20_000)
    const near = one.media.quality()!
    const far = other.media.statistics()
    expect(near.roundTrip).toBeCloseTo(80, 0)
    expect(near.lostThere! / far.received).toBeCloseTo(0.1, 1)
    expect(far.lost / (far.lost + far.received)).toBeCloseTo(0.1, 1)
    expect([near.lost, far.score! < 3.5, one.media.statistics().score! > 4.2]).toEqual([0, true, true])
    one.media.close()
    const last = network.sent.findLast(({ from }) => from.address === here)!
    expect(readRtcp(last.bytes)?.map(({ type }) => type)).toEqual(['sender-report', 'description', 'goodbye'])
  })
})

describe('codecs', () => {
  test('are changed by a new offer: the engine gets another link, and the call goes on', async () => {
    const { clock, one, other } = await pair({ codecs: ['pcmu'] }, { codecs: ['pcmu', 'pcma'] })
    talk(clock, one, 3)
    const offer = one.media.offer().replace('RTP/AVP 0', 'RTP/AVP 8').replace('0 PCMU', '8 PCMA')
    expect(other.media.answer(offer)).toMatchObject({ ok: true })
    await Promise.resolve()
    expect(other.heard.formats).toEqual(['pcmu/8000', 'pcma/8000'])
    expect(other.media.statistics().codec).toBe('pcma')
  })

  test('of the peer’s choice are followed when it changes by itself', async () => {
    const { clock, network, one } = await pair({ codecs: ['pcmu', 'pcma'] })
    talk(clock, one, 2)
    const answered = one.media.answered(
      `v=0\r\no=- 1 2 IN IP4 ${there}\r\nc=IN IP4 ${there}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 8\r\n`,
    )
    expect(answered.ok).toBe(true)
    const port = Number(one.media.statistics().local.split(':')[1])
    for (let at = 0; at < 6; at++) {
      const payload = new Uint8Array(160).fill(80 + at)
      const bytes = writeRtp({ payloadType: 8, marker: false, sequence: at, timestamp: at * 160, source: 5, payload })
      network.send({ address: there, port: 40_000 }, { address: here, port }, bytes)
      await clock.advanceAsync(20)
    }
    expect(one.heard.formats).toEqual(['pcmu/8000', 'pcma/8000'])
    expect(one.heard.frames.at(-1)!.payload[0]).toBe(85)
  })

  test.each([
    ['g722', 'g722/16000', 160],
    ['opus', 'opus/16000', 40],
    ['l16/16000', 'l16be/16000', 640],
    ['l16/8000', 'l16be/8000', 320],
    ['pcma', 'pcma/8000', 160],
  ] as const)('%s is carried', async (codec, format, length) => {
    const { clock, one, other } = await pair({ codecs: [codec] })
    talk(clock, one, 5, length)
    expect(other.heard.formats).toEqual([format])
    expect(other.heard.frames.filter(({ payload }) => payload.length === length && payload[0] === 3)).toHaveLength(1)
  })
})

describe('encrypted', () => {
  test.each(['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_256_GCM'] as const)(
    'by %s nothing is legible on the way',
    async (suite) => {
      const { clock, network, one, other } = await pair({ srtp: 'required', suites: [suite] })
      talk(clock, one, 20)
      const replayed = network.sent.findLast(({ from, bytes }) => from.address === here && bytes.length > 170)!
      negotiate(one, other)
      // The same key is the same context: what was heard before stays known.
      network.send(replayed.from, replayed.to, replayed.bytes)
      talk(clock, one, 20)
      clock.advance(20_000)
      expect(spoken(other)).toHaveLength(40)
      expect(network.sent.some(({ bytes }) => bytes.subarray(12, 100).every((byte) => byte === 0xff))).toBe(false)
      expect(one.media.statistics()).toMatchObject({ encrypted: suite })
      expect([one, other].map(({ media }) => media.statistics().unauthentic)).toEqual([0, 1])
      expect(one.media.quality()?.roundTrip).toBeCloseTo(10, 0)
      network.send(replayed.from, replayed.to, new Uint8Array(182).fill(0x80))
      clock.advance(20)
      expect(other.media.statistics().unauthentic).toBe(2)
    },
  )
})

test('whatever a stranger throws at the ports is counted, answered by nothing, and changes nothing', async () => {
  const { clock, network, one, other } = await pair()
  talk(clock, one, 3)
  const port = Number(other.media.statistics().local.split(':')[1])
  const peer = Number(one.media.statistics().local.split(':')[1])
  const thrown = fc.record({
    bytes: fc.uint8Array({ maxLength: 40 }),
    // Something that begins as RTP or RTCP does is read further.
    head: fc.constantFrom([], [0x80, 0], [0x80, 101], [0x80, 13], [0x90, 0], [0xb1, 0], [0x81, 200], [0x80, 203]),
    from: fc.constantFrom({ address: here, port: peer }, { address: here, port: 9 }, { address: '192.0.2.1', port: 9 }),
    control: fc.boolean(),
  })
  fc.assert(
    fc.property(thrown, ({ bytes, head, from, control }) => {
      network.send(from, { address: there, port: control ? port + 1 : port }, Uint8Array.from([...head, ...bytes]))
      clock.advance(5)
      expect(network.sent.some(({ to }) => to.port === 9)).toBe(false)
    }),
    { numRuns: 300 },
  )
  clock.advance(500)
  talk(clock, one, 10)
  expect(other.heard.frames.slice(-10).filter(({ payload }) => payload.length === 160).length).toBeGreaterThan(8)
})

test('what cannot be agreed on says why, and changes nothing', async () => {
  const { clock, one, other } = await pair()
  expect(other.media.answer('hello')).toMatchObject({ ok: false, status: 488 })
  expect(
    other.media.answer(
      one.media
        .offer()
        .replaceAll('AVP 0 8', 'AVP 18')
        .replaceAll(/a=rtpmap.*\r\n/g, ''),
    ),
  ).toMatchObject({
    why: 'No codec in common: the offer has g729/8000, cn/8000, this line pcmu, pcma',
  })
  talk(clock, one, 3)
  expect(spoken(other)).toHaveLength(3)
})

test('a closed line leaves nothing behind: no timer, no port after its rest', async () => {
  const { clock, network, one, other } = await pair({ capture: true })
  talk(clock, one, 3)
  expect(one.media.captured().length).toBeGreaterThan(3)
  for (const { media } of [one, other]) {
    media.close()
    media.close()
  }
  await clock.advanceAsync(11_000)
  expect([clock.pending, network.bound]).toEqual([0, []])
})
