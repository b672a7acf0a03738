import { afterEach, describe, expect, test } from 'vitest'
import { benchOf, bodyOf, caller, ours } from '../carrier/suite.ts'
import type { FakeSocket } from '../fake-wire.ts'
import { l16 } from '../sound/codec.ts'
import { encodeMulaw } from '../sound/mulaw.ts'
import { framesOfTone, tone } from '../sound/tones.ts'
import { createExotel } from './simulator.ts'

const account = {
  accountSid: 'acme12m',
  apiKey: 'k1',
  apiToken: 't1',
  webhookSecret: 'path-secret-0123456789',
  flowId: '42',
}
const opened: { readonly scope: { close(): Promise<void> } }[] = []
afterEach(() => Promise.all(opened.splice(0).map(({ scope }) => scope.close())))

function bench() {
  const made = benchOf((options) => createExotel({ ...options, ...account }), { authorization: 'Basic azE6dDE=' })
  opened.push(made)
  made.simulator.point(ours, { voice: 'https://app.example/voice' })
  return made
}

const address = (url: string) => ({ body: Buffer.from(JSON.stringify({ url })) })
function say(socket: FakeSocket, sound: Uint8Array, bytes: number) {
  const { stream_sid } = socket.messages('start')[0]!
  for (let at = 0; at < sound.length; at += bytes)
    socket.send({
      event: 'media',
      stream_sid,
      media: { payload: Buffer.from(sound.subarray(at, at + bytes)).toString('base64') },
    })
}

describe('a call that comes in', () => {
  test('asks for the address of its stream, and speaks linear sound in messages of 100 ms', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = () => address('wss://app.example/m/1?sample-rate=16000&k=v')
    const call = simulator.call({ from: caller, to: ours, phone: phone((self) => self.say(tone(440, 400))) })
    await clock.advanceAsync(50)
    const asked = new URL(wire.requests[0]!.url)
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      ...{ key: account.webhookSecret, CallSid: call.ref, CallFrom: caller, CallTo: ours, Direction: 'incoming' },
    })
    const socket = wire.sockets[0]!
    expect(socket.messages('connected')).toHaveLength(1)
    expect(socket.messages('start')[0]).toMatchObject({
      start: {
        call_sid: call.ref,
        account_sid: 'acme12m',
        custom_parameters: { k: 'v' },
        media_format: { sample_rate: '16000' },
      },
    })
    const sound = l16(16_000).encode(encodeMulaw(tone(1000, 300)))
    say(socket, sound, 3200)
    socket.send({ event: 'mark', streamSid: socket.messages('start')[0]!['stream_sid'], mark: { name: 'a' } })
    await clock.advanceAsync(500)
    expect(framesOfTone(call.heard(), 1000)).toBeGreaterThanOrEqual(12)
    expect(socket.messages('mark')).toMatchObject([{ mark: { name: 'a' } }])
    const [first, second] = socket.messages('media').map(({ media }) => media as Record<string, string>)
    expect(Buffer.from(first!['payload']!, 'base64')).toHaveLength(3200)
    expect(Number(second!['timestamp']) - Number(first!['timestamp'])).toBe(100)
    // Not whole times 320, and too small.
    say(socket, sound.subarray(0, 6600), 3300)
    say(socket, sound.subarray(0, 640), 640)
    expect(call.streams[0]!.invalid).toBe(3)
    call.hangup()
    await clock.advanceAsync(50)
    expect(socket.messages('stop')).toMatchObject([{ stop: { reason: 'callended' } }])
  })

  test('credentials of the address become a header, a socket is tried twice, and its end is the end', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = () => address('wss://k1:t1@app.example/m/1')
    wire.refuse = 503
    const failed = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    expect(wire.sockets).toHaveLength(2)
    expect(wire.sockets[0]!.headers['authorization']).toBe('Basic azE6dDE=')
    expect(wire.sockets[0]!.url).not.toContain('t1@')
    expect(failed.over).toBe(true)
    wire.refuse = undefined
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    wire.sockets[2]!.close()
    await clock.advanceAsync(10)
    expect(call.status).toBe('completed')
  })

  test('fails without an address', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = () => ({ body: Buffer.from('{}') })
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    expect(call).toMatchObject({ status: 'failed', startTime: undefined })
  })
})

