import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { selfSigned } from '../../../../simulators/vendor/certificate.ts'
import { realClock } from '../../../lib/clock.ts'
import { Scope } from '../../../lib/scope.ts'
import type { Flow, Target } from '../../../protocols/sip/transport/contract.ts'
import { openWire, type SipWire } from './wire.ts'
import type { DoorPlan } from './process.ts'

let scope = new Scope('test')
afterEach(async () => {
  await scope.close()
  scope = new Scope('test')
})

const { signal } = new AbortController()
const { cert, key } = selfSigned(Date.now())

async function open(...protocols: readonly DoorPlan['protocol'][]): Promise<SipWire> {
  return scope.use(
    await openWire({
      ...{ doors: protocols.map((protocol) => ({ protocol, host: '127.0.0.1', port: 0 })), clock: realClock },
      ...{ advertise: (bound) => bound, certificates: { cert, key, ca: cert }, refused: () => undefined },
    }),
  )
}

const target = (wire: SipWire, protocol: DoorPlan['protocol']): Target => ({
  protocol,
  ...wire.listeners.find((one) => one.protocol === protocol)!.bound,
})

/** The next bytes that come, with their flow. */
const next = (wire: SipWire): Promise<readonly [Flow, string]> =>
  new Promise((resolve) => wire.onBytes((flow, bytes) => resolve([flow, Buffer.from(bytes).toString()])))

test.each(['udp', 'tcp', 'tls'] as const)(
  '%s: a request goes out, and its answer comes back on the same flow',
  async (protocol) => {
    const [ours, theirs] = [await open(protocol), await open(protocol)]
    const heard = next(theirs)
    const flow = await ours.connect(target(theirs, protocol), signal)
    expect(ours.send(flow, Buffer.from('OPTIONS'))).toBe(true)
    const [back, text] = await heard
    expect(text).toBe('OPTIONS')
    const answer = next(ours)
    theirs.send(back, Buffer.from('200'))
    expect(await answer).toEqual([flow, '200'])
    // One connection for all; for UDP one flow.
    expect((await ours.connect(target(theirs, protocol), signal)).id).toBe(flow.id)
    expect(back.peerNames).toEqual(protocol === 'tls' ? expect.arrayContaining(['127.0.0.1']) : undefined)
  },
)

test('a connection that the peer made is used to reach it, and its end is told', async () => {
  const [ours, theirs] = [await open('tcp'), await open('tcp')]
  const heard = next(theirs)
  const flow = await ours.connect(target(theirs, 'tcp'), signal)
  ours.send(flow, Buffer.from('REGISTER'))
  const [back] = await heard
  expect(await theirs.connect({ protocol: 'tcp', ...back.remote }, signal)).toBe(back)
  const closed = new Promise((resolve) => theirs.onClosed((one) => resolve(one.id)))
  ours.close(flow)
  expect(await closed).toBe(back.id)
  expect(theirs.send(back, Buffer.from('x'))).toBe(false)
})

test('a connection that many wait for outlives the one who asked first', async () => {
  const [ours, theirs] = [await open('tcp'), await open('tcp')]
  const [first, second] = [new AbortController(), new AbortController()]
  const [left, waited] = [first, second].map((one) => ours.connect(target(theirs, 'tcp'), one.signal))
  first.abort(new Error('canceled'))
  await expect(left).rejects.toThrow('canceled')
  const flow = await waited!
  expect((await ours.connect(target(theirs, 'tcp'), signal)).id).toBe(flow.id)
})

test('a closed wire connects no more, also where that was under way', async () => {
  const theirs = await open('tcp')
  const ours = await open('tcp')
  const under = ours.connect(target(theirs, 'tcp'), signal)
  const refused = expect(under).rejects.toThrow('SIP is closed')
  await ours[Symbol.asyncDispose]()
  await refused
  await expect(ours.connect(target(theirs, 'tcp'), signal)).rejects.toThrow('SIP is closed')
})

test('a phone in a browser speaks SIP, message by message', async () => {
  const wire = await open('ws')
  const heard = next(wire)
  const phone = new WebSocket(`ws://127.0.0.1:${target(wire, 'ws').port}`, 'sip')
  phone.on('open', () => phone.send('REGISTER'))
  const [flow, text] = await heard
  expect([flow.protocol, text, phone.protocol]).toEqual(['ws', 'REGISTER', 'sip'])
  expect(flow.local).toEqual(wire.listeners[0]!.bound)
  const answer = new Promise((resolve) => phone.on('message', (data) => resolve(String(data))))
  wire.send(flow, Buffer.from('200'))
  expect(await answer).toBe('200')
})

test('a door that somebody has, or without a certificate, is refused by its variable', async () => {
  const wire = await open('udp')
  const { port } = target(wire, 'udp')
  const options = { advertise: (bound: string) => bound, certificates: {}, clock: realClock, refused: () => undefined }
  const at = (protocol: DoorPlan['protocol'], door: number) =>
    openWire({ ...options, doors: [{ protocol, host: '127.0.0.1', port: door }] })
  await expect(at('udp', port)).rejects.toThrow('the port is taken by another program. See OFFHOOK_SIP_LISTEN')
  await expect(at('tls', 0)).rejects.toThrow('set OFFHOOK_SIP_TLS_CERT and OFFHOOK_SIP_TLS_KEY')
})
