/** Whole calls between the simulated exchange, a SIP telephone and the gateway: what is heard at both ends, and by whom not. */
import { afterAll, beforeAll, describe, expect, test, vi, type MockInstance } from 'vitest'
import {
  framesOfTone,
  Phone,
  startSip,
  startSipPhone,
  tone,
  type SipBehaviour,
  type SipCall,
} from '../../simulators/index.ts'
import type { NetAddress } from '../../src/lib/net/address.ts'
import { openUdp, type UdpEndpoint } from '../../src/lib/net/udp.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { writeRtp } from '../../src/protocols/rtp/packet.ts'
import { until } from '../e2e/until.ts'
import { openStand, type Stand } from './stand.ts'

const clock = realClock
const colleague = '+15550100900'
let stand: Stand

beforeAll(async () => {
  stand = await openStand({ OFFHOOK_SIP_LISTEN: 'udp://127.0.0.1:0,tcp://127.0.0.1:0,ws://127.0.0.1:0' })
})
afterAll(() => stand[Symbol.asyncDispose]())

/** An exchange of its own on a trunk of its own, with a number that an agent made of tones answers. */
async function line(
  behaviour: Partial<SipBehaviour> = {},
  settings: Readonly<Record<string, unknown>> = {},
  { house, at, ...where } = stand,
) {
  const pbx = await startSip({ clock, ids: randomIds, scope: house.scope, ringGraceMs: 0, behaviour })
  const trunk = await where.trunk({ host: `127.0.0.1:${pbx.at.port}`, ...settings })
  const agent = await house.agent({ hertz: 880, toneMs: 600 })
  const number = await trunk.number(agent.id)
  pbx.point(number, { voice: `sip:${at(behaviour.transport ?? 'udp')}` })
  const players = () => house.studio.players.filter(({ key }) => key === agent.key)
  return { pbx, trunk, agent, number, players, player: () => house.studio.player(agent.key) }
}

type Line = Awaited<ReturnType<typeof line>>

function ring({ pbx, number }: Line, phone = new Phone({ clock })): SipCall {
  return pbx.call({ from: '+15550100001', to: number, phone }) as SipCall // this simulator makes no others
}

/** A tone from each side reaches the other. */
async function talk(at: Line, call: SipCall, phone: Phone): Promise<void> {
  const player = await at.player()
  const before = player.heard.length
  await phone.say(tone(440, 500))
  await until('the caller’s tone at the agent', () => framesOfTone(player.heard.slice(before), 440) > 15)
  player.say()
  await until('the agent’s tone at the caller', () => framesOfTone(call.heard(), 880) > 15)
}

/** What people see of a call: its messages in order, what was measured, and a file for Wireshark; no key of its sound. */
async function shown(id: string): Promise<void> {
  const { house } = stand
  const messages = await until('the ladder', async () => {
    const { data } = await house.client.GET('/v1/calls/{id}/wire', { params: { path: { id } } })
    const titles = data?.items.filter(({ channel }) => channel === 'signalling').map(({ title }) => title.split(' ')[0])
    return titles?.includes('BYE') ? data?.items : undefined
  })
  const titles = messages.map(({ direction, title }) => `${direction} ${title.split(' ')[0]}`)
  for (const one of ['in INVITE', 'out 180', 'out 200', 'in ACK', 'in BYE']) expect(titles).toContain(one)
  expect(JSON.stringify(messages)).not.toMatch(/inline:[A-Za-z0-9+/]{20}/)
  const measured = (await house.events(id)).find(({ event }) => event.type === 'media.measured')?.event
  expect(measured).toMatchObject({ lost: 0, codec: expect.stringMatching(/^pcm/), score: expect.any(Number) })
  const file = await house.request('GET', `/v1/calls/${id}/capture`)
  expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/vnd.tcpdump.pcap'])
  const bytes = Buffer.from(await file.arrayBuffer())
  expect([
    bytes.readUInt32LE(0) === 0xa1b2c3d4 || bytes.readUInt32BE(0) === 0xa1b2c3d4,
    bytes.includes('INVITE'),
  ]).toEqual([true, true])
}

