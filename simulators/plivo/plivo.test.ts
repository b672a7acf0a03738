import { afterEach, describe, expect, test } from 'vitest'
import { benchOf, caller, ours } from '../carrier/suite.ts'
import { l16 } from '../sound/codec.ts'
import { encodeMulaw } from '../sound/mulaw.ts'
import { framesOfTone, tone } from '../sound/tones.ts'
import { baseString, signatureV3 } from './signature.ts'
import { createPlivo } from './simulator.ts'

const opened: { readonly scope: { close(): Promise<void> } }[] = []
afterEach(() => Promise.all(opened.splice(0).map(({ scope }) => scope.close())))

const account = { authId: 'MAXXXXXXXXXXXXXXXXXX', authToken: 'token' }
const at = `/v1/Account/${account.authId}`

function bench() {
  const basic = Buffer.from(`${account.authId}:${account.authToken}`).toString('base64')
  const made = benchOf((options) => createPlivo({ ...options, ...account }), { authorization: `Basic ${basic}` })
  opened.push(made)
  made.simulator.point(ours, { voice: 'https://app.example/answer', status: 'https://app.example/hangup' })
  return made
}

const streaming = (attributes = 'contentType="audio/x-mulaw;rate=8000"') =>
  `<Response><Stream bidirectional="true" keepCallAlive="true" ${attributes}>wss://app.example/m/1</Stream></Response>`
const play = (sound: Uint8Array, contentType = 'audio/x-mulaw', sampleRate: number | string = 8000) => ({
  event: 'playAudio',
  media: { contentType, sampleRate, payload: Buffer.from(sound).toString('base64') },
})

describe('a call that comes in', () => {
  test('asks with a signed form, without plus, and streams both ways', async () => {
    const { clock, wire, simulator, phone, events } = bench()
    wire.answer = ({ url }) => (url.endsWith('/answer') ? streaming() : { status: 200 })
    const call = simulator.call({ from: caller, to: ours, phone: phone((self) => self.say(tone(440, 300))) })
    await clock.advanceAsync(50)
    const asked = wire.requests[0]!
    const nonce = asked.headers['x-plivo-signature-v3-nonce']!
    const fields = new Map(new URLSearchParams(asked.body))
    expect(asked.headers['x-plivo-signature-v3']).toBe(
      signatureV3('token', baseString('POST', asked.url, fields, nonce)),
    )
    expect(events()[0]).toMatchObject({ CallUUID: call.ref, From: '15551230001', To: '15551230002', Event: 'StartApp' })
    const socket = wire.sockets[0]!
    const signed = baseString('GET', socket.url, new Map(), socket.headers['x-plivo-signature-v3-nonce']!)
    expect(socket.headers['x-plivo-signature-v3']).toBe(signatureV3('token', signed))
    expect(JSON.parse(socket.received[0]!)).toMatchObject({
      event: 'start',
      start: { callId: call.ref, tracks: ['inbound'] },
    })
    socket.send(play(encodeMulaw(tone(1000, 200))))
    socket.send({ event: 'checkpoint', name: 'a' })
    await clock.advanceAsync(300)
    expect(socket.messages('playedStream')).toMatchObject([{ name: 'a' }])
    socket.send(play(encodeMulaw(tone(700, 1000))))
    socket.send({ event: 'checkpoint', name: 'never' })
    socket.send({ event: 'clearAudio' })
    await clock.advanceAsync(100)
    expect(socket.messages('clearedAudio')).toHaveLength(1)
    expect(socket.messages('playedStream')).toHaveLength(1)
    expect(framesOfTone(call.heard(), 1000)).toBeGreaterThanOrEqual(9)
    await call.phone.press('5')
    socket.send({ event: 'sendDTMF', dtmf: '12#' })
    expect(socket.messages('dtmf')).toMatchObject([{ dtmf: { digit: '5' } }])
    expect(call.sentDigits).toBe('12#')
    call.hangup()
    await clock.advanceAsync(100)
    expect(events().at(-1)).toMatchObject({
      ...{ Event: 'Hangup', CallStatus: 'completed', HangupCauseCode: '4000', HangupSource: 'Caller' },
    })
  })

  test('speaks L16 at 16 kHz when asked to, and refuses another encoding on the same stream', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = () => streaming('contentType="audio/x-l16;rate=16000"')
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    const socket = wire.sockets[0]!
    socket.send(play(l16(16_000).encode(encodeMulaw(tone(700, 200))), 'audio/x-l16', '16000'))
    socket.send(play(encodeMulaw(tone(1000, 200))))
    await clock.advanceAsync(400)
    expect(framesOfTone(call.heard(), 700)).toBeGreaterThanOrEqual(8)
    expect(framesOfTone(call.heard(), 1000)).toBe(0)
    expect(call.streams[0]!.invalid).toBe(1)
  })

  test.each([
    ['JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') }, 8011],
    ['a word of another carrier', '<Response><Say>Hello</Say></Response>', 8011],
    ['a bidirectional stream of both tracks', streaming('audioTrack="both"'), 8011],
    ['no answer', { status: 500 }, 7011],
  ])('%s ends it', async (_, answer, code) => {
    const { clock, wire, simulator, phone, events } = bench()
    wire.answer = ({ url }) => (url.endsWith('/answer') ? answer : { status: 200 })
    simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(500)
    expect(events().at(-1)).toMatchObject({ Event: 'Hangup', HangupCauseCode: String(code) })
  })

  test('a socket that cannot be opened is tried three times', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = ({ url }) => (url.endsWith('/answer') ? streaming() : { status: 200 })
    wire.refuse = 503
    simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(500)
    expect(wire.sockets).toHaveLength(3)
  })

  test('is rejected before it is answered', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = () => '<Response><Hangup reason="busy"/></Response>'
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    expect(call).toMatchObject({ status: 'busy', startTime: undefined })
  })
})

