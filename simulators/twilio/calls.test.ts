import { afterEach, describe, expect, test } from 'vitest'
import { VirtualClock } from '../../src/lib/clock.ts'
import { seededIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import { fakeWire, type FakeSocket } from '../fake-wire.ts'
import { Phone, type PhoneOptions } from '../phone/phone.ts'
import { encodeMulaw } from '../sound/mulaw.ts'
import { tone, toneShare } from '../sound/tones.ts'
import { WireFailure, type WireRequest } from '../wire.ts'
import { signatureOf } from './signature.ts'
import { createTwilio, type TwilioOptions } from './simulator.ts'

const sid = 'AC0123456789abcdef0123456789abcdef'
const token = '0123456789abcdef0123456789abcdef'
const ours = '+15551230002'
const caller = '+15551230001'

const scopes: Scope[] = []
afterEach(() => Promise.all(scopes.splice(0).map((scope) => scope.close())))

function world(options: Partial<TwilioOptions> = {}) {
  const clock = new VirtualClock()
  const scope = new Scope('test')
  scopes.push(scope)
  const wire = fakeWire()
  const number = {
    phoneNumber: ours,
    voiceUrl: 'https://app.example/voice',
    statusCallback: 'https://app.example/status',
  }
  const accounts = [{ accountSid: sid, authToken: token, numbers: [number] }]
  const twilio = createTwilio({ clock, ids: seededIds('calls'), scope, wire, accounts, ...options })
  const phone = (script?: PhoneOptions['script']) => new Phone({ clock, ...(script ? { script } : {}) })
  const rest = async (method: string, path: string, fields: Record<string, string> | [string, string][] = {}) => {
    const reply = await twilio.handle({
      method,
      path: `/2010-04-01/Accounts/${sid}${path}`,
      headers: { authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}` },
      body: new URLSearchParams(fields).toString(),
    })
    return { status: reply?.status, body: JSON.parse(String(reply?.body || 'null')) }
  }
  return { clock, wire, twilio, phone, rest, scope }
}

const fieldsOf = (request: WireRequest) => Object.fromEntries(new URLSearchParams(request.body ?? ''))
const connect = '<Response><Connect><Stream url="wss://app.example/media/t1" name="s"/></Connect></Response>'
const loud = (pcm: Int16Array) => pcm.filter((sample) => Math.abs(sample) > 5)
const mediaFrame = (socket: FakeSocket, sound: Int16Array) => ({
  event: 'media',
  streamSid: socket.messages('start')[0]!.streamSid,
  media: { payload: Buffer.from(encodeMulaw(sound)).toString('base64') },
})

describe('a call that comes in', () => {
  test('asks the voice URL with a signed form, answers, and streams both ways', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = ({ url }) => (url.endsWith('/voice') ? connect : { status: 204 })
    const call = twilio.call({ from: caller, to: ours, phone: phone((self) => self.say(tone(440, 300))) })
    await clock.advanceAsync(100)

    const asked = wire.requests[0]!
    expect(asked).toMatchObject({ method: 'POST', url: 'https://app.example/voice' })
    expect(asked.headers['user-agent']).toBe('TwilioProxy/1.1')
    expect(asked.headers['i-twilio-idempotency-token']).toMatch(/.{20}/)
    expect(asked.headers['x-twilio-signature']).toBe(
      signatureOf(token, asked.url, [...new URLSearchParams(asked.body)]),
    )
    expect(fieldsOf(asked)).toMatchObject({
      CallSid: call.ref,
      AccountSid: sid,
      From: caller,
      To: ours,
      Caller: caller,
      Called: ours,
      CallStatus: 'ringing',
      Direction: 'inbound',
      ApiVersion: '2010-04-01',
    })
    expect(call.ref).toMatch(/^CA[0-9a-f]{32}$/)

    const socket = wire.sockets[0]!
    expect(socket.url).toBe('wss://app.example/media/t1')
    expect(socket.headers['x-twilio-signature']).toBe(signatureOf(token, socket.url))
    const [connected, start] = socket.received.map((text) => JSON.parse(text))
    expect(connected).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' })
    const streamSid = call.streams[0]!.ref
    expect(start).toEqual({
      event: 'start',
      sequenceNumber: '1',
      streamSid,
      start: {
        streamSid,
        accountSid: sid,
        callSid: call.ref,
        tracks: ['inbound'],
        customParameters: {},
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      },
    })

    socket.send(mediaFrame(socket, tone(880, 400)))
    await clock.advanceAsync(1000)
    const media = socket.messages('media')
    expect(media[0]).toMatchObject({ sequenceNumber: '2', media: { track: 'inbound', chunk: '1', timestamp: '0' } })
    expect(media[3]).toMatchObject({ sequenceNumber: '5', media: { chunk: '4', timestamp: '60' } })
    expect(media.length).toBe(56) // one at the start, then one every 20 ms for 1.1 s
    expect(toneShare(call.said().subarray(0, 2400), 440)).toBeGreaterThan(0.95)
    expect(toneShare(call.heard().subarray(1000, 3600), 880)).toBeGreaterThan(0.95)

    call.phone.hangup()
    await clock.advanceAsync(100)
    expect(socket.messages('stop')).toMatchObject([{ stop: { accountSid: sid, callSid: call.ref } }])
    expect(socket.closed).toBe(1000)
    expect(await call.ended).toMatchObject({ status: 'completed', seconds: 1 })
    expect(call.states.map(({ status }) => status)).toEqual(['ringing', 'in-progress', 'completed'])
    expect(fieldsOf(wire.requests.at(-1)!)).toMatchObject({
      CallStatus: 'completed',
      CallDuration: '1',
      Duration: '1',
      CallbackSource: 'call-progress-events',
      SequenceNumber: '0',
      Timestamp: 'Thu, 01 Jan 2026 00:00:01 +0000',
    })
    expect(twilio.alerts).toEqual([])
  })

  test('marks come back when heard; clear returns them at once', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => connect
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    const socket = wire.sockets[0]!
    const streamSid = call.streams[0]!.ref
    socket.send(mediaFrame(socket, tone(880, 1000)))
    socket.send({ event: 'mark', streamSid, mark: { name: 'one' } })
    await clock.advanceAsync(980)
    expect(socket.messages('mark')).toEqual([])
    await clock.advanceAsync(60)
    expect(socket.messages('mark')).toMatchObject([{ mark: { name: 'one' }, streamSid }])

    socket.send(mediaFrame(socket, tone(880, 5000)))
    socket.send({ event: 'mark', streamSid, mark: { name: 'two' } })
    await clock.advanceAsync(500)
    socket.send({ event: 'clear', streamSid })
    expect(socket.messages('mark').map(({ mark }) => mark)).toEqual([{ name: 'one' }, { name: 'two' }])
    const before = call.heard().length
    await clock.advanceAsync(500)
    expect(
      call
        .heard()
        .subarray(before)
        .every((sample) => sample === 0),
    ).toBe(true)
  })

  test('keys pressed arrive as dtmf', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => connect
    twilio.call({ from: caller, to: ours, phone: phone((self) => self.sleep(100).then(() => self.press('5#'))) })
    await clock.advanceAsync(500)
    expect(wire.sockets[0]!.messages('dtmf').map(({ dtmf }) => dtmf)).toEqual([
      { track: 'inbound_track', digit: '5' },
      { track: 'inbound_track', digit: '#' },
    ])
  })

  test('when the application closes the socket the next verb runs', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => connect.replace('</Connect>', '</Connect><Say>Bye now</Say>')
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    wire.sockets[0]!.close()
    await clock.advanceAsync(2000)
    expect(await call.ended).toMatchObject({ status: 'completed', why: 'the instructions ended' })
    expect(toneShare(call.heard().subarray(1000, 4000), 620)).toBeGreaterThan(0.9)
    expect(wire.sockets[0]!.messages('stop')).toEqual([])
  })

  test('a Connect action is asked after the stream', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = ({ url }) =>
      url.endsWith('/voice')
        ? connect.replace('<Connect>', '<Connect action="/after">')
        : '<Response><Hangup/></Response>'
    twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    wire.sockets[0]!.close()
    await clock.advanceAsync(100)
    const after = wire.requests.find(({ url }) => url === 'https://app.example/after')!
    expect(fieldsOf(after)).toMatchObject({ CallStatus: 'in-progress', StreamName: 's' })
  })

  test.each([
    ['<Reject/>', 'no-answer', 603],
    ['<Reject reason="busy"/>', 'busy', 486],
  ])('%s ends it unanswered', async (verb, status, sipCode) => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => `<Response>${verb}</Response>`
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    expect(await call.ended).toMatchObject({ status, sipCode, seconds: 0 })
    expect(await call.answered).toBe(false)
  })

  test('a caller who gives up while it rings', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => '<Response><Pause length="10"/><Hangup/></Response>'
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(1000)
    expect(call.status).toBe('ringing') // a pause at the beginning lets it ring
    call.hangup()
    await clock.advanceAsync(10)
    expect(await call.ended).toMatchObject({ status: 'no-answer' })
  })
})

describe('an application that fails', () => {
  test.each<[string, () => { status?: number; headers?: Record<string, string>; body?: Uint8Array } | string, number]>([
    ['an error status', () => ({ status: 500 }), 11200],
    ['broken XML', () => '<Response><Say>', 12100],
    ['an unknown verb', () => '<Response><Speak>Hi</Speak></Response>', 12200],
    ['JSON', () => ({ headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') }), 12300],
    ['nothing', () => ({ status: 204 }), 12100],
  ])('%s ends the call with an alert', async (_, answer, code) => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = answer
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(200)
    expect((await call.ended).status).toBe('failed')
    expect(twilio.alerts[0]).toMatchObject({ code, call: call.ref })
  })

  test('a refused connection is tried once more with the same token', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => {
      throw new WireFailure('connect', 'ECONNREFUSED')
    }
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    expect((await call.ended).status).toBe('failed')
    const voice = wire.requests.filter(({ url }) => url.endsWith('/voice'))
    expect(voice.length).toBe(2)
    expect(voice[0]!.headers).toEqual(voice[1]!.headers)
    expect(twilio.alerts[0]!.code).toBe(11205)
  })

  test('the fallback URL is asked, with the error', async () => {
    const { clock, wire, twilio, phone } = world()
    const number = [...twilio.accounts.values()][0]!.numbers[0]!
    number.voiceFallbackUrl = 'https://app.example/fallback'
    wire.answer = ({ url }) => (url.endsWith('/fallback') ? '<Response><Say>Sorry</Say></Response>' : { status: 503 })
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(2000)
    expect(call.status).toBe('completed')
    expect(fieldsOf(wire.requests[1]!)).toMatchObject({ ErrorCode: '11200', ErrorUrl: 'https://app.example/voice' })
  })

  test.each([
    ['wss://app.example/m?token=1', 31920],
    ['https://app.example/m', 31922],
    ['ws://app.example/m', 31922],
    ['nonsense', 31923],
  ])('a stream to %s is not opened', async (url, code) => {
    const { clock, wire, twilio, phone } = world()
    const status = 'statusCallback="https://app.example/stream"'
    wire.answer = (request) =>
      request.url.endsWith('/voice')
        ? `<Response><Connect><Stream url="${url}" ${status}/></Connect></Response>`
        : { status: 204 }
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    expect(wire.sockets).toEqual([])
    expect(twilio.alerts).toMatchObject([{ code, url }])
    expect((await call.ended).status).toBe('completed')
    const report = wire.requests.map(fieldsOf).find(({ StreamEvent }) => StreamEvent)!
    expect(report).toMatchObject({ StreamEvent: 'stream-error', CallSid: call.ref })
    expect(report.StreamError).toContain(String(code))
  })

  test('an upgrade answered with 403 is a handshake error', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => connect
    wire.refuse = 403
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    expect(twilio.alerts).toMatchObject([{ code: 31920 }])
    expect(call.over).toBe(true)
  })

  test('messages that are not of the protocol are ignored, each kind told once', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => connect
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    const socket = wire.sockets[0]!
    socket.send('{')
    socket.send({ event: 'play', streamSid: call.streams[0]!.ref })
    socket.sendBinary(new Uint8Array(160))
    socket.sendBinary(new Uint8Array(160))
    for (let minute = 0; minute < 12; minute++) socket.send(mediaFrame(socket, new Int16Array(8000 * 60)))
    expect(twilio.alerts.map(({ code }) => code)).toEqual([31951, 31950, 31931])
    expect(call.streams[0]).toMatchObject({ invalid: 4, open: true })
    expect(call.streams[0]!.playout.queued).toBe(10 * 60 * 8000)
  })
})

describe('a call ordered by REST', () => {
  const order = { To: '+15557654321', From: ours, Twiml: connect, StatusCallback: 'https://app.example/status' }
  const events: [string, string][] = ['initiated', 'ringing', 'answered', 'completed'].map((event) => [
    'StatusCallbackEvent',
    event,
  ])

  test('is queued, rings, is answered, reports in order, and is rated later', async () => {
    const { clock, wire, twilio, phone, rest } = world()
    const person = phone((self) => self.sleep(62_000).then(() => self.hangup()))
    twilio.onDial(() => ({ type: 'answer', phone: person, afterMs: 3000 }))
    const created = await rest('POST', '/Calls.json', [...Object.entries(order), ...events])
    expect(created).toMatchObject({
      status: 201,
      body: {
        status: 'queued',
        direction: 'outbound-api',
        duration: null,
        price: null,
        queue_time: '0',
        start_time: null,
      },
    })
    await clock.advanceAsync(66_000)
    const ended = await rest('GET', `/Calls/${created.body.sid}.json`)
    expect(ended.body).toMatchObject({ status: 'completed', price: null })
    await clock.advanceAsync(4000)
    const reports = wire.requests.map(fieldsOf)
    expect(reports.map(({ CallStatus, SequenceNumber }) => [CallStatus, SequenceNumber])).toEqual([
      ['initiated', '0'],
      ['ringing', '1'],
      ['in-progress', '2'],
      ['completed', '3'],
    ])
    expect(reports[3]).toMatchObject({ CallDuration: '62', Duration: '2', SipResponseCode: '200' })
    const path = `/Calls/${created.body.sid}.json`
    const rated = await rest('GET', path)
    expect(rated.body).toMatchObject({ status: 'completed', duration: '62', price: '-0.0280', price_unit: 'USD' })
    expect(rated.body.start_time).toBe('Thu, 01 Jan 2026 00:00:03 +0000')
  })

  test.each([
    [{ type: 'busy' }, 'busy', '486'],
    [{ type: 'reject' }, 'busy', '603'],
    [{ type: 'unreachable' }, 'failed', '404'],
    [{ type: 'no-answer' }, 'no-answer', '487'],
    [{ type: 'machine', greeting: tone(300, 1000), afterMs: 25_500 }, 'no-answer', '487'],
  ] as const)('%o', async (behaviour, status, sip) => {
    const { clock, wire, twilio, rest } = world()
    twilio.onDial(() => behaviour)
    await rest('POST', '/Calls.json', { ...order, Timeout: '20' })
    await clock.advanceAsync(26_000)
    expect(wire.requests.map(fieldsOf)).toMatchObject([{ CallStatus: status, SipResponseCode: sip, CallDuration: '0' }])
  })

  test('a ringing call is canceled; afterwards it cannot be ended again', async () => {
    const { clock, twilio, rest } = world()
    twilio.onDial(() => ({ type: 'no-answer' }))
    const path = `/Calls/${(await rest('POST', '/Calls.json', order)).body.sid}.json`
    await clock.advanceAsync(1000)
    expect(await rest('POST', path, { Status: 'canceled' })).toMatchObject({
      status: 200,
      body: { status: 'canceled' },
    })
    await clock.advanceAsync(10)
    expect(await rest('POST', path, { Status: 'completed' })).toMatchObject({
      status: 400,
      body: { code: 21220, message: 'Call is not in-progress. Cannot redirect.', status: 400 },
    })
  })

  test('an update of its TwiML stops the stream and dials somebody; the two hear each other', async () => {
    const { clock, wire, twilio, phone, rest } = world()
    const first = phone(async (self) => {
      await self.sleep(3000)
      await self.say(tone(440, 2000))
    })
    const second = phone(async (self) => {
      await self.say(tone(1500, 2000))
      await self.sleep(2000)
      self.hangup()
    })
    twilio.onDial((call) => ({ type: 'answer', phone: call.direction === 'outbound-dial' ? second : first }))
    wire.answer = ({ url }) => (url.endsWith('/dialed') ? '<Response><Hangup/></Response>' : { status: 204 })
    const path = `/Calls/${(await rest('POST', '/Calls.json', order)).body.sid}.json`
    await clock.advanceAsync(2000)
    const dial = `<Dial callerId="${ours}" timeout="30" action="https://app.example/dialed"><Number>+15550009999</Number></Dial>`
    expect((await rest('POST', path, { Twiml: `<Response>${dial}</Response>` })).status).toBe(200)
    await clock.advanceAsync(10_000)
    expect(wire.sockets[0]!.messages('stop').length).toBe(1)
    expect(wire.sockets[0]!.closed).toBe(1000)
    const report = wire.requests.map(fieldsOf).find(({ DialCallStatus }) => DialCallStatus)!
    expect(report).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'true', DialCallDuration: '4' })
    expect(loud(first.heard.pcm()).length).toBeGreaterThan(13_500)
    expect(toneShare(first.heard.pcm().subarray(24_000, 30_000), 1500)).toBeGreaterThan(0.5)
    expect(loud(second.heard.pcm()).length).toBeGreaterThan(10_000)
  })

  test.each([
    ['busy', { type: 'busy' }],
    ['no-answer', { type: 'no-answer' }],
    ['failed', { type: 'unreachable' }],
  ] as const)('a dial that ends %s says so to its action', async (status, behaviour) => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = ({ url }) =>
      url.endsWith('/voice')
        ? '<Response><Dial timeout="10" action="/dialed">+15550009999</Dial></Response>'
        : '<Response/>'
    twilio.onDial(() => behaviour)
    twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(20_000)
    expect(wire.requests.map(fieldsOf).find(({ DialCallStatus }) => DialCallStatus)).toMatchObject({
      DialCallStatus: status,
      DialBridged: 'false',
    })
  })

  test('star ends the dial when it may, and the caller goes on', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => '<Response><Dial hangupOnStar="true">+15550009999</Dial><Pause length="5"/></Response>'
    const call = twilio.call({
      from: caller,
      to: ours,
      phone: phone((self) => self.sleep(3000).then(() => self.press('*'))),
    })
    await clock.advanceAsync(4000)
    const leg = [...twilio.calls.values()][1]!
    expect([leg.direction, leg.status, call.status]).toEqual(['outbound-dial', 'completed', 'in-progress'])
  })

  test('the first of several to answer is joined, the others stop ringing', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => '<Response><Dial><Number>+15550000001</Number><Number>+15550000002</Number></Dial></Response>'
    twilio.onDial(({ to }) => ({ type: 'answer', phone: phone(), afterMs: to.endsWith('1') ? 5000 : 1000 }))
    twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(2000)
    expect([...twilio.calls.values()].map(({ status }) => status)).toEqual(['in-progress', 'canceled', 'in-progress'])
  })

  test('a caller id that is not ours fails the dial', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => '<Response><Dial callerId="+15558887777">+15550009999</Dial></Response>'
    twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    expect(twilio.alerts).toMatchObject([{ code: 13214 }])
  })

  test('asynchronous detection of a machine reports after the beep', async () => {
    const { clock, wire, twilio, rest } = world()
    twilio.onDial(() => ({ type: 'machine', greeting: tone(300, 4000), afterMs: 1000 }))
    await rest('POST', '/Calls.json', {
      ...order,
      MachineDetection: 'DetectMessageEnd',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: 'https://app.example/amd',
    })
    await clock.advanceAsync(4000)
    expect(wire.sockets.length).toBe(1) // the call did not wait
    await clock.advanceAsync(4000)
    const [amd] = wire.requests.filter(({ url }) => url.endsWith('/amd')).map(fieldsOf)
    expect(amd).toMatchObject({ AnsweredBy: 'machine_end_beep', AccountSid: sid })
    expect(Number(amd!.MachineDetectionDuration)).toBeGreaterThan(4300)
  })

  test('synchronous detection holds the TwiML back and tells it', async () => {
    const { clock, wire, twilio, phone, rest } = world()
    wire.answer = () => '<Response><Hangup/></Response>'
    twilio.onDial(() => ({ type: 'answer', phone: phone() }))
    const { Twiml: _, ...withUrl } = { ...order, Url: 'https://app.example/voice' }
    const { body } = await rest('POST', '/Calls.json', { ...withUrl, MachineDetection: 'Enable' })
    await clock.advanceAsync(1000)
    expect(wire.requests).toEqual([])
    await clock.advanceAsync(3000)
    expect(fieldsOf(wire.requests[0]!)).toMatchObject({ AnsweredBy: 'human', CallSid: body.sid })
  })

  test('more calls than the rate allows wait in the queue', async () => {
    const { clock, twilio, rest } = world({ callsPerSecond: 1 })
    for (let at = 0; at < 3; at++) await rest('POST', '/Calls.json', order)
    await clock.advanceAsync(1500)
    expect([...twilio.calls.values()].map(({ status }) => status)).toEqual(['in-progress', 'ringing', 'queued'])
  })

  test('recording: started, paused, stopped, reported, downloaded', async () => {
    const { clock, wire, twilio, phone, rest } = world({ publicUrl: 'http://twilio.test' })
    twilio.onDial(() => ({ type: 'answer', phone: phone((self) => self.say(tone(440, 60_000))) }))
    const call = (await rest('POST', '/Calls.json', order)).body.sid
    const base = `/Calls/${call}/Recordings`
    expect((await rest('POST', `${base}.json`)).body).toMatchObject({ code: 21220 })
    await clock.advanceAsync(1000)
    const made = await rest('POST', `${base}.json`, {
      RecordingChannels: 'dual',
      RecordingStatusCallback: 'https://app.example/rec',
    })
    expect(made).toMatchObject({
      status: 201,
      body: { status: 'in-progress', channels: 2, source: 'StartCallRecordingAPI' },
    })
    await clock.advanceAsync(2000)
    expect((await rest('POST', `${base}/Twilio.CURRENT.json`, { Status: 'paused' })).body.status).toBe('paused')
    await clock.advanceAsync(5000)
    await rest('POST', `${base}/${made.body.sid}.json`, { Status: 'in-progress' })
    await clock.advanceAsync(1000)
    expect((await rest('POST', `${base}/${made.body.sid}.json`, { Status: 'stopped' })).body).toMatchObject({
      status: 'completed',
      duration: '3',
    })
    await clock.advanceAsync(10)
    expect(wire.requests.map(fieldsOf).find(({ RecordingStatus }) => RecordingStatus)).toMatchObject({
      RecordingSid: made.body.sid,
      RecordingStatus: 'completed',
      RecordingDuration: '3',
      RecordingChannels: '2',
      RecordingUrl: `http://twilio.test/2010-04-01/Accounts/${sid}/Recordings/${made.body.sid}`,
    })
  })
})

