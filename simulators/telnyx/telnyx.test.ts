import { createPublicKey, verify } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { benchOf, bodyOf, caller, ours } from '../carrier/suite.ts'
import type { FakeSocket } from '../fake-wire.ts'
import { l16, pcma } from '../sound/codec.ts'
import { encodeMulaw } from '../sound/mulaw.ts'
import { framesOfTone, tone, toneShare } from '../sound/tones.ts'
import { createTelnyx, type TelnyxOptions } from './simulator.ts'
import { publicKeyOf, signingKey } from './world.ts'

const connectionId = '1494404757140276705'
const webhook = 'https://app.example/telnyx'
const opened: { readonly scope: { close(): Promise<void> } }[] = []
afterEach(() => Promise.all(opened.splice(0).map(({ scope }) => scope.close())))

function bench(more: Partial<TelnyxOptions> = {}) {
  const made = benchOf((options) => createTelnyx({ ...options, apiKey: 'KEY1', connectionId, ...more }), {
    authorization: 'Bearer KEY1',
  })
  opened.push(made)
  made.simulator.point(ours, { voice: webhook })
  const act = (ref: string, name: string, body: unknown = {}) =>
    made.rest('POST', `/v2/calls/${encodeURIComponent(ref)}/actions/${name}`, body)
  const told = () => made.events().map(({ data }) => `${data.event_type}`)
  const payload = (type: string) => made.events().find(({ data }) => data.event_type === type)?.data.payload
  return { ...made, act, told, payload }
}

const stream = { stream_url: 'wss://app.example/media/t1', stream_bidirectional_mode: 'rtp' }
const mediaOf = (socket: FakeSocket) => socket.messages('media').map(({ media }) => media as Record<string, string>)
const sent = (sound: Int16Array) => ({
  event: 'media',
  media: { payload: Buffer.from(encodeMulaw(sound)).toString('base64') },
})