describe('a call that is placed', () => {
  const order = {
    ...{ from: '15551230002', to: '15551230001', answer_url: 'https://app.example/answer', answer_method: 'POST' },
    ...{ hangup_url: 'https://app.example/over', ring_url: 'https://app.example/ring', ring_timeout: 5 },
  }

  test.each([
    [{ type: 'busy', afterMs: 100 }, 'busy', '3010'],
    [{ type: 'unreachable', afterMs: 100 }, 'failed', '3050'],
    [{ type: 'no-answer' }, 'timeout', '6010'],
  ] as const)('tells how %j ended', async (behaviour, status, code) => {
    const { clock, simulator, rest, events } = bench()
    simulator.onDial(() => behaviour)
    const reply = await rest('POST', `${at}/Call/`, order)
    expect(reply).toMatchObject({ status: 201, body: { message: 'call fired' } })
    await clock.advanceAsync(8000)
    expect(events().map(({ Event }) => Event)).toEqual(['Ring', 'Hangup'])
    expect(events().at(-1)).toMatchObject({
      CallStatus: status,
      HangupCauseCode: code,
      RequestUUID: reply.body.request_uuid,
    })
  })

  test('waits for the beep of a machine, and leaves its message', async () => {
    const { clock, wire, simulator, rest, events } = bench()
    simulator.onDial(() => ({ type: 'machine', greeting: tone(440, 3000), afterMs: 100 }))
    wire.answer = ({ url }) =>
      url.endsWith('/drop') ? '<Response><Wait length="30" beep="true"/><Speak>Call back</Speak><Hangup/></Response>'
        : url.endsWith('/answer') ? '<Response><Wait length="60"/></Response>' : { status: 200 } // prettier-ignore
    const amd = { machine_detection: 'true', machine_detection_url: 'https://app.example/amd' }
    const { body } = await rest('POST', `${at}/Call/`, { ...order, ...amd })
    await clock.advanceAsync(3000)
    expect(events().find(({ Event }) => Event === 'MachineDetection')).toMatchObject({
      Machine: 'true',
      IfMachine: 'continue',
    })
    const moved = await rest('POST', `${at}/Call/${body.request_uuid}/`, {
      legs: 'aleg',
      aleg_url: 'https://app.example/drop',
    })
    expect(moved).toMatchObject({ status: 202, body: { message: 'call transfered' } })
    await clock.advanceAsync(4000)
    const call = [...simulator.calls.values()][0]!
    expect(framesOfTone(call.heard(), 620)).toBeGreaterThan(20)
    expect(framesOfTone(call.heard().subarray(0, 8 * 3300), 620)).toBe(0)
    expect(call.status).toBe('completed')
  })

  test('is refused without slash, credentials, number or address', async () => {
    const { rest } = bench()
    expect((await rest('POST', `${at}/Call`, order)).status).toBe(404)
    expect((await rest('POST', `${at}/Call/`, order, { authorization: 'Basic eDp5' })).status).toBe(401)
    expect((await rest('POST', `${at}/Call/`, { ...order, from: '15550000000' })).status).toBe(400)
    expect((await rest('POST', `${at}/Call/`, { ...order, answer_url: undefined })).body.error).toContain('answer_url')
    expect((await rest('DELETE', `${at}/Call/unknown/`)).status).toBe(404)
  })
})

test('a running call is recorded for a minute, and plays keys', async () => {
  const { clock, wire, simulator, phone, rest, events } = bench()
  wire.answer = ({ url }) => (url.endsWith('/answer') ? '<Response><Wait length="200"/></Response>' : { status: 200 })
  const call = simulator.call({ from: caller, to: ours, phone: phone() })
  await clock.advanceAsync(100)
  const path = `${at}/Call/${call.ref}`
  const { status, body } = await rest('POST', `${path}/Record/`, { callback_url: 'https://app.example/rec' })
  expect(status).toBe(202)
  expect((await rest('POST', `${path}/DTMF/`, { digits: '42#' })).status).toBe(202)
  await clock.advanceAsync(61_000)
  expect(call.sentDigits).toBe('42#')
  expect(events().at(-1)).toMatchObject({
    recording_id: body.recording_id,
    recording_duration: '60',
    call_uuid: call.ref,
  })
  expect((await rest('GET', new URL(body.url).pathname)).status).toBe(200)
  expect((await rest('GET', `${path}/?status=live`)).body).toMatchObject({ call_status: 'in-progress' })
  expect((await rest('DELETE', `${path}/`)).status).toBe(204)
  expect((await rest('DELETE', `${path}/`)).status).toBe(404)
  await clock.advanceAsync(3000)
  expect((await rest('GET', `${path}/`)).body).toMatchObject({ total_amount: '0.01100', call_duration: 61 })
})

test('numbers are searched, bought, attached and released', async () => {
  const { rest } = bench()
  const found = await rest('GET', `${at}/PhoneNumber/?country_iso=US&pattern=212`)
  const { number } = found.body.objects[0]
  const app = await rest('POST', `${at}/Application/`, { app_name: 'x', answer_url: 'https://x.example' })
  expect((await rest('POST', `${at}/PhoneNumber/${number}/`, { app_id: app.body.app_id })).body.status).toBe(
    'fulfilled',
  )
  const listed = await rest('GET', `${at}/Number/`)
  expect(listed.body.objects.map((one: { number: string }) => one.number)).toContain(number)
  expect((await rest('POST', `${at}/Number/${number}/`, { app_id: 'none' })).status).toBe(400)
  expect((await rest('DELETE', `${at}/Number/${number}/`)).status).toBe(204)
})