describe('a call that is placed', () => {
  const path = '/v1/Accounts/acme12m/Calls/connect.json'
  const order = (more: Readonly<Record<string, string>> = {}) =>
    new URLSearchParams({
      ...{
        From: caller,
        CallerId: ours,
        StreamUrl: 'wss://app.example/m/1?sample-rate=8000',
        StreamType: 'bidirectional',
      },
      ...{ StatusCallback: 'https://app.example/status', TimeOut: '5', CustomField: 'mine', ...more },
    }).toString()
  const told = { 'StatusCallbackEvents[0]': 'answered', 'StatusCallbackEvents[1]': 'terminal' }

  test.each([
    [{ type: 'busy', afterMs: 50 }, 'busy'],
    [{ type: 'unreachable', afterMs: 50 }, 'failed'],
    [{ type: 'no-answer' }, 'no-answer'],
  ] as const)('tells how %j ended', async (behaviour, status) => {
    const { clock, simulator, rest, events } = bench()
    simulator.onDial(() => behaviour)
    const { body } = await rest('POST', path, order(told))
    expect(body.Call.Status).toBe('in-progress')
    await clock.advanceAsync(12_000)
    expect(events()).toMatchObject([
      { CallSid: body.Call.Sid, EventType: 'terminal', Status: status, From: caller, CustomField: 'mine' },
    ])
  })

  test('is told of when it is answered and over, recorded, and priced', async () => {
    const { clock, wire, rest, events } = bench()
    const { body } = await rest(
      'POST',
      path,
      order({ ...told, Record: 'true', RecordingChannels: 'dual', StatusCallbackContentType: 'application/json' }),
    )
    await clock.advanceAsync(2000)
    expect(wire.sockets[0]!.messages('start')[0]).toMatchObject({
      start: { custom_parameters: { CustomField: 'mine' } },
    })
    wire.sockets[0]!.close()
    await clock.advanceAsync(3000)
    expect(events().map(({ EventType }) => EventType)).toEqual(['answered', 'terminal'])
    const { RecordingUrl } = events()[1]
    expect((await rest('GET', new URL(RecordingUrl).pathname)).status).toBe(200)
    expect((await rest('GET', new URL(RecordingUrl).pathname, undefined, { authorization: '' })).status).toBe(401)
    const details = await rest('GET', `/v1/Accounts/acme12m/Calls/${body.Call.Sid}.json`)
    expect(details.body.Call).toMatchObject({ Status: 'completed', Price: 0.6 })
    expect((await rest('GET', `/v1/Accounts/acme12m/Calls/${body.Call.Sid}`)).body).toContain('<TwilioResponse>')
  })

  test('without a list of events only its end is told, namelessly', async () => {
    const { clock, simulator, rest, wire } = bench()
    simulator.onDial(() => ({ type: 'busy', afterMs: 50 }))
    await rest('POST', path, order())
    await clock.advanceAsync(2000)
    expect(wire.requests.map(bodyOf)).toEqual([expect.not.objectContaining({ EventType: expect.anything() })])
  })

  test('is refused without credentials, ExoPhone, or a good address', async () => {
    const { rest } = bench()
    expect((await rest('POST', path, order(), { authorization: 'Basic eDp5' })).status).toBe(401)
    expect((await rest('POST', path, order({ CallerId: '+15550000000' }))).body.RestException).toMatchObject({
      Status: 400,
    })
    expect((await rest('POST', path, order({ Url: 'http://my.exotel.com/x' }))).status).toBe(400)
    expect((await rest('POST', path, order({ StreamUrl: 'https://app.example' }))).status).toBe(400)
    expect((await rest('POST', path, order({ 'StatusCallbackEvents[0]': 'never' }))).status).toBe(400)
  })
})

test('ExoPhones are found, bought and pointed', async () => {
  const { rest } = bench()
  const at = '/v2_beta/Accounts/acme12m'
  const found = await rest('GET', `${at}/AvailablePhoneNumbers/IN/Landline`)
  const { phone_number: number } = found.body[0]
  const bought = await rest('POST', `${at}/IncomingPhoneNumbers`, { PhoneNumber: number })
  expect(bought.body).toMatchObject({ phone_number: number, currency: 'INR' })
  expect((await rest('POST', `${at}/IncomingPhoneNumbers`, { PhoneNumber: number })).status).toBe(409)
  const pointed = await rest('PUT', `${at}/IncomingPhoneNumbers/${bought.body.sid}`, {
    VoiceUrl: 'http://my.exotel.com/x',
  })
  expect(pointed.body.voice_url).toBe('http://my.exotel.com/x')
})
