/** SIPp calls the gateway and is called by it: every scenario of ours, over one gateway, under Wireshark's eyes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import { startCapture, type Capture } from './capture.ts'
import { serveNames } from './dns.ts'
import * as called from './scenarios/called.ts'
import * as caller from './scenarios/caller.ts'
import type { Scenario } from './scenario.ts'
import { sippInstalled, startSipp, type SippOptions } from './sipp.ts'
import { openStand, type Stand, type Trunk } from './stand.ts'

const installed = sippInstalled()
const password = 'proven-by-digest'

let stand: Stand
let scope: Scope
let capture: Capture | undefined
let echo: string
/** Answers as soon as the agent is there, and one that rings for a while. */
let trunk: Trunk
let ringing: Trunk
/** Known by no address: it must prove who it is. */
let proving: Trunk

beforeAll(async () => {
  if (!installed) return
  scope = new Scope('sipp')
  const rtp = { first: 28_000, last: 28_999 }
  stand = await openStand({ OFFHOOK_RTP_PORTS: `${rtp.first}-${rtp.last}` })
  capture = await startCapture(scope, { sip: [stand.port('udp'), stand.port('tcp')], rtp })
  const { data } = await stand.house.client.POST('/v1/agents', {
    body: { name: 'echo', provider: 'echo', settings: {} },
  })
  echo = data!.id
  trunk = await stand.trunk({ allow: '127.0.0.1' })
  ringing = await stand.trunk({ allow: '127.0.0.1', ringFor: 5 })
  proving = await stand.trunk({ username: 'sipp', inboundPassword: password })
})

afterAll(async () => {
  await stand?.[Symbol.asyncDispose]()
  await scope?.close()
})

async function begin(scenario: Scenario, options: Partial<SippOptions> = {}, on = trunk) {
  const number = await on.number(echo)
  const protocol = options.transport ?? 'udp'
  const { result } = await startSipp(scope, { scenario, remote: stand.at(protocol), service: number, ...options })
  return { number, result }
}

async function play(...given: Parameters<typeof begin>) {
  const { number, result } = await begin(...given)
  return { number, run: await result }
}

const clean = { failed: 0, successful: 1 }

describe.skipIf(!installed)('SIPp calls the gateway', () => {
  test.concurrent.each<[string, Scenario]>([
    ['the call', caller.basic],
    ['a CANCEL that comes after the answer', caller.cancelledTooLate],
    ['an ACK that is lost', caller.lateAck],
    ['an offer that comes with the answer', caller.lateOffer],
    ['hold and resume', caller.held],
    ['another codec, and one that there is not', caller.codecChanged],
    ['session timers', caller.timed],
    ['reliable provisional responses', caller.reliable],
    ['requests that mean nothing', caller.outside],
    ['a REFER that is not allowed', caller.refers],
  ])('%s', async (_, scenario) => {
    const { run } = await play(scenario)
    expect(run, run.errors).toMatchObject(clean)
  })

  test.concurrent('and gives up while it rings', async () => {
    const { run } = await play(caller.cancelled, {}, ringing)
    expect(run, run.errors).toMatchObject(clean)
  })

  test.concurrent('and is hung up on', async () => {
    const { number, result } = await begin(caller.hungUp)
    const id = await stand.callTo(number)
    await stand.house.callWhen('answer', id, ({ status }) => status === 'in-progress')
    await stand.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id } } })
    const run = await result
    expect(run, run.errors).toMatchObject(clean)
  })

  test.concurrent('over TCP', async () => {
    const { run } = await play(caller.basic, { transport: 'tcp', calls: 3 })
    expect(run, run.errors).toMatchObject({ failed: 0, successful: 3 })
  })

  test.concurrent('over a network that loses a fifth of all messages', async () => {
    const { run } = await play(caller.basic, { calls: 10, lost: 20, limit: 50 })
    expect(run, run.errors).toMatchObject({ failed: 0, successful: 10 })
    expect(run.retransmissions).toBeGreaterThan(0)
  })

  test.concurrent('from an address that no trunk has, and proves who it is', async () => {
    const credentials = { username: 'sipp', password }
    const { run } = await play(caller.challenged(401), { address: '127.0.0.2', credentials }, proving)
    expect(run, run.errors).toMatchObject(clean)
  })

  test.concurrent.each<[string, Scenario, string]>([
    ['INFO', caller.keysByInfo, '5#'],
    ['RFC 4733', caller.keysByRtp, '24#'],
  ])('and presses keys by %s', async (_, scenario, keys) => {
    const { number, run } = await play(scenario)
    expect(run, run.errors).toMatchObject(clean)
    expect(await stand.keys(await stand.callTo(number))).toBe(keys)
  })
})

