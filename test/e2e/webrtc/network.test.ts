/** How media finds its way: ports, public addresses, plain answers, trickled and withheld candidates, sessions; and a call run again. */
import { createSocket } from 'node:dgram'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RtpHeader, RtpPacket } from 'werift'
import { compare, replayCall } from '../../../src/calls/replay.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { readReplay } from '../../../src/main/replays.ts'
import { webrtc } from '../../../src/providers/carriers/webrtc/webrtc.ts'
import { openHouse, type House } from '../gateway.ts'
import { until } from '../until.ts'
import { makeCaller, type Caller } from './client.ts'

const scope = new Scope('network')
let house: House
let dataDir = ''
let own: Scope
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'offhook-webrtc-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const values = { OFFHOOK_DATA_DIR: dataDir, OFFHOOK_REPLAY: 'true' }
  house = scope.use(await openHouse({ providers: { carriers: [webrtc] }, values }))
})
beforeEach(() => void (own = new Scope('test')))
afterEach(() => own.close())
afterAll(() => scope.close())

async function settings(values: Readonly<Record<string, unknown>>): Promise<void> {
  const body = { name: 'Browser', settings: { agent: 'agt_echo', ...values } }
  expect((await house.request('PUT', '/v1/connections/con_browser', body)).status).toBe(200)
}

interface Answer {
  readonly sdp: string
  readonly pc_id: string
  readonly call: string
}

async function offer(sdp: string, path = '/api/offer'): Promise<Answer> {
  const reply = await house.request('POST', path, { sdp, type: 'offer', pc_id: null })
  expect(reply.status).toBe(200)
  return (await reply.json()) as Answer // as the line answers
}

const candidates = (sdp: string) => sdp.match(/^a=candidate:.*$/gm) ?? []
const up = (call: string) => house.callWhen('media', call, ({ status }) => status === 'in-progress')

describe('the answer', () => {
  test('names ports of the range only', async () => {
    await settings({ ports: '42100-42120' })
    const { sdp, call } = await offer((await makeCaller(own)).sdp)
    const ports = candidates(sdp).map((line) => Number(line.split(' ')[5]))
    expect(ports.length).toBeGreaterThan(0)
    expect(ports.filter((port) => port < 42_100 || port > 42_120)).toEqual([])
    await house.request('POST', `/v1/calls/${call}/hangup`)
  })

  test('names the public address where there is one', async () => {
    await settings({ publicAddress: '203.0.113.7' })
    const { sdp, call } = await offer((await makeCaller(own)).sdp)
    expect(
      new Set(
        candidates(sdp)
          .filter((line) => !line.includes('::'))
          .map((line) => line.split(' ')[4]),
      ),
    ).toEqual(new Set(['203.0.113.7']))
    await house.request('POST', `/v1/calls/${call}/hangup`)
  })

  test('is plain for small devices, and good enough to connect', async () => {
    await settings({ plainAnswer: true, answerHost: '127.0.0.1' })
    const caller = await makeCaller(own)
    const { sdp, call } = await offer(caller.sdp)
    expect(candidates(sdp).map((line) => line.split(' ')[4])).toEqual(expect.arrayContaining(['127.0.0.1']))
    expect(new Set(candidates(sdp).map((line) => line.split(' ')[4])).size).toBe(1)
    await caller.connect(sdp)
    await up(call)
  })
})

describe('candidates', () => {
  const withheld = (sdp: string) => sdp.replaceAll(/^a=(candidate:.*|end-of-candidates)\r\n/gm, '')

  test('that come after the answer are used', async () => {
    await settings({})
    const caller = await makeCaller(own)
    const { sdp, pc_id: id, call } = await offer(withheld(caller.sdp))
    const list = [
      ...candidates(caller.sdp).map((line) => line.slice(2)),
      'candidate:1 1 udp 1 6f1d.local 9 typ host',
      '',
    ]
    const body = { pc_id: id, candidates: list.map((candidate) => ({ candidate, sdp_mid: '0', sdp_mline_index: 0 })) }
    const told = await house.request('PATCH', '/api/offer', body)
    expect([told.status, await told.json()]).toEqual([200, { status: 'success' }])
    await caller.connect(sdp)
    await up(call)
  })

  test('that policy drops are not needed: the caller’s own checks show the way', async () => {
    await settings({ privateCandidates: 'drop' })
    const caller = await makeCaller(own)
    const { sdp, call } = await offer(caller.sdp)
    await caller.connect(sdp)
    await up(call)
  })

  test.each([
    [{ candidate: 'x', sdp_mid: '0', sdp_mline_index: 0 }, 200],
    [{ candidate: 'candidate:1 1 udp 1 10.0.0.1 9 typ host', sdp_mid: 'nowhere', sdp_mline_index: 7 }, 400],
    [{ candidate: 7 }, 400],
  ])('of no use are passed by or refused: %j', async (candidate, status) => {
    await settings({})
    const { pc_id: id, call } = await offer((await makeCaller(own)).sdp)
    const told = await house.request('PATCH', '/api/offer', { pc_id: id, candidates: [candidate] })
    expect(told.status).toBe(status)
    await house.request('POST', `/v1/calls/${call}/hangup`)
  })
})

