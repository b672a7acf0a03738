import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { benchOf, bodyOf, caller, ours } from '../carrier/suite.ts'
import { l16 } from '../sound/codec.ts'
import { encodeMulaw } from '../sound/mulaw.ts'
import { framesOfTone, tone } from '../sound/tones.ts'
import type { WireRequest } from '../wire.ts'
import { signed } from './jwt.ts'
import { createVonage } from './simulator.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const account = {
  ...{ apiKey: 'a1b2c3d4', apiSecret: 'secret', applicationId: 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab' },
  ...{ privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }), signatureSecret: 'signature-secret' },
}
const opened: { readonly scope: { close(): Promise<void> } }[] = []
afterEach(() => Promise.all(opened.splice(0).map(({ scope }) => scope.close())))

function tokenOf(claims: Readonly<Record<string, unknown>> = {}, algorithm = 'RS256') {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const usual = { application_id: account.applicationId, iat: 0, exp: 4e9, jti: 'one' }
  const text = `${part({ alg: algorithm, typ: 'JWT' })}.${part({ ...usual, ...claims })}`
  return `Bearer ${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`
}

function bench() {
  const made = benchOf((options) => createVonage({ ...options, ...account }), { authorization: tokenOf() })
  opened.push(made)
  made.simulator.point(ours, { voice: 'https://app.example/answer', status: 'https://app.example/events' })
  const statuses = () => made.events().flatMap(({ status }) => (status === undefined ? [] : [status]))
  return { ...made, statuses }
}

const socketTo = (more = {}) => ({
  action: 'connect',
  endpoint: [
    {
      ...{ type: 'websocket', uri: 'wss://app.example/m/1', 'content-type': 'audio/l16;rate=16000' },
      ...{ headers: { sessionId: 's1' }, authorization: { type: 'vonage' } },
    },
  ],
  ...more,
})
const ncco = (...actions: readonly unknown[]) => ({ body: Buffer.from(JSON.stringify(actions)) })
const frames = (sound: Int16Array) => {
  const bytes = l16(16_000).encode(encodeMulaw(sound))
  return Array.from({ length: Math.floor(bytes.length / 640) }, (_, at) => bytes.subarray(at * 640, at * 640 + 640))
}
const claimsOf = ({ headers }: Pick<WireRequest, 'headers'>) =>
  JSON.parse(Buffer.from(headers['authorization']!.split('.')[1]!, 'base64url').toString())

test('the token of the documents is made', () => {
  const claims = {
    ...{ iat: 1766000000, jti: 'c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5', iss: 'Vonage' },
    payload_hash: '294b1df07072a01ebad8b2e0d11e8c0fa24b435a4fde152233bfcc93a789d3e5',
    ...{ api_key: 'a1b2c3d4', application_id: 'aaaaaaaa-bbbb-cccc-dddd-0123456789ab' },
  }
  expect(signed('vonage-signature-secret-0123456789abcdef', claims)).toMatch(
    /\.HOXRu95g_XZ45jiwjBZUFOdpx_yHbpQvzroc0GUwymc$/,
  )
})