describe('a call over a trunk', () => {
  test.concurrent.each<[string, Partial<SipBehaviour>, Readonly<Record<string, unknown>>]>([
    ['UDP', {}, {}],
    ['TCP', { transport: 'tcp' }, { transport: 'tcp' }],
    ['SRTP', { srtp: 'required' }, { srtp: 'required' }],
    ['A-law', {}, { codecs: 'pcma' }],
  ])('carries sound both ways: %s', async (_, behaviour, settings) => {
    const at = await line(behaviour, settings)
    const phone = new Phone({ clock })
    const call = ring(at, phone)
    expect(await call.answered).toBe(true)
    await talk(at, call, phone)
    phone.hangup()
    const id = await stand.callTo(at.number)
    const ended = await stand.house.callWhen('end', id, ({ endReason }) => endReason !== null)
    expect(ended).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
    expect(at.pbx.alerts).toEqual([])
    await shown(id)
  })

  test.concurrent('carries keys both ways, through hold and back', async () => {
    const at = await line({}, { sessionExpires: 200, prack: 'off' })
    const phone = new Phone({ clock })
    const call = ring(at, phone)
    await call.answered
    const id = await stand.callTo(at.number)
    // As the trunk says, not as we do it else.
    const answer = await until('our answer on the ladder', async () => {
      const { data } = await stand.house.client.GET('/v1/calls/{id}/wire', { params: { path: { id } } })
      return data?.items.find(({ direction, title }) => direction === 'out' && title.startsWith('200'))
    })
    expect(JSON.stringify(answer)).toContain('Session-Expires: 200;')
    expect(JSON.stringify(answer)).not.toContain('100rel')
    await phone.press('12#')
    await until('the keys', async () => (await stand.keys(id)) === '12#')
    const { error } = await stand.house.client.POST('/v1/calls/{id}/digits', {
      params: { path: { id } },
      body: { digits: '77' },
    })
    expect(error).toBeUndefined()
    await until('our keys', () => phone.digits === '77')
    await at.pbx.hold(call)
    await at.pbx.resume(call)
    await talk(at, call, phone)
    phone.hangup()
    await call.ended
  })

  test.concurrent('is transferred by REFER: the caller goes on with the colleague, and we leave', async () => {
    const at = await line()
    const phone = new Phone({ clock })
    const call = ring(at, phone)
    await call.answered
    at.pbx.onDial(() => ({
      type: 'answer',
      afterMs: 0,
      phone: new Phone({ clock, script: (me) => me.say(tone(660, 5000)) }),
    }))
    const id = await stand.callTo(at.number)
    const { error } = await stand.house.client.POST('/v1/calls/{id}/transfer', {
      params: { path: { id } },
      body: { to: colleague },
    })
    expect(error).toBeUndefined()
    const ended = await stand.house.callWhen('end', id, ({ endReason }) => endReason !== null)
    expect(ended.status).toBe('completed')
    await until('the colleague at the caller', () => framesOfTone(call.heard(), 660) > 10)
    phone.hangup()
  })

  test.concurrent('is transferred by the peer’s REFER: the agent goes on with the colleague, in one call', async () => {
    const at = await line({}, { mayRefer: true })
    const call = ring(at)
    await call.answered
    const id = await stand.callTo(at.number)
    const session = call.facts.session!
    const told: number[] = []
    session.onEvent((event) => {
      if (event.type === 'referred') told.push(event.status)
    })
    const host = `127.0.0.1:${at.pbx.at.port}`
    // Elsewhere, abroad, and busy: the call is as it was.
    expect(await session.refer(`sip:${colleague}@192.0.2.9`)).toBe(403)
    expect(await session.refer('tel:+442071838750')).toBe(403)
    at.pbx.onDial(() => ({ type: 'busy', afterMs: 0 }))
    expect(await session.refer(`sip:${colleague}@${host}`)).toBe(202)
    await until('that they are busy', () => told.includes(486))
    const other = new Phone({ clock, script: (me) => me.say(tone(660, 5000)) })
    at.pbx.onDial(() => ({ type: 'answer', afterMs: 0, phone: other }))
    expect(await session.refer(`tel:${colleague}`, { referredBy: `sip:desk@${host}` })).toBe(202)
    await until('that they answered', () => told.includes(200))
    call.hangup()
    expect(await call.ended).toMatchObject({ status: 'completed' })
    const player = await at.player()
    await until('the colleague at the agent', () => framesOfTone(player.heard, 660) > 10)
    await stand.house.callWhen('going on', id, ({ status }) => status === 'in-progress')
    other.hangup()
    const ended = await stand.house.callWhen('end', id, ({ endReason }) => endReason !== null)
    expect(ended).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
  })

  test.concurrent('goes out, with digest where the exchange asks for it, and is heard', async () => {
    const credentials = { username: 'offhook', password: 'simulated' }
    const at = await line({ auth: 'digest' }, credentials)
    const phone = new Phone({ clock, script: (me) => me.say(tone(440, 1500)) })
    at.pbx.onDial(() => ({ type: 'answer', afterMs: 0, phone }))
    const { data } = await stand.house.client.POST('/v1/calls', {
      body: { connection: at.trunk.connection, from: at.number, to: colleague, agent: at.agent.id },
    })
    await stand.house.callWhen('answer', data!.id, ({ status }) => status === 'in-progress')
    const player = await at.player()
    await until('the called one’s tone at the agent', () => framesOfTone(player.heard, 440) > 15)
    phone.hangup()
    const ended = await stand.house.callWhen('end', data!.id, ({ endReason }) => endReason !== null)
    expect(ended).toMatchObject({ status: 'completed' })
  })

  test.concurrent.each([
    ['busy', 'busy'],
    ['unreachable', 'failed'],
    ['reject', 'failed'],
  ] as const)('that goes out finds them %s', async (type, status) => {
    const at = await line()
    at.pbx.onDial(() => ({ type, afterMs: 0 }))
    const { data } = await stand.house.client.POST('/v1/calls', {
      body: { connection: at.trunk.connection, from: at.number, to: colleague, agent: at.agent.id },
    })
    const ended = await stand.house.callWhen('end', data!.id, ({ endReason }) => endReason !== null)
    expect(ended.status).toBe(status)
  })

  test.concurrent('whose sound stops is over after the media timeout', async () => {
    const at = await line({}, { mediaTimeout: 2 })
    const call = ring(at)
    await call.answered
    await call.facts.sound![Symbol.asyncDispose]()
    const id = await stand.callTo(at.number)
    const ended = await stand.house.callWhen('end', id, ({ endReason }) => endReason !== null)
    expect(ended.status).not.toBe('in-progress')
  })
})