describe('verbs', () => {
  test('Gather hands the keys to its action; the first key stops the prompt', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = ({ url }) =>
      url.endsWith('/voice')
        ? '<Response><Gather numDigits="2" action="/keys"><Say>Please press two keys now</Say></Gather></Response>'
        : '<Response/>'
    twilio.call({ from: caller, to: ours, phone: phone((self) => self.sleep(300).then(() => self.press('42'))) })
    await clock.advanceAsync(800)
    expect(fieldsOf(wire.requests.find(({ url }) => url.endsWith('/keys'))!)).toMatchObject({ Digits: '42' })
  })

  test('Gather without a key goes on after its timeout', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => '<Response><Gather timeout="3" action="/keys"/><Say>Nothing</Say></Response>'
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(5000)
    expect(wire.requests.some(({ url }) => url.endsWith('/keys'))).toBe(false)
    expect(toneShare(call.heard().subarray(24_500, 27_000), 620)).toBeGreaterThan(0.9)
  })

  test('Play with digits is heard as tones and told to the phone', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () => '<Response><Play digits="w5"/></Response>'
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(2000)
    expect(call.sentDigits).toBe('w5')
    expect(call.phone.digits).toBe('5')
    expect(toneShare(call.heard().subarray(4200, 4700), 770)).toBeGreaterThan(0.4)
  })

  test('Record keeps a message until the caller falls silent', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = ({ url }) =>
      url.endsWith('/voice') ? '<Response><Record timeout="2" action="/message"/></Response>' : '<Response/>'
    const person = phone((self) => self.sleep(1000).then(() => self.say(tone(440, 3000))))
    twilio.call({ from: caller, to: ours, phone: person })
    await clock.advanceAsync(8000)
    expect(fieldsOf(wire.requests.find(({ url }) => url.endsWith('/message'))!)).toMatchObject({
      RecordingDuration: '3',
    })
  })

  test('Redirect leads on, relative to the document', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = ({ url }) =>
      url.endsWith('/voice') ? '<Response><Redirect method="GET">next?a=1</Redirect></Response>' : '<Response/>'
    twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    expect(wire.requests[1]).toMatchObject({ method: 'GET' })
    expect(wire.requests[1]!.url).toMatch(/^https:\/\/app\.example\/next\?a=1&CallSid=CA/)
    expect(wire.requests[1]!.headers['x-twilio-signature']).toBe(signatureOf(token, wire.requests[1]!.url))
  })

  test('Start Stream runs beside the next verb and hears both tracks', async () => {
    const { clock, wire, twilio, phone } = world()
    wire.answer = () =>
      '<Response><Start><Stream url="wss://app.example/tap" track="both_tracks" name="tap"/></Start>' +
      '<Say>one two three four</Say><Stop><Stream name="tap"/></Stop><Pause/></Response>'
    twilio.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(1500)
    const socket = wire.sockets[0]!
    expect(socket.messages('stop').length).toBe(1)
    const tracks = socket.messages('media').map((message) => JSON.stringify(message.media).includes('"outbound"'))
    expect(tracks.filter((outbound) => outbound).length).toBeGreaterThan(50)
    expect(tracks.filter((outbound) => !outbound).length).toBeGreaterThan(50)
  })
})