describe('a call that comes in', () => {
  test('is parked with a signed event, answered by a command, and streams both ways', async () => {
    const { clock, wire, simulator, phone, act, told } = bench()
    const call = simulator.call({ from: caller, to: ours, phone: phone((self) => self.say(tone(440, 300))) })
    await clock.advanceAsync(50)
    const asked = wire.requests[0]!
    expect(asked).toMatchObject({ method: 'POST', url: webhook, headers: { 'user-agent': 'telnyx-webhooks' } })
    expect(bodyOf(asked)).toMatchObject({
      data: {
        event_type: 'call.initiated',
        payload: { call_control_id: call.ref, direction: 'incoming', state: 'parked', from: caller, to: ours },
      },
      meta: { attempt: 1, delivered_to: webhook },
    })
    expect(call.status).toBe('ringing')

    expect(await act(call.ref, 'answer', stream)).toMatchObject({ status: 200, body: { data: { result: 'ok' } } })
    await clock.advanceAsync(20)
    const socket = wire.sockets[0]!
    socket.send(sent(tone(1000, 200)))
    socket.send({ event: 'mark', mark: { name: 'said' } })
    await clock.advanceAsync(150)
    expect(socket.messages('mark')).toEqual([])
    await clock.advanceAsync(400)
    expect(socket.messages('connected')).toHaveLength(1)
    expect(socket.messages('start')[0]).toMatchObject({
      start: { call_control_id: call.ref, media_format: { encoding: 'PCMU', sample_rate: 8000, channels: 1 } },
    })
    expect(mediaOf(socket)[0]).toMatchObject({ track: 'inbound', chunk: '1' })
    expect(socket.messages('mark')).toMatchObject([{ mark: { name: 'said' } }])
    expect(toneShare(call.heard().subarray(320, 1600), 1000)).toBeGreaterThan(0.9)
    call.hangup()
    await clock.advanceAsync(3000)
    expect(socket.messages('stop')).toHaveLength(1)
    expect(told()).toEqual([
      'call.initiated', 'call.answered', 'streaming.started', 'streaming.stopped', 'call.hangup', 'call.cost',
    ]) // prettier-ignore
  })

  test('signs timestamp and body as the public key says', async () => {
    const { clock, wire, simulator, phone } = bench()
    simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(10)
    const { headers, body } = wire.requests[0]!
    const raw = Buffer.from(publicKeyOf(signingKey('KEY1')), 'base64')
    const head = Buffer.from('302a300506032b6570032100', 'hex')
    const key = createPublicKey({ key: Buffer.concat([head, raw]), format: 'der', type: 'spki' })
    const message = Buffer.from(`${headers['telnyx-timestamp']}|${body}`)
    expect(verify(null, message, key, Buffer.from(headers['telnyx-signature-ed25519']!, 'base64'))).toBe(true)
  })

  test('is dropped when no command comes', async () => {
    const { clock, simulator, phone } = bench({ firstCommandMs: 5000 })
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(4900)
    expect(call.over).toBe(false)
    await clock.advanceAsync(200)
    expect(call.status).toBe('failed')
  })

  test('events are tried three times, then at the failover address; a refusal is final', async () => {
    const { clock, wire, simulator, phone, rest } = bench()
    await rest('PATCH', `/v2/call_control_applications/${connectionId}`, {
      ...{ application_name: 'a', webhook_event_url: webhook, webhook_event_failover_url: 'https://app.example/late' },
    })
    wire.answer = ({ url }) => ({ status: url === webhook ? 503 : 200 })
    simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(500)
    expect(wire.requests.map(({ url }) => url)).toEqual([webhook, webhook, webhook, 'https://app.example/late'])
    expect(wire.requests.map((request) => bodyOf(request).meta.attempt)).toEqual([1, 2, 3, 1])
    wire.answer = () => ({ status: 403 })
    simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(500)
    expect(wire.requests).toHaveLength(6)
  })

  test.each([
    ['PCMA', pcma, { stream_codec: 'PCMA', stream_bidirectional_codec: 'PCMA' }],
    [
      'L16',
      l16(16_000),
      { stream_codec: 'L16', stream_bidirectional_codec: 'L16', stream_bidirectional_sampling_rate: 16_000 },
    ],
  ] as const)('speaks %s when asked to', async (name, codec, asked) => {
    const { clock, wire, simulator, phone, act } = bench()
    const call = simulator.call({ from: caller, to: ours, phone: phone((self) => self.say(tone(440, 400))) })
    await clock.advanceAsync(10)
    await act(call.ref, 'answer', { ...stream, ...asked })
    await clock.advanceAsync(20)
    const socket = wire.sockets[0]!
    const bytes = codec.encode(encodeMulaw(tone(700, 200)))
    socket.send({ event: 'media', media: { payload: Buffer.from(bytes).toString('base64') } })
    await clock.advanceAsync(400)
    expect(socket.messages('start')[0]).toMatchObject({ start: { media_format: { encoding: name } } })
    expect(Buffer.from(mediaOf(socket)[2]!['payload']!, 'base64')).toHaveLength(codec.frame)
    expect(toneShare(call.heard().subarray(480, 1600), 700)).toBeGreaterThan(0.9)
  })

  test('without rtp the frames of the application are dropped; wrong ones are answered with errors', async () => {
    const { clock, wire, simulator, phone, act } = bench()
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(10)
    await act(call.ref, 'answer', { stream_url: stream.stream_url })
    await clock.advanceAsync(20)
    const socket = wire.sockets[0]!
    socket.send(sent(tone(700, 200)))
    socket.send('nonsense')
    socket.send({ event: 'media', media: { payload: '***' } })
    await clock.advanceAsync(300)
    expect(toneShare(call.heard(), 700)).toBe(0)
    expect(socket.messages('error').map(({ payload }) => (payload as { code: number }).code)).toEqual([
      100_003, 100_004,
    ])
  })
})