describe('a call that comes in', () => {
  test('asks with a signed body, and streams binary frames of 20 ms both ways', async () => {
    const { clock, wire, simulator, phone, statuses } = bench()
    wire.answer = ({ url }) => (url.endsWith('/answer') ? ncco(socketTo()) : { status: 200 })
    const call = simulator.call({ from: caller, to: ours, phone: phone((self) => self.say(tone(440, 300))) })
    await clock.advanceAsync(50)
    const asked = wire.requests.find(({ url }) => url.endsWith('/answer'))!
    expect(bodyOf(asked)).toMatchObject({
      from: '15551230001',
      to: '15551230002',
      uuid: call.ref,
      conversation_uuid: expect.stringMatching(/^CON-/),
    })
    expect(claimsOf(asked)).toMatchObject({
      ...{ iss: 'Vonage', api_key: account.apiKey, application_id: account.applicationId },
      payload_hash: createHash('sha256').update(asked.body!).digest('hex'),
    })
    const [head, body, signature] = asked.headers['authorization']!.slice(7).split('.')
    expect(createHmac('sha256', account.signatureSecret).update(`${head}.${body}`).digest('base64url')).toBe(signature)
    const socket = wire.sockets[0]!
    expect(claimsOf(socket)).toMatchObject({ iss: 'Vonage' })
    expect(JSON.parse(socket.received[0]!)).toEqual({
      ...{ event: 'websocket:connected', 'content-type': 'audio/l16;rate=16000', sessionId: 's1' },
    })
    for (const frame of frames(tone(1000, 200))) socket.sendBinary(frame)
    socket.send({ action: 'notify', payload: { mark: 'a' } })
    await clock.advanceAsync(300)
    expect(socket.binaries[0]).toHaveLength(640)
    expect(socket.messages('websocket:notify')).toEqual([{ event: 'websocket:notify', payload: { mark: 'a' } }])
    expect(framesOfTone(call.heard(), 1000)).toBeGreaterThanOrEqual(8)
    await call.phone.press('5')
    expect(socket.messages('websocket:dtmf')).toMatchObject([{ digit: '5' }])
    socket.close()
    await clock.advanceAsync(50)
    expect(call.status).toBe('completed')
    // Of the telephone's leg and of the socket's, which report beside each other.
    expect(
      statuses()
        .map(String)
        .toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(['answered', 'answered', 'completed', 'disconnected', 'ringing', 'started', 'started'])
  })

  test('frames of another size are not played, and clear forgets what waits', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = ({ url }) => (url.endsWith('/answer') ? ncco(socketTo()) : { status: 200 })
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    const socket = wire.sockets[0]!
    socket.sendBinary(l16(16_000).encode(encodeMulaw(tone(1000, 200))))
    for (const frame of frames(tone(700, 1000))) socket.sendBinary(frame)
    socket.send({ action: 'clear' })
    await clock.advanceAsync(300)
    expect(socket.messages('websocket:cleared')).toHaveLength(1)
    expect(framesOfTone(call.heard(), 1000)).toBe(0)
    expect(framesOfTone(call.heard(), 700)).toBeLessThanOrEqual(1)
    expect(call.streams[0]!.invalid).toBe(1)
  })

  test('the answer to the end of a socket may be the next NCCO', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = (request) => {
      if (request.url.endsWith('/answer'))
        return ncco(socketTo({ eventType: 'synchronous', eventUrl: ['https://app.example/ws'] }))
      return bodyOf(request).status === 'disconnected' ? ncco({ action: 'talk', text: 'Goodbye' }) : { status: 200 }
    }
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    wire.sockets[0]!.close()
    await clock.advanceAsync(2000)
    expect(framesOfTone(call.heard(), 620)).toBeGreaterThan(15)
    expect(call.status).toBe('completed')
  })

  test.each([
    ['a word of nobody', [{ action: 'dance' }]],
    ['a number with plus', [{ action: 'connect', endpoint: [{ type: 'phone', number: '+15551230001' }] }]],
    ['no list', { action: 'talk', text: 'Hello' }],
  ])('%s is an error that is told of', async (_, wrong) => {
    const { clock, wire, simulator, phone, events } = bench()
    wire.answer = ({ url }) =>
      url.endsWith('/answer') ? { body: Buffer.from(JSON.stringify(wrong)) } : { status: 200 }
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    expect(call.status).toBe('failed')
    expect(events().find(({ reason }) => reason)?.reason).toMatch(/^Syntax error in NCCO/)
  })
})