test('a session is started with a key, and goes on by its own name alone', async () => {
  await settings({ stun: 'stun:127.0.0.1:9', turn: 'turn:127.0.0.1:9', turnSecret: 'north wind' })
  const started = await house.request('POST', '/start', {
    enableDefaultIceServers: true,
    body: { agent: 'agt_echo', topic: 'sun' },
  })
  const { sessionId, iceConfig } = (await started.json()) as {
    sessionId: string
    iceConfig: { iceServers: readonly object[] }
  } // as the line answers
  expect(iceConfig.iceServers).toEqual([
    { urls: ['stun:127.0.0.1:9'] },
    { urls: ['turn:127.0.0.1:9'], username: expect.stringMatching(/^\d+:/), credential: expect.stringMatching(/=$/) },
  ])
  await settings({})
  const caller = await makeCaller(own)
  const reply = await fetch(`${house.url}/sessions/${sessionId}/api/offer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sdp: caller.sdp, type: 'offer' }),
  })
  const { sdp, call } = (await reply.json()) as Answer // as the line answers
  await caller.connect(sdp)
  expect((await up(call)).variables).toEqual({ topic: 'sun' })
})

test('datagrams of strangers, and broken ones, harm neither the call nor the process', async () => {
  await settings({})
  const caller = await makeCaller(own)
  const { sdp, call } = await offer(caller.sdp)
  const port = Number(
    candidates(sdp)
      .find((line) => line.includes(' 127.0.0.1 '))!
      .split(' ')[5],
  )
  const socket = createSocket('udp4')
  own.defer(() => socket.close())
  const send = (bytes: Uint8Array) => new Promise<void>((sent) => socket.send(bytes, port, '127.0.0.1', () => sent()))
  // By their first byte: STUN, DTLS, RTP and RTCP, and what is none (RFC 7983); long, short, and of random content.
  const random = fc.sample(fc.uint8Array({ minLength: 0, maxLength: 200 }), { numRuns: 300, seed: 7 })
  const firsts = [0, 1, 2, 20, 22, 23, 25, 63, 64, 127, 128, 144, 191, 200, 201, 255]
  const begun = random.map((bytes, at) => Uint8Array.of(firsts[at % firsts.length]!, ...bytes))
  const stun = random.map((bytes) => Buffer.concat([Buffer.from('000100082112a442', 'hex'), bytes]))
  for (const bytes of [...random, ...begun, ...stun]) await send(bytes)
  await caller.connect(sdp)
  await up(call)
  for (const bytes of [...begun, ...stun]) await send(bytes)
  caller.channel.send(JSON.stringify({ label: 'rtvi-ai', type: 'dtmf', id: 'd', data: { buttons: ['7'] } }))
  await until('the key', async () => (await house.events(call)).some(({ event }) => event.type === 'digit.received'))
})

test('a call from a browser runs again from its inputs: the same events, the same sound', async () => {
  await settings({ codec: 'opus' })
  const caller = await makeCaller(own)
  const { sdp, call } = await offer(caller.sdp)
  await caller.connect(sdp)
  await up(call)
  let returned = 0
  caller.pc.getTransceivers()[0]!.receiver.track.onReceiveRtp.subscribe(() => void returned++)
  await speak(caller, () => returned > 20)
  caller.channel.send(JSON.stringify({ label: 'rtvi-ai', type: 'dtmf', id: 'd', data: { buttons: ['7'] } }))
  caller.channel.send(JSON.stringify({ label: 'rtvi-ai', type: 'send-text', id: 't', data: { content: 'hello' } }))
  await until('the key', async () => (await house.events(call)).some(({ event }) => event.type === 'digit.received'))
  await until('the text', async () =>
    (await house.events(call)).some(({ event }) => event.type === 'message.added' && event['text'] === 'hello'),
  )
  caller.channel.send(JSON.stringify({ label: 'rtvi-ai', type: 'disconnect-bot', id: 'b', data: {} }))
  await house.callWhen('the end', call, ({ status }) => status === 'completed')
  await until('the file', async () => (await readdir(join(dataDir, 'replays'))).includes(`${call}.jsonl`))
  await until('released', () => house.gateway.engine.live.get(call)?.running.scope.closed ?? true)
  const recorded = await readReplay(join(dataDir, 'replays', `${call}.jsonl`))
  const replayed = await replayCall({ ...recorded, carriers: new Map([['webrtc', webrtc]]) })
  expect(compare(recorded.inputs, replayed)).toBeUndefined()
  expect(replayed.sent.length).toBeGreaterThan(20)
})

/** Opus silence, one packet of it lost now and then, until `enough`. */
async function speak({ pc }: Caller, enough: () => boolean): Promise<void> {
  const { sender } = pc.getTransceivers()[0]!
  let tick = 0
  await until('an echo', async () => {
    for (let count = 0; count < 2; count++, tick++) {
      const header = new RtpHeader({
        payloadType: sender.codec!.payloadType,
        sequenceNumber: tick,
        timestamp: tick * 960,
      })
      if (tick % 7 !== 3) await sender.sendRtp(new RtpPacket(header, Buffer.from([0xf8, 0xff, 0xfe])))
    }
    return enough()
  })
}