test('commands are refused as Telnyx refuses them', async () => {
  const { clock, simulator, phone, act, rest } = bench()
  const call = simulator.call({ from: caller, to: ours, phone: phone() })
  await clock.advanceAsync(10)
  const code = async (reply: ReturnType<typeof act>) => {
    const { status, body } = await reply
    return `${status} ${body.errors?.[0].code}`
  }
  expect(await code(act(call.ref, 'speak', { payload: 'a', voice: 'female' }))).toBe('422 90034')
  expect(await code(act(call.ref, 'answer', { client_state: 'not base64!' }))).toBe('422 10015')
  expect(await code(act(call.ref, 'answer', { stream_url: 'https://app.example' }))).toBe('422 10015')
  expect(await code(act('v3:unknown', 'hangup'))).toBe('404 90015')
  expect(await code(rest('POST', '/v2/calls', {}, { authorization: 'Bearer wrong' }))).toBe('401 10009')
  expect((await act(call.ref, 'answer', { command_id: 'once' })).status).toBe(200)
  expect((await act(call.ref, 'answer', { command_id: 'once' })).status).toBe(200)
  expect(await code(act(call.ref, 'answer', { command_id: 'twice' }))).toBe('422 90033')
  expect((await act(call.ref, 'hangup')).status).toBe(200)
  expect(await code(act(call.ref, 'hangup'))).toBe('422 90018')
  const order = { connection_id: connectionId, to: caller, from: ours }
  expect(await code(rest('POST', '/v2/calls', { ...order, from: caller, to: ours }))).toBe('403 D35')
  expect(await code(rest('POST', '/v2/calls', { ...order, to: '5551230001' }))).toBe('422 10016')
  expect(await code(rest('POST', '/v2/calls', { ...order, connection_id: '1' }))).toBe('422 10015')
})

describe('a call that is placed', () => {
  const order = { connection_id: connectionId, to: caller, from: ours, timeout_secs: 10, client_state: 'YWJj' }

  test.each([
    [{ type: 'busy', afterMs: 100 }, 'user_busy', '486'],
    [{ type: 'reject', afterMs: 100 }, 'call_rejected', '603'],
    [{ type: 'unreachable', afterMs: 100 }, 'not_found', '404'],
    [{ type: 'no-answer' }, 'timeout', '487'],
  ] as const)('tells how %j ended', async (behaviour, cause, sip) => {
    const { clock, simulator, rest, told, payload } = bench()
    simulator.onDial(() => behaviour)
    const { status, body } = await rest('POST', '/v2/calls', order)
    expect(status).toBe(200)
    await clock.advanceAsync(15_000)
    expect(told().slice(0, 2)).toEqual(['call.initiated', 'call.hangup'])
    expect(payload('call.initiated')).toMatchObject({ direction: 'outgoing', client_state: 'YWJj', state: 'bridging' })
    expect(payload('call.hangup')).toMatchObject({ hangup_cause: cause, sip_hangup_cause: sip })
    expect(payload('call.hangup').call_control_id).toBe(body.data.call_control_id)
  })

  test.each([
    [
      'premium',
      'call.machine.premium.detection.ended',
      'machine',
      'call.machine.premium.greeting.ended',
      'beep_detected',
    ],
    ['greeting_end', 'call.machine.detection.ended', 'machine', 'call.machine.greeting.ended', 'beep_detected'],
  ] as const)(
    'finds a machine with %s, and leaves a message after the beep',
    async (mode, first, result, then, beep) => {
      const { clock, simulator, rest, act, told, payload } = bench()
      simulator.onDial(() => ({ type: 'machine', greeting: tone(440, 3000), afterMs: 100 }))
      const { body } = await rest('POST', '/v2/calls', { ...order, answering_machine_detection: mode })
      await clock.advanceAsync(6000)
      expect(payload(first)).toMatchObject({ result })
      expect(payload(then)).toMatchObject({ result: beep })
      await act(body.data.call_control_id, 'speak', { payload: 'Please call back.', voice: 'female' })
      await clock.advanceAsync(3000)
      expect(told().slice(-2)).toEqual(['call.speak.started', 'call.speak.ended'])
      expect(payload('call.speak.ended')).toMatchObject({ status: 'completed' })
    },
  )

  test('finds a person', async () => {
    const { clock, rest, payload } = bench()
    await rest('POST', '/v2/calls', { ...order, answering_machine_detection: 'premium' })
    await clock.advanceAsync(4000)
    expect(payload('call.machine.premium.detection.ended')).toMatchObject({ result: 'human_residence' })
  })
})