describe('a trunk with a name and a password', () => {
  test.concurrent('registers with the exchange, and is called where it registered', async () => {
    const credentials = { username: 'offhook', password: 'simulated' }
    const at = await line({}, { ...credentials, register: true })
    await until('the registration', () => at.pbx.registration())
    expect(at.pbx.registration()!.contact).toContain(stand.at('udp').split(':')[1])
  })
})

test.concurrent('a peer that is to be asked answers, and one that is gone gets no calls', async () => {
  const asked = await line({}, { probe: 60 })
  const gone = await stand.trunk({ host: '127.0.0.1:9', transport: 'tcp', probe: 60, defaultFrom: asked.number })
  const peer = (connection: string) => async () => {
    const { data } = await stand.house.client.GET('/v1/lines')
    const { state, says } = data?.items.find((one) => one.connection === connection)?.peer ?? {}
    return state !== undefined && state !== 'asking' && [state, says]
  }
  expect(await until('the answer', peer(asked.trunk.connection))).toEqual(['alive', 'Answered OPTIONS with 200 OK'])
  expect(await until('no answer', peer(gone.connection))).toEqual(['down', expect.stringContaining('127.0.0.1:9')])
  const { data } = await stand.house.client.POST('/v1/calls', {
    body: { connection: gone.connection, from: asked.number, to: colleague, agent: asked.agent.id },
  })
  const ended = await stand.house.callWhen('end', data!.id, ({ endReason }) => endReason !== null)
  expect(ended.status).toBe('failed')
  expect(JSON.stringify(await stand.house.events(data!.id))).toContain(`The peer of trunk ${gone.connection} is down`)
})

