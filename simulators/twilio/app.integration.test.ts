import { createServer } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import twilioSdk from 'twilio'
import type RequestClientType from 'twilio/lib/base/RequestClient.js'
import { WebSocketServer, type WebSocket } from 'ws'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import { Phone, type PhoneOptions } from '../phone/phone.ts'
import { framesOfTone, tone } from '../sound/tones.ts'
import { writeWav } from '../sound/wav.ts'
import { startTwilio } from './simulator.ts'
import type { TwilioOptions } from './simulator.ts'

const sid = 'AC0123456789abcdef0123456789abcdef'
const token = '0123456789abcdef0123456789abcdef'
const ours = '+15551230002'
const caller = '+15551230001'
const { VoiceResponse } = twilioSdk.twiml

const scopes: Scope[] = []
afterEach(() => Promise.all(scopes.splice(0).map((scope) => scope.close())))

interface Seen {
  readonly path: string
  readonly valid: boolean
  readonly fields: Readonly<Record<string, string>>
}

/** A tiny application: answers with TwiML, echoes what it hears, and lets the SDK judge every signature. */
async function startApp(scope: Scope) {
  const seen: Seen[] = []
  const sockets: WebSocket[] = []
  const app = {
    url: '',
    seen,
    sockets,
    /** Signatures of media sockets, as the SDK sees them. */
    upgrades: [] as boolean[],
    answer: ({ path }: Seen): string => (path === '/status' ? '' : '<Response/>'),
    status: 200,
    onMessage: (socket: WebSocket, message: Record<string, unknown>) => echo(socket, message),
  }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const form = new URLSearchParams(body)
    const fields: Record<string, string | string[]> = {}
    for (const name of form.keys()) fields[name] = form.getAll(name).length > 1 ? form.getAll(name) : form.get(name)!
    const signature = String(request.headers['x-twilio-signature'] ?? '')
    const path = request.url ?? '/'
    const valid = twilioSdk.validateRequest(token, signature, app.url + path, request.method === 'POST' ? fields : {})
    const one = { path, valid, fields: Object.fromEntries(form) }
    seen.push(one)
    if (path === '/tone.wav') response.end(writeWav({ rate: 16_000, channels: [tone(500, 2000)] })) // 1000 Hz at 16 kHz
    else response.writeHead(app.status, { 'content-type': 'text/xml' }).end(app.answer(one))
  })
  const upgrades = new WebSocketServer({ server })
  upgrades.on('connection', (socket, request) => {
    sockets.push(socket)
    const signature = String(request.headers['x-twilio-signature'] ?? '')
    app.upgrades.push(twilioSdk.validateRequest(token, signature, `${app.url.replace('http', 'ws')}${request.url}`, {}))
    socket.on('message', (data) => app.onMessage(socket, JSON.parse(String(data))))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(async () => {
    for (const socket of sockets) socket.terminate()
    upgrades.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  app.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  return app
}

function echo(socket: WebSocket, message: Record<string, unknown>): void {
  if (message.event !== 'media') return
  const payload = String(Object(message.media).payload)
  socket.send(JSON.stringify({ event: 'media', streamSid: message.streamSid, media: { payload } }))
}

async function start(options: Partial<TwilioOptions> = {}) {
  const scope = new Scope('integration')
  scopes.push(scope)
  const app = await startApp(scope)
  const number = { phoneNumber: ours, voiceUrl: `${app.url}/voice`, statusCallback: `${app.url}/status` }
  const accounts = [{ accountSid: sid, authToken: token, numbers: [number] }]
  const keys = [{ sid: `SK${'1'.repeat(32)}`, secret: 'secret-of-the-key' }]
  const twilio = await startTwilio({
    clock: realClock,
    ids: randomIds,
    scope,
    accounts: accounts.map((account) => ({ ...account, apiKeys: keys })),
    ringGraceMs: 0,
    priceAfterMs: 0,
    ...options,
  })
  return { app, twilio, phone, scope, client: clientFor(twilio.url), keyClient: clientFor(twilio.url, keys[0]) }
}

function phone(script?: PhoneOptions['script']): Phone {
  return new Phone({ clock: realClock, ...(script ? { script } : {}) })
}

/** The SDK knows Twilio's hosts only: its HTTP client is told to go to the simulator instead. */
function clientFor(
  url: string,
  key?: { readonly sid: string; readonly secret: string },
  password = token,
  patience = {},
) {
  class Rewriting extends twilioSdk.RequestClient {
    override request<T>(options: RequestClientType.RequestOptions<T>) {
      return super.request<T>({ ...options, uri: options.uri.replace(/^https:\/\/api\.twilio\.com/, url) })
    }
  }
  const httpClient = new Rewriting(patience)
  return key
    ? twilioSdk(key.sid, key.secret, { accountSid: sid, httpClient })
    : twilioSdk(sid, password, { httpClient })
}

/** TwiML made by the SDK: what it writes must be valid here. */
function streaming(app: { readonly url: string }): string {
  const response = new VoiceResponse()
  const stream = response.connect().stream({ url: `${app.url.replace('http', 'ws')}/media/t1`, name: 's' })
  stream.parameter({ name: 'session', value: 's_1' })
  return response.toString()
}

describe('with the official SDK', () => {
  test('an inbound call speaks and hears itself; every signature is accepted', async () => {
    const { app, twilio, phone } = await start()
    app.answer = ({ path }) => (path === '/voice' ? streaming(app) : '')
    const person = phone(async (self) => {
      await self.sleep(200) // until the stream is open nobody hears
      await self.say(tone(440, 500))
      await self.waitForSpeech(3000)
      await self.waitForSilence(300)
      self.hangup()
    })
    const call = twilio.call({ from: caller, to: ours, phone: person })
    expect(await call.ended).toMatchObject({ status: 'completed' })
    await person.done
    expect(framesOfTone(call.heard(), 440)).toBe(25)
    expect(app.upgrades).toEqual([true])
    expect(app.seen.map(({ path, valid }) => [path, valid])).toEqual([
      ['/voice', true],
      ['/status', true],
    ])
    expect(twilio.alerts).toEqual([])
  })

  test('REST: create, fetch, list, update, record, download, with token and with API key', async () => {
    const { app, twilio, phone, client, keyClient } = await start()
    twilio.onDial(() => ({ type: 'answer', phone: phone((self) => self.say(tone(440, 20_000))), afterMs: 50 }))
    const created = await client.calls.create({
      to: '+15557654321',
      from: ours,
      twiml: streaming(app),
      statusCallback: `${app.url}/status`,
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      timeout: 30,
      record: true,
      recordingChannels: 'dual',
      recordingStatusCallback: `${app.url}/recording`,
    })
    expect(created).toMatchObject({ status: 'queued', direction: 'outbound-api', duration: null, price: null })
    expect(created.dateCreated).toBeInstanceOf(Date)
    const call = twilio.calls.get(created.sid)!
    expect(await call.answered).toBe(true)
    await realClock.sleep(500)
    expect((await keyClient.calls(created.sid).fetch()).status).toBe('in-progress')
    expect((await client.calls.list({ limit: 5 })).map(({ sid: one }) => one)).toEqual([created.sid])
    const extra = await client.calls(created.sid).recordings.create({ recordingChannels: 'mono' })
    expect(extra.status).toBe('in-progress')
    await client.calls(created.sid).recordings(extra.sid).update({ status: 'paused', pauseBehavior: 'silence' })
    await realClock.sleep(600)
    expect((await client.calls(created.sid).recordings(extra.sid).update({ status: 'stopped' })).status).toBe(
      'completed',
    )
    await client.calls(created.sid).update({ status: 'completed' })
    expect(await call.ended).toMatchObject({ status: 'completed' })
    await expect(client.calls(created.sid).update({ status: 'completed' })).rejects.toMatchObject({
      code: 21220,
      status: 400,
    })
    const after = await client.calls(created.sid).fetch()
    expect(after.endTime).toBeInstanceOf(Date)
    expect(Number(after.price)).toBeLessThan(0)
    expect(app.seen.every(({ valid }) => valid)).toBe(true)
    expect(app.seen.map(({ fields }) => fields.CallStatus).filter(Boolean)).toEqual([
      'initiated',
      'ringing',
      'in-progress',
      'completed',
    ])
    const recorded = app.seen.find(({ path }) => path === '/recording')!.fields
    expect(recorded).toMatchObject({
      RecordingStatus: 'completed',
      RecordingChannels: '2',
      RecordingSource: 'OutboundAPI',
    })
    const refused = await fetch(`${recorded.RecordingUrl}.wav`)
    expect(refused.status).toBe(401)
    const authorization = `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`
    const wav = await fetch(`${recorded.RecordingUrl}.wav`, { headers: { authorization } })
    expect(wav.headers.get('content-type')).toBe('audio/x-wav')
    expect((await wav.arrayBuffer()).byteLength).toBeGreaterThan(10_000)
  })

  test.each([
    [{ to: '' }, 21201],
    [{ to: '5551234' }, 21211],
    [{ to: ours }, 21211],
    [{ from: '' }, 21213],
    [{ from: '+15550000000' }, 21210],
    [{ from: 'me' }, 21212],
    [{ twiml: '' }, 21205],
    [{ url: 'voice.example.com' }, 21205],
    [{ twiml: 'x'.repeat(4001) }, 32018],
    [{ statusCallbackEvent: ['completed', 'busy'] }, 21626],
    [{ sendDigits: '12x' }, 21206],
    [{ applicationSid: `AP${'0'.repeat(32)}` }, 21218],
    [{ machineDetection: 'Maybe' }, 20001],
  ])('refuses %o', async (change, code) => {
    const { client } = await start()
    const order = { to: '+15557654321', from: ours, twiml: '<Response/>', ...change }
    await expect(client.calls.create(order)).rejects.toMatchObject({ status: 400, code })
  })

  test('refuses wrong credentials, unknown calls and unknown parameters', async () => {
    const { twilio, client } = await start()
    await expect(clientFor(twilio.url, undefined, 'wrong').calls.list()).rejects.toMatchObject({
      status: 401,
      code: 20003,
    })
    await expect(client.calls(`CA${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404, code: 20404 })
    const reply = await fetch(`${twilio.url}/2010-04-01/Accounts/${sid}/Calls.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}` },
      body: new URLSearchParams({ To: '+15557654321', From: ours, Twiml: '<Response/>', workflow_id: '7' }),
    })
    expect(await reply.json()).toMatchObject({ code: 20001, message: 'Unknown parameter workflow_id' })
  })

  test('numbers: search, buy, point, find, release; the account', async () => {
    const { client, app } = await start()
    const found = await client.availablePhoneNumbers('US').local.list({ areaCode: 212, limit: 3 })
    expect(found.map(({ phoneNumber }) => phoneNumber)).toEqual(['+12125550100', '+12125550101', '+12125550102'])
    const { phoneNumber } = found[0]!
    const bought = await client.incomingPhoneNumbers.create({ phoneNumber })
    await expect(client.incomingPhoneNumbers.create({ phoneNumber })).rejects.toMatchObject({ code: 21422 })
    const pointed = await client
      .incomingPhoneNumbers(bought.sid)
      .update({ voiceUrl: `${app.url}/voice`, voiceMethod: 'GET' })
    expect(pointed).toMatchObject({ voiceUrl: `${app.url}/voice`, voiceMethod: 'GET' })
    expect((await client.incomingPhoneNumbers.list({ phoneNumber })).length).toBe(1)
    expect(await client.incomingPhoneNumbers(bought.sid).remove()).toBe(true)
    expect((await client.incomingPhoneNumbers.list()).map((one) => one.phoneNumber)).toEqual([ours])
    expect(await client.api.v2010.accounts(sid).fetch()).toMatchObject({ sid, status: 'active' })
  })

  test('the SDK repeats what was rate limited', async () => {
    const { twilio } = await start()
    twilio.faults.rest = [{ what: { type: 'rate-limit' }, times: 2 }]
    const patient = clientFor(twilio.url, undefined, token, { autoRetry: true, maxRetryDelay: 20 })
    expect(await patient.calls.list()).toEqual([])
    expect(twilio.log.filter(({ kind, from }) => kind === 'rest' && from === 'gateway').length).toBe(3)
  })

  test('a wrong signature is refused by the SDK', async () => {
    const { app, twilio, phone } = await start({ faults: { signature: 'wrong' } })
    app.answer = () => '<Response/>'
    await twilio.call({ from: caller, to: ours, phone: phone() }).ended
    expect(app.seen.map(({ valid }) => valid)).toEqual([false, false])
  })
})

describe('over real sockets', () => {
  test('marks return after the sound, clear returns them at once', async () => {
    const { app, twilio, phone } = await start()
    app.answer = ({ path }) => (path === '/voice' ? streaming(app) : '')
    const marks: { name: string; at: number }[] = []
    let cleared = 0
    app.onMessage = (socket, message) => {
      const { streamSid } = message
      const say = (ms: number) => {
        const payload = Buffer.alloc(ms * 8, 0x2a).toString('base64')
        socket.send(JSON.stringify({ event: 'media', streamSid, media: { payload } }))
      }
      const mark = (name: string) => socket.send(JSON.stringify({ event: 'mark', streamSid, mark: { name } }))
      if (message.event === 'start') {
        say(400)
        mark('heard')
        say(60_000)
        mark('dropped')
        mark('dropped too')
      }
      if (message.event !== 'mark') return
      marks.push({ name: Object(message.mark).name, at: performance.now() })
      if (marks.length === 1) {
        cleared = performance.now()
        socket.send(JSON.stringify({ event: 'clear', streamSid }))
      }
      if (marks.length === 3) socket.close()
    }
    const began = performance.now()
    await twilio.call({ from: caller, to: ours, phone: phone() }).ended
    expect(marks.map(({ name }) => name)).toEqual(['heard', 'dropped', 'dropped too'])
    expect(marks[0]!.at - began).toBeGreaterThan(400)
    expect(marks[0]!.at - began).toBeLessThan(700)
    expect(marks[2]!.at - cleared).toBeLessThan(100)
  })

  test('Play fetches a WAV at another rate', async () => {
    const { app, twilio, phone } = await start()
    app.answer = ({ path }) => (path === '/voice' ? `<Response><Play>${app.url}/tone.wav</Play></Response>` : '')
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    await call.ended
    expect(framesOfTone(call.heard(), 1000)).toBe(50)
  })

  test('nobody listens: the connection is refused, tried again, and the call fails', async () => {
    const { twilio, phone } = await start()
    const number = [...twilio.accounts.values()][0]!.numbers[0]!
    number.voiceUrl = 'http://127.0.0.1:9/voice'
    number.statusCallback = ''
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    expect(await call.ended).toMatchObject({ status: 'failed' })
    expect(twilio.alerts[0]!.code).toBe(11205)
    expect(call.wire.filter(({ kind }) => kind === 'webhook').length).toBe(2)
  })

  test('an application that does not answer in time', async () => {
    const { app, twilio, phone, scope } = await start()
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    scope.defer(() => silent.closeAllConnections())
    scope.defer(() => void silent.close())
    const address = silent.address()
    const number = [...twilio.accounts.values()][0]!.numbers[0]!
    number.voiceUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/voice#rt=300`
    const call = twilio.call({ from: caller, to: ours, phone: phone() })
    expect(await call.ended).toMatchObject({ status: 'failed' })
    expect(twilio.alerts[0]).toMatchObject({ code: 11200, message: 'no read within 300 ms' })
    expect(app.seen.map(({ path }) => path)).toEqual(['/status'])
  })

  test('a media socket that is refused', async () => {
    const { app, twilio, phone } = await start()
    const refused = '<Response><Connect><Stream url="ws://127.0.0.1:9/media"/></Connect></Response>'
    app.answer = ({ path }) => (path === '/voice' ? refused : '')
    await twilio.call({ from: caller, to: ours, phone: phone() }).ended
    expect(twilio.alerts.map(({ code }) => code)).toEqual([31902])
  })

  // How fast and how cheaply is the benchmark's to say: here nothing may be lost, however busy the machine is.
  test('forty calls at once lose no frame', async () => {
    const { app, twilio, phone, scope } = await start({ keepWire: 'none' })
    app.answer = ({ path }) => (path === '/voice' ? streaming(app) : '')
    const voice = tone(440, 2000)
    const calls = Array.from({ length: 40 }, () =>
      twilio.call({ from: caller, to: ours, phone: phone((self) => self.sleep(3000).then(() => self.say(voice))) }),
    )
    await Promise.all(calls.map((call) => call.answered))
    const heard = () => calls.map((call) => framesOfTone(call.heard(), 440))
    for (let wait = 0; wait < 40 && heard().some((frames) => frames < 100); wait++) await realClock.sleep(500)
    expect(heard()).toEqual(calls.map(() => 100))
    for (const call of calls) expect(call.streams[0]!.count.dropped).toBe(0)
    await scope.close()
  })
})