test('a transfer rings beside the call, joins the two, and a party that does not answer changes nothing', async () => {
  const { clock, simulator, phone, act, told } = bench()
  const call = simulator.call({ from: caller, to: ours, phone: phone() })
  await clock.advanceAsync(10)
  await act(call.ref, 'answer')
  simulator.onDial(() => ({ type: 'busy', afterMs: 50 }))
  await act(call.ref, 'transfer', { to: '+15551239999' })
  await clock.advanceAsync(500)
  expect(call.status).toBe('in-progress')
  const colleague = phone((self) => self.say(tone(620, 400)))
  simulator.onDial(() => ({ type: 'answer', phone: colleague, afterMs: 50 }))
  await act(call.ref, 'transfer', { to: '+15551239999' })
  await clock.advanceAsync(800)
  expect(told().filter((type) => type === 'call.bridged')).toHaveLength(2)
  expect(framesOfTone(call.heard(), 620)).toBeGreaterThan(15)
  colleague.hangup()
  await clock.advanceAsync(100)
  expect(call.status).toBe('completed')
})

test('a recording is saved when it stops, and fetched from an address that expires', async () => {
  const { clock, simulator, phone, act, rest, payload } = bench()
  const call = simulator.call({ from: caller, to: ours, phone: phone() })
  await clock.advanceAsync(10)
  await act(call.ref, 'answer')
  expect((await act(call.ref, 'record_start', {})).status).toBe(422)
  await act(call.ref, 'record_start', { channels: 'dual', format: 'wav' })
  await clock.advanceAsync(1000)
  await act(call.ref, 'record_stop')
  await clock.advanceAsync(50)
  const saved = payload('call.recording.saved')
  expect(saved).toMatchObject({ channels: 'dual' })
  const path = new URL(saved.recording_urls.wav).pathname + new URL(saved.recording_urls.wav).search
  expect(await rest('GET', path, undefined, { authorization: '' })).toMatchObject({ status: 200 })
  await clock.advanceAsync(601_000)
  expect(await rest('GET', path)).toMatchObject({ status: 403 })
  const listed = await rest('GET', `/v2/recordings?filter[call_leg_id]=${saved.call_leg_id}`)
  expect(listed.body.data).toHaveLength(1)
})

test('numbers are searched, bought, assigned and released', async () => {
  const { rest } = bench()
  const found = await rest(
    'GET',
    '/v2/available_phone_numbers?filter[country_code]=US&filter[national_destination_code]=212',
  )
  const number: string = found.body.data[0].phone_number
  expect(number).toMatch(/^\+1212/)
  expect((await rest('GET', '/v2/available_phone_numbers?filter[phone_number][country_code]=US')).status).toBe(400)
  expect(
    (await rest('POST', '/v2/number_orders', { phone_numbers: [{ phone_number: number }] })).body.data.status,
  ).toBe('pending')
  const listed = await rest('GET', `/v2/phone_numbers?filter[phone_number]=${encodeURIComponent(number)}`)
  const { id } = listed.body.data[0]
  expect(
    (await rest('PATCH', `/v2/phone_numbers/${id}`, { connection_id: connectionId })).body.data.connection_id,
  ).toBe(connectionId)
  expect((await rest('DELETE', `/v2/phone_numbers/${id}`)).status).toBe(200)
  expect(
    (await rest('PATCH', `/v2/call_control_applications/${connectionId}`, { webhook_event_url: 'https://x.example' }))
      .status,
  ).toBe(422)
})