describe('an extension', () => {
  // A telephone in a browser (RFC 7118) has no address: it is reached by its WebSocket alone.
  test.concurrent.each([
    ['udp', '101', '127.0.0.4'],
    ['ws', '102', '127.0.0.4'],
    // Where trunks of others call from.
    ['udp', '103', '127.0.0.1'],
  ] as const)('registers, calls an agent, and is called: %s, %s at %s', async (transport, username, host) => {
    // A name with a password belongs to one trunk.
    const password = `long-and-unguessable-${username}`
    const agent = await stand.house.agent({ hertz: 880, toneMs: 600 })
    const trunk = await stand.trunk({ extensions: `${username} ${password}`, agent: agent.id })
    const number = await trunk.number(agent.id)
    const own = { clock, ids: randomIds, scope: stand.house.scope, behaviour: { transport } }
    const options = { ...own, host, server: stand.at(transport), username }
    const stranger = await startSipPhone({ ...options, password: 'wrong-and-wrong' })
    expect([401, 403]).toContain(await stranger.register())
    const desk = await startSipPhone({ ...options, password })
    expect(await desk.register()).toBe(200)
    const { data: lines } = await stand.house.client.GET('/v1/lines')
    expect(lines?.items.find(({ connection }) => connection === trunk.connection)).toMatchObject({
      registration: null,
      extensions: [
        { name: username, registered: true, contacts: [{ address: expect.stringContaining(`${transport} ${host}:`) }] },
      ],
      refused: [{ cause: 'wrong-password', from: host }],
    })
    const phone = new Phone({ clock })
    const call = desk.call(number, phone)
    expect(await call.answered, call.why).toBe(true)
    const player = await stand.house.studio.player(agent.key)
    await phone.say(tone(440, 500))
    await until('the extension’s tone at the agent', () => framesOfTone(player.heard, 440) > 15)
    phone.hangup()
    await call.ended
    const called = desk.nextCall()
    const { data, error } = await stand.house.client.POST('/v1/calls', {
      body: { connection: trunk.connection, from: number, to: username, agent: agent.id },
    })
    expect(error).toBeUndefined()
    expect(await (await called).answered).toBe(true)
    await stand.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: data!.id } } })
    expect(await (await called).ended).toMatchObject({ status: 'completed' })
    expect(await desk.unregister()).toBe(200)
  })
})

describe('what is heard', () => {
  test.concurrent('of the one called begins with their answer: ringing is no speech, and does no harm', async () => {
    const at = await line({ earlyMedia: true })
    const phone = new Phone({ clock, script: (me) => me.say(tone(1200, 600)) })
    const ringing = Promise.withResolvers<MockInstance>()
    at.pbx.onDial((call) => {
      ringing.resolve(vi.spyOn((call as SipCall).facts.sound!, 'say')) // this simulator makes no others
      return { type: 'answer', afterMs: 400, phone }
    })
    const dialled = at.pbx.nextCall()
    const { data } = await stand.house.client.POST('/v1/calls', {
      body: { connection: at.trunk.connection, from: at.number, to: colleague, agent: at.agent.id },
    })
    const called = await dialled
    const { mock } = await ringing.promise
    await called.answered
    expect(mock.calls.length).toBeGreaterThan(10)
    const player = await at.player()
    await until('the called one', () => framesOfTone(player.heard, 1200) > 15)
    expect(framesOfTone(player.heard, 425)).toBe(0)
    const types = await until('the journal', async () => {
      const journal = (await stand.house.events(data!.id)).map(({ event }) => event.type)
      return journal.includes('speech.started') && journal
    })
    expect(types.indexOf('speech.started')).toBeGreaterThan(types.indexOf('media.opened'))
    expect(types.indexOf('media.opened')).toBeGreaterThan(types.lastIndexOf('call.progressed'))
    phone.hangup()
    await called.ended
    expect(at.pbx.alerts).toEqual([])
  })

  test.concurrent('by a fresh call is nothing that still comes for the call before it', async () => {
    // Searches for ports begin with the first one: without a rest the second call had the first one's.
    const ids = { ...randomIds, fraction: () => 0 }
    await using own = await openStand({ OFFHOOK_RTP_PORTS: '28000-28999' }, { options: { ids } })
    const at = await line({}, {}, own)
    const before = new Phone({ clock })
    const first = ring(at, before)
    await first.answered
    await talk(at, first, before)
    const { local, target } = first.facts.sound!
    before.hangup()
    await first.ended
    // Its peer has not noticed.
    const late = await openUdp({ host: local.address, port: local.port })
    own.house.scope.use(late)
    const phone = new Phone({ clock })
    const second = ring(at, phone)
    await second.answered
    expect(second.facts.sound!.target).not.toEqual(target)
    const player = await until('the second agent', () => at.players()[1])
    await flood(late, target!, phone)
    expect(loudest(player.heard)).toBe(0)
    await talk(at, second, phone)
    phone.hangup()
    await second.ended
  })
})

