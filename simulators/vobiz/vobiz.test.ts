import { afterEach, expect, test } from 'vitest'
import { benchOf, caller, ours } from '../carrier/suite.ts'
import { encodeMulaw } from '../sound/mulaw.ts'
import { framesOfTone, tone } from '../sound/tones.ts'
import { signaturesOf } from './signature.ts'
import { createVobiz } from './simulator.ts'

const opened: { readonly scope: { close(): Promise<void> } }[] = []
afterEach(() => Promise.all(opened.splice(0).map(({ scope }) => scope.close())))

function bench() {
  const account = { authId: 'MA_TEST', authToken: 'token' }
  const made = benchOf((options) => createVobiz({ ...options, ...account }), {
    ...{ 'x-auth-id': 'MA_TEST', 'x-auth-token': 'token' },
  })
  opened.push(made)
  made.simulator.point(ours, { voice: 'https://app.example/answer?ctx=1', status: 'https://app.example/hangup' })
  return made
}

const streaming = `<Response><Stream bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000">wss://app.example/m/1</Stream></Response>`
const playAudio = (sound: Int16Array) => ({
  event: 'playAudio',
  media: {
    contentType: 'audio/x-mulaw',
    sampleRate: 8000,
    payload: Buffer.from(encodeMulaw(sound)).toString('base64'),
  },
})

test('signatures are those of the documents', () => {
  const url = 'https://voice.example.com/telephony/vobiz/answer?ctx=42'
  expect(signaturesOf('vobiz_test_token_0123456789abcdef', url, '41937150428065173924')).toEqual({
    v2: 'ErWOKo66E/cPmCSTt9SDUT4EAgRRc0kId5gO4gtRT8I=',
    v3: '0ck2Oh71fftebWdUhoCWWPlXA1I31UP4r+gj/SZQtms=',
  })
})

test('a call comes in, is streamed, and what comes while the queue is cleared is lost', async () => {
  const { clock, wire, simulator, phone, events } = bench()
  wire.answer = ({ url }) => (url.includes('/answer') ? streaming : { status: 200 })
  const call = simulator.call({ from: caller, to: ours, phone: phone() })
  await clock.advanceAsync(50)
  const asked = wire.requests[0]!
  const nonce = asked.headers['x-vobiz-signature-v3-nonce']!
  expect(nonce).toMatch(/^\d{20}$/)
  expect(asked.headers['x-vobiz-signature-v3']).toBe(signaturesOf('token', asked.url, nonce).v3)
  expect(events()[0]).toMatchObject({
    CallUUID: call.ref,
    Event: 'StartApp',
    CallStatus: 'ringing',
    ParentAuthID: 'MA_TEST',
  })
  const socket = wire.sockets[0]!
  expect(socket.messages('start')).toMatchObject([{ start: { accountId: '500025' }, extra_headers: '{}' }])
  socket.send(playAudio(tone(700, 2000)))
  socket.send({ event: 'checkpoint', name: 'lost' })
  await clock.advanceAsync(200)
  socket.send({ event: 'clearAudio' })
  socket.send(playAudio(tone(1000, 200)))
  expect(socket.messages('clearedAudio')).toEqual([])
  await clock.advanceAsync(100)
  expect(socket.messages('clearedAudio')).toHaveLength(1)
  socket.send(playAudio(tone(620, 200)))
  socket.send({ event: 'checkpoint', name: 'heard' })
  await clock.advanceAsync(400)
  expect(socket.messages('playedStream').map(({ name }) => name)).toEqual(['heard'])
  expect(framesOfTone(call.heard(), 1000)).toBe(0)
  expect(framesOfTone(call.heard(), 620)).toBeGreaterThanOrEqual(9)
  socket.send({ event: 'stop' })
  await clock.advanceAsync(100)
  expect(events().at(-1)).toMatchObject({ Event: 'Hangup', HangupCauseCode: '4010', CallStatus: 'completed' })
})

test('GetDigits is no word of Vobiz, and 24 kHz no encoding of its streams', async () => {
  for (const [xml] of [
    ['<Response><GetDigits/></Response>'],
    [streaming.replace('x-mulaw;rate=8000', 'x-l16;rate=24000')],
  ]) {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = () => xml!
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(100)
    expect(call.status).toBe('failed')
    expect(simulator.alerts[0]).toMatchObject({ code: 8011 })
  }
})

test('REST wants its own headers, exact paths, and tells of ended calls by their record', async () => {
  const { clock, simulator, rest } = bench()
  simulator.onDial(() => ({ type: 'busy', afterMs: 50 }))
  const order = { from: ours, to: caller, answer_url: 'https://app.example/answer', answer_method: 'POST' }
  const { status, body } = await rest('POST', '/api/v1/Account/MA_TEST/Call/', order)
  expect([status, typeof body.request_uuid]).toEqual([200, 'string'])
  expect((await rest('POST', '/api/v1/account/MA_TEST/Call/', order)).status).toBe(401)
  expect((await rest('POST', '/api/v1/Account/MA_TEST/Call/', order, { 'x-auth-token': 'no' })).status).toBe(401)
  expect((await rest('GET', `/api/v1/Account/MA_TEST/cdr/${body.request_uuid}`)).status).toBe(404)
  await clock.advanceAsync(5000)
  const found = await rest('GET', `/api/v1/Account/MA_TEST/cdr/${body.request_uuid}`)
  expect(found.body.data).toMatchObject({ hangup_cause: 'USER_BUSY', hangup_cause_code: 3010, currency: 'INR' })
  expect((await rest('DELETE', `/api/v1/Account/MA_TEST/Call/${body.request_uuid}`)).status).toBe(404)
  expect((await rest('GET', '/api/v1/auth/me')).status).toBe(200)
})

test('numbers are bought, attached and released', async () => {
  const { rest } = bench()
  const at = '/api/v1/Account/MA_TEST'
  const { body } = await rest('GET', `${at}/inventory/numbers?country=IN`)
  const number: string = body.items[0].e164
  expect((await rest('POST', `${at}/numbers/purchase-from-inventory`, { e164: number, currency: 'INR' })).status).toBe(
    200,
  )
  const made = await rest('POST', `${at}/Application/`, {
    app_name: 'a_1',
    answer_url: 'https://x.example',
    answer_method: 'POST',
  })
  const path = `${at}/numbers/${encodeURIComponent(number)}`
  expect((await rest('POST', `${path}/application`, { application_id: made.body.app_id })).body.application_id).toBe(
    made.body.app_id,
  )
  expect((await rest('DELETE', `${at}/Application/${made.body.app_id}/`)).status).toBe(409)
  expect((await rest('DELETE', path)).status).toBe(204)
})