describe('faults', () => {
  const events: [string, string][] = ['initiated', 'ringing', 'answered', 'completed'].map((event) => [
    'StatusCallbackEvent',
    event,
  ])
  const order = { To: '+15557654321', From: ours, Twiml: connect, StatusCallback: 'https://app.example/status' }

  async function streaming(faults: TwilioOptions['faults'] & {}) {
    const all = world({ faults })
    all.wire.answer = ({ url }) => (url.endsWith('/voice') ? connect : { status: 204 })
    const call = all.twilio.call({ from: caller, to: ours, phone: all.phone() })
    await all.clock.advanceAsync(1000)
    return { ...all, call, socket: all.wire.sockets[0]! }
  }

  test('jitter delays frames and keeps their order', async () => {
    const { socket, clock, call } = await streaming({ mediaJitterMs: 60 })
    await clock.advanceAsync(1000)
    const sequence = socket.messages('media').map(({ sequenceNumber }) => Number(sequenceNumber))
    expect(sequence).toEqual(sequence.toSorted((left, right) => left - right))
    call.phone.hangup()
    await clock.advanceAsync(200)
    expect(JSON.parse(socket.received.at(-1)!)).toMatchObject({ event: 'stop' })
  })

  test('late media comes in one burst', async () => {
    const { socket, clock } = await streaming({ lateMediaMs: 1500 })
    expect(socket.messages('media')).toEqual([])
    await clock.advanceAsync(1000)
    expect(socket.messages('media').length).toBeGreaterThan(95)
  })

  test('duplicated frames carry the same sequence number', async () => {
    const { socket } = await streaming({ duplicateMediaEvery: 5 })
    const sequence = socket.messages('media').map(({ sequenceNumber }) => sequenceNumber)
    expect(sequence.length - new Set(sequence).size).toBe(10)
  })

  test('a late stop comes after the end was reported', async () => {
    const { socket, clock, call, wire } = await streaming({ lateStopMs: 3000 })
    call.phone.hangup()
    await clock.advanceAsync(100)
    expect(wire.requests.map(fieldsOf).at(-1)).toMatchObject({ CallStatus: 'completed' })
    expect(socket.messages('stop')).toEqual([])
    await clock.advanceAsync(3000)
    expect(socket.messages('stop').length).toBe(1)
  })

  test('a missing stop', async () => {
    const { socket, clock, call } = await streaming({ withoutStop: true })
    call.phone.hangup()
    await clock.advanceAsync(100)
    expect(socket.messages('stop')).toEqual([])
    expect(socket.closed).toBe(1000)
  })

  test('a lost socket, once, with a new one in its place', async () => {
    const { wire, clock, call } = await streaming({ loseSocketAfterMs: 500, reconnectAfterMs: 200 })
    await clock.advanceAsync(2000)
    expect(wire.sockets.map(({ closed }) => closed)).toEqual([1006, undefined])
    expect(wire.sockets[1]!.url).toBe(wire.sockets[0]!.url)
    expect(wire.sockets[1]!.messages('start')).toMatchObject([{ start: { callSid: call.ref } }])
    expect(wire.sockets[1]!.messages('start')[0]!.streamSid).not.toBe(wire.sockets[0]!.messages('start')[0]!.streamSid)
    expect(call.over).toBe(false)
  })

  test('a lost socket without a new one ends the call as Twilio does', async () => {
    const { call } = await streaming({ loseSocketAfterMs: 500 })
    expect((await call.ended).status).toBe('completed')
  })

  test('webhooks twice, and again later, with the same token and signature', async () => {
    const { wire, clock } = await streaming({ duplicateWebhooks: true, replayWebhooksAfterMs: 5000 })
    await clock.advanceAsync(5000)
    const voice = wire.requests.filter(({ url }) => url.endsWith('/voice'))
    expect(voice.length).toBe(3)
    expect(new Set(voice.map(({ headers }) => JSON.stringify(headers))).size).toBe(1)
  })

  test.each(['wrong', 'foreign', 'missing'] as const)('a %s signature on webhooks and sockets', async (signature) => {
    const { wire, socket } = await streaming({ signature })
    const voice = wire.requests[0]!
    expect(voice.headers['x-twilio-signature']).not.toBe(
      signatureOf(token, voice.url, [...new URLSearchParams(voice.body)]),
    )
    expect(socket.headers['x-twilio-signature']).not.toBe(signatureOf(token, socket.url))
    expect('x-twilio-signature' in socket.headers).toBe(signature !== 'missing')
  })

  test('status callbacks swap places', async () => {
    const { clock, wire, twilio, rest } = world({ faults: { swapCallbacks: true } })
    twilio.onDial(() => ({ type: 'busy' }))
    await rest('POST', '/Calls.json', [...Object.entries(order), ...events])
    await clock.advanceAsync(5000)
    expect(wire.requests.map(fieldsOf).map(({ SequenceNumber }) => SequenceNumber)).toEqual(['1', '0', '2'])
  })

  test('REST: rate limits, failures, and an answer that never comes', async () => {
    const { twilio, rest } = world()
    twilio.faults.rest = [{ what: { type: 'rate-limit' }, times: 1 }]
    expect(await rest('POST', '/Calls.json', order)).toMatchObject({ status: 429, body: { code: 20429 } })
    expect((await rest('POST', '/Calls.json', order)).status).toBe(201)
    twilio.faults.rest = [{ method: 'POST', what: { type: 'error', status: 503 } }]
    expect((await rest('POST', '/Calls.json', order)).status).toBe(503)
    expect((await rest('GET', '/Calls.json')).body.calls.length).toBe(1)
    twilio.faults.rest = [{ path: /Calls/, what: { type: 'no-response' } }]
    expect((await rest('POST', '/Calls.json', order)).status).toBeUndefined()
    twilio.clearFaults()
    expect((await rest('GET', '/Calls.json')).body.calls.length).toBe(2)
  })
})

test('closing the simulator ends its calls and leaves no timer', async () => {
  const { clock, wire, twilio, phone, scope } = world()
  wire.answer = () => connect
  const call = twilio.call({ from: caller, to: ours, phone: phone((self) => self.say(tone(440, 60_000))) })
  await clock.advanceAsync(1000)
  await scope.close()
  expect(call.status).toBe('canceled')
  await call.ended
  await call.phone.done
  expect(clock.pending).toBe(0)
})