/** We call SIPp at a trunk of its own. */
async function dial(scenario: Scenario, settings: Readonly<Record<string, unknown>> = {}) {
  const uas = await startSipp(scope, { scenario, limit: 40 })
  const own = await stand.trunk({ host: uas.address, ...settings })
  const from = await own.number(echo)
  const { data, error } = await stand.house.client.POST('/v1/calls', {
    body: { connection: own.connection, from, to: '+15550100999', agent: echo },
  })
  if (!data) throw new Error(JSON.stringify(error))
  const { id } = data
  return {
    id,
    answered: () => stand.house.callWhen('answer', id, ({ status }) => status === 'in-progress'),
    ended: () => stand.house.callWhen('end', id, ({ endReason }) => endReason !== null),
    hangUp: () => stand.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id } } }),
    result: uas.result,
  }
}

describe.skipIf(!installed)('SIPp is called by the gateway', () => {
  test.concurrent('and hung up on', async () => {
    const call = await dial(called.answers)
    await call.answered()
    await call.hangUp()
    const run = await call.result
    expect(run, run.errors).toMatchObject(clean)
  })

  test.concurrent.each<[string, Scenario]>([
    ['hangs up', called.answersAndLeaves],
    ['sends sound before it answers', called.early],
    ['asks who calls', called.asks],
    ['holds the call for a while', called.holdsUs],
  ])('and %s', async (_, scenario) => {
    const call = await dial(scenario, { username: 'offhook', password: 'told-by-the-carrier' })
    expect((await call.ended()).status).toBe('completed')
    const run = await call.result
    expect(run, run.errors).toMatchObject(clean)
  })

  test.concurrent.each([
    ['486 Busy Here', 'busy'],
    ['603 Decline', 'failed'],
    ['404 Not Found', 'failed'],
    ['480 Temporarily Unavailable', 'no-answer'],
  ])('and refuses with %s', async (status, outcome) => {
    const call = await dial(called.refuses(status))
    expect((await call.ended()).status).toBe(outcome)
    const run = await call.result
    expect(run, run.errors).toMatchObject(clean)
  })

  test.concurrent('and rings until we give up', async () => {
    const call = await dial(called.ringsForever)
    await stand.house.callWhen('ringing', call.id, ({ status }) => status === 'ringing')
    await call.hangUp()
    const run = await call.result
    expect(run, run.errors).toMatchObject(clean)
    expect((await call.ended()).status).toBe('canceled')
  })

  test.concurrent.each([
    ['', false],
    [', asking again where no answer comes', true],
  ])('and sends the caller on%s', async (_, late) => {
    const call = await dial(called.referred(late))
    await call.answered()
    const { error } = await stand.house.client.POST('/v1/calls/{id}/transfer', {
      params: { path: { id: call.id } },
      body: { to: '+15550100888' },
    })
    expect(error).toBeUndefined()
    const run = await call.result
    expect(run, run.errors).toMatchObject(clean)
  })
})

describe.skipIf(!installed)('a trunk with two servers', () => {
  test.concurrent('is called at the second when the first has no room', async () => {
    const full = await startSipp(scope, { scenario: called.refuses('503 Service Unavailable'), limit: 40 })
    const second = await startSipp(scope, { scenario: called.answersAndLeaves, limit: 40 })
    const ports = [full, second].map(({ address }) => Number(address.split(':')[1]))
    const services = ports.map((port, at) => ({ priority: at, port }))
    await serveNames(scope, '_sip._udp.trunk.example', services)
    const own = await stand.trunk({ host: 'trunk.example', transport: 'udp' })
    const from = await own.number(echo)
    const { data } = await stand.house.client.POST('/v1/calls', {
      body: { connection: own.connection, from, to: '+15550100999', agent: echo },
    })
    const ended = await stand.house.callWhen('end', data!.id, ({ endReason }) => endReason !== null)
    expect(ended.status, JSON.stringify(await stand.house.events(data!.id))).toBe('completed')
    for (const { result } of [full, second]) {
      const run = await result
      expect(run, run.errors).toMatchObject(clean)
    }
  })
})

describe.skipIf(!installed)('Wireshark', () => {
  test('finds nothing malformed in all of it', async ({ skip }) => {
    skip(!capture, 'nobody may capture here')
    const { sip, rtp, faults } = await capture!.read()
    expect(sip).toBeGreaterThan(200)
    expect(rtp).toBeGreaterThan(200)
    expect(faults).toEqual([])
  })
})