describe('a call that is placed', () => {
  const order = {
    to: [{ type: 'phone', number: '15551230001' }],
    from: { type: 'phone', number: '15551230002' },
    ...{ ncco: [socketTo()], event_url: ['https://app.example/own'], ringing_timer: 5 },
  }

  test.each([
    [{ type: 'busy', afterMs: 50 }, 'busy'],
    [{ type: 'reject', afterMs: 50 }, 'rejected'],
    [{ type: 'unreachable', afterMs: 50 }, 'failed'],
    [{ type: 'no-answer' }, 'timeout'],
  ] as const)('tells how %j ended', async (behaviour, status) => {
    const { clock, wire, simulator, rest, statuses } = bench()
    simulator.onDial(() => behaviour)
    expect((await rest('POST', '/v1/calls', order)).status).toBe(201)
    await clock.advanceAsync(12_000)
    expect(statuses()).toEqual(['started', 'ringing', status])
    expect(new Set(wire.requests.map(({ url }) => url))).toEqual(new Set(['https://app.example/own']))
  })

  test('finds a machine and its beep under another name of the leg, and is moved to a message', async () => {
    const { clock, simulator, rest, events } = bench()
    simulator.onDial(() => ({ type: 'machine', greeting: tone(440, 3000), afterMs: 50 }))
    const amd = { advanced_machine_detection: { behavior: 'continue', mode: 'detect_beep', beep_timeout: 45 } }
    const { body } = await rest('POST', '/v1/calls', { ...order, ...amd })
    await clock.advanceAsync(6000)
    const found = events().filter(({ status }) => status === 'machine')
    expect(found.map(({ call_uuid, sub_state }) => [call_uuid, sub_state])).toEqual([
      [body.uuid, undefined],
      [body.uuid, 'beep_start'],
    ])
    const move = { action: 'transfer', destination: { type: 'ncco', ncco: [{ action: 'talk', text: 'Call back' }] } }
    expect((await rest('PUT', `/v1/calls/${body.uuid}`, move)).status).toBe(204)
    await clock.advanceAsync(2000)
    const call = simulator.calls.get(body.uuid)!
    expect(framesOfTone(call.heard(), 620)).toBeGreaterThan(20)
    expect(call.status).toBe('completed')
    expect((await rest('PUT', `/v1/calls/${body.uuid}`, { action: 'hangup' })).status).toBe(400)
    await clock.advanceAsync(3000)
    expect((await rest('GET', `/v1/calls/${body.uuid}`)).body).toMatchObject({
      status: 'completed',
      price: expect.stringMatching(/^0\.\d{8}$/),
    })
  })

  test.each([
    ['another algorithm', tokenOf({}, 'HS256')],
    ['another application', tokenOf({ application_id: 'x' })],
    ['its time over', tokenOf({ exp: 1 }).replace('x', 'x')],
    ['no id', tokenOf({ jti: undefined })],
    ['no token', 'Basic eDp5'],
  ])('is refused with %s', async (what, authorization) => {
    const { clock, rest } = bench()
    if (what === 'its time over') await clock.advanceAsync(120_000)
    expect((await rest('POST', '/v1/calls', order, { authorization })).status).toBe(401)
  })

  test('is refused with wrong fields, by name', async () => {
    const { rest } = bench()
    const name = async (wrong: object) =>
      (await rest('POST', '/v1/calls', { ...order, ...wrong })).body.invalid_parameters?.[0].name
    expect(await name({ to: [{ type: 'phone', number: '+15551230001' }] })).toBe('to')
    expect(await name({ from: { type: 'phone', number: '15550000000' } })).toBe('from')
    expect(await name({ ncco: undefined })).toBe('ncco')
    expect(await name({ event_url: 'https://app.example' })).toBe('event_url')
    expect(await name({ ringing_timer: 500 })).toBe('ringing_timer')
  })
})

test('a transfer joins the two, or tells that nobody came', async () => {
  const { clock, wire, simulator, phone, rest, events } = bench()
  wire.answer = ({ url }) => (url.endsWith('/answer') ? ncco(socketTo()) : { status: 200 })
  const call = simulator.call({ from: caller, to: ours, phone: phone() })
  await clock.advanceAsync(50)
  simulator.onDial(() => ({ type: 'busy', afterMs: 50 }))
  const dial = {
    action: 'connect',
    endpoint: [{ type: 'phone', number: '15551239999' }],
    eventType: 'synchronous',
    eventUrl: ['https://app.example/dialled'],
  }
  await rest('PUT', `/v1/calls/${call.ref}`, { action: 'transfer', destination: { type: 'ncco', ncco: [dial] } })
  await clock.advanceAsync(1000)
  expect(wire.sockets[0]!.closed).toBe(1000)
  // Each state of the leg goes to the action's address; its end is told once.
  const told = events().filter((_, index) => wire.requests[index]!.url.endsWith('/dialled'))
  expect(told.map(({ status }) => status)).toEqual(['started', 'ringing', 'busy'])
  expect(call.status).toBe('completed')
})

test('numbers and the application are changed with the credentials of the account', async () => {
  const { rest } = bench()
  const basic = { authorization: `Basic ${Buffer.from('a1b2c3d4:secret').toString('base64')}` }
  const found = await rest('GET', '/number/search?country=US&pattern=212', undefined, basic)
  const { msisdn } = found.body.numbers[0]
  const form = `country=US&msisdn=${msisdn}`
  expect((await rest('POST', '/number/buy', form, basic)).body['error-code']).toBe('200')
  expect((await rest('POST', '/number/buy', form, basic)).body['error-code']).toBe('420')
  expect((await rest('POST', '/number/update', `${form}&app_id=${account.applicationId}`, basic)).status).toBe(200)
  expect((await rest('GET', `/account/numbers?pattern=${msisdn}`, undefined, basic)).body.numbers[0].app_id).toBe(
    account.applicationId,
  )
  const path = `/v2/applications/${account.applicationId}`
  expect((await rest('PUT', path, { capabilities: {} }, basic)).status).toBe(400)
  expect((await rest('GET', path)).status).toBe(401)
})