describe('strangers', () => {
  test.concurrent('are not heard, however well they know where the sound goes', async () => {
    const at = await line()
    const phone = new Phone({ clock })
    const call = ring(at, phone)
    await call.answered
    await talk(at, call, phone)
    const ours = call.facts.local!
    expect(ours.sdp).toContain('m=audio')
    const target = call.facts.sound!.target!
    const stranger = await openUdp({ host: '127.0.0.1', port: 0 })
    stand.house.scope.use(stranger)
    const player = await at.player()
    const before = player.heard.length
    await flood(stranger, target, phone)
    await phone.say(tone(440, 400))
    const heard = player.heard.slice(before)
    await until('the caller after the flood', () => framesOfTone(player.heard.slice(before), 440) > 12)
    expect(loudest(heard)).toBeLessThan(9000)
    phone.hangup()
    await call.ended
  })

  test.concurrent('who speak SIP get no answer at all, or none that tells them anything', async () => {
    const stranger = await openUdp({ host: '127.0.0.3', port: 0 })
    stand.house.scope.use(stranger)
    const answers: string[] = []
    stranger.onMessage((bytes) => answers.push(Buffer.from(bytes).toString().split('\r\n')[0]!))
    const to = { address: '127.0.0.1', port: stand.port('udp') }
    for (let number = 0; number < 300; number++) stranger.send(invitation(stranger.local.port, number), to)
    const at = await line()
    const call = ring(at)
    expect(await call.answered).toBe(true)
    call.hangup()
    expect(answers.filter((line) => !/ 40[17] /.test(line))).toEqual([])
    expect(answers.length).toBeLessThan(150)
  })
})

/** Two seconds of noise as loud as can be, in a fifth of a second. */
async function flood(from: UdpEndpoint, target: NetAddress, phone: Phone): Promise<void> {
  for (let number = 0; number < 100; number++) {
    const payload = new Uint8Array(160).fill(number % 2 ? 0x00 : 0x80)
    const packet = { payloadType: 0, marker: false, sequence: number, timestamp: number * 160, source: 7, payload }
    from.send(writeRtp(packet), target)
    if (number % 10 === 9) await phone.sleep(20)
  }
}

function loudest(pcm: Int16Array): number {
  return pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
}

function invitation(port: number, number: number): Uint8Array {
  const lines = [
    `INVITE sip:${1000 + number}@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.3:${port};branch=z9hG4bK-${number}`,
    `From: <sip:scan@127.0.0.3>;tag=${number}`,
    `To: <sip:${1000 + number}@127.0.0.1>`,
    `Call-ID: scan-${number}`,
    'CSeq: 1 INVITE',
    'Max-Forwards: 70',
    `Contact: <sip:scan@127.0.0.3:${port}>`,
    'User-Agent: friendly-scanner',
    'Content-Length: 0',
    '',
    '',
  ]
  return Buffer.from(lines.join('\r\n'))
}
