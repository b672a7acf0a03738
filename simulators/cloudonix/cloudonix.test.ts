import { afterEach, describe, expect, test } from 'vitest'
import { benchOf, bodyOf, caller, ours } from '../carrier/suite.ts'
import type { FakeSocket } from '../fake-wire.ts'
import { encodeMulaw } from '../sound/mulaw.ts'
import { framesOfTone, tone } from '../sound/tones.ts'
import { createCloudonix } from './simulator.ts'

const account = { domain: 'acme.cloudonix.net', apiKey: 'XI-key', requestsKey: 'requests-key-0123456789' }
const opened: { readonly scope: { close(): Promise<void> } }[] = []
afterEach(() => Promise.all(opened.splice(0).map(({ scope }) => scope.close())))

function bench() {
  const made = benchOf((options) => createCloudonix({ ...options, ...account }), { authorization: 'Bearer XI-key' })
  opened.push(made)
  made.simulator.point(ours, { voice: 'https://app.example/voice', status: 'https://app.example/status' })
  return made
}

const streaming =
  '<Response><Connect><Stream url="wss://app.example/m/1"><Parameter name="k" value="v"/></Stream></Connect></Response>'
const xml = (body: string) => ({ headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) })
function say(socket: FakeSocket, sound: Int16Array, bytes = 160) {
  const { streamSid } = socket.messages('start')[0]!
  const whole = encodeMulaw(sound)
  for (let at = 0; at < whole.length; at += bytes)
    socket.send({
      event: 'media',
      streamSid,
      media: { payload: Buffer.from(whole.subarray(at, at + bytes)).toString('base64') },
    })
}

describe('a call that comes in', () => {
  test('shows its key, and streams with the token of its session', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = ({ url }) => (url.endsWith('/voice') ? xml(streaming) : { status: 200 })
    const call = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    const asked = wire.requests[0]!
    expect(asked.headers).toMatchObject({
      authorization: `Bearer ${account.requestsKey}`,
      'x-cx-apikey': account.requestsKey,
      'x-cx-session': call.ref,
    })
    const { CallSid, Session, Direction } = bodyOf(asked)
    expect([Session, Direction]).toEqual([call.ref, 'inbound'])
    expect(CallSid).not.toBe(call.ref)
    const socket = wire.sockets[0]!
    expect(socket.messages('start')[0]).toMatchObject({
      start: { session: call.ref, callSid: CallSid, accountSid: account.domain, customParameters: { k: 'v' } },
    })
    say(socket, tone(1000, 200))
    await clock.advanceAsync(300)
    expect(framesOfTone(call.heard(), 1000)).toBeGreaterThanOrEqual(9)
    // Longer packets, and marks, are not of the protocol.
    say(socket, tone(700, 200), 320)
    socket.send({ event: 'mark', streamSid: socket.messages('start')[0]!['streamSid'], mark: { name: 'a' } })
    await clock.advanceAsync(300)
    expect(framesOfTone(call.heard(), 700)).toBe(0)
    expect(call.streams[0]!.invalid).toBe(6)
    call.hangup()
    await clock.advanceAsync(50)
    expect(socket.messages('stop')).toMatchObject([{ stop: { session: call.ref } }])
    expect(wire.requests.at(-1)!.url).toBe('https://app.example/cdr')
    expect(bodyOf(wire.requests.at(-1)!)).toMatchObject({ disposition: 'ANSWER', session: { token: call.ref } })
  })

  test('is rejected, or ends with a document that is none', async () => {
    const { clock, wire, simulator, phone } = bench()
    wire.answer = () => xml('<Response><Reject reason="busy"/></Response>')
    const busy = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    expect(busy).toMatchObject({ status: 'busy', startTime: undefined })
    wire.answer = () => xml('<Response><Speak>Hi</Speak></Response>')
    const failed = simulator.call({ from: caller, to: ours, phone: phone() })
    await clock.advanceAsync(50)
    expect(failed.status).toBe('failed')
  })
})

describe('a call that is placed', () => {
  const order = {
    destination: caller,
    'caller-id': ours,
    callback: 'https://app.example/own',
    cxml: streaming,
    timeout: 5,
  }

  test.each([
    [{ type: 'busy', afterMs: 50 }, 'busy', 'BUSY'],
    [{ type: 'unreachable', afterMs: 50 }, 'failed', 'FAILED'],
    [{ type: 'no-answer' }, 'noanswer', 'NOANSWER'],
  ] as const)('tells how %j ended, as a session and as a record', async (behaviour, status, disposition) => {
    const { clock, simulator, rest, events } = bench()
    simulator.onDial(() => behaviour)
    const { body } = await rest('POST', '/calls/acme.cloudonix.net/application', order)
    await clock.advanceAsync(12_000)
    const sessions = events().filter(({ token }) => token)
    expect(sessions.map((session) => session.status)).toEqual(['processing', 'ringing', status])
    expect(sessions.at(-1)).toMatchObject({ token: body.token, callEndTime: expect.any(Number) })
    expect(events().at(-1)).toMatchObject({ disposition })
  })

  test('is told of from its answer on in lists of one, moved to another document, and ended by its token', async () => {
    const { clock, wire, simulator, rest } = bench()
    const { body } = await rest('POST', '/calls/acme.cloudonix.net/application', order)
    await clock.advanceAsync(1000)
    const answered = wire.requests.find(({ body: text }) => text?.startsWith('[{'))!
    expect(JSON.parse(answered.body!)[0]).toMatchObject({ token: body.token, status: 'answer', callEndTime: null })
    const path = `/calls/acme.cloudonix.net/sessions/${body.token}`
    const moved = await rest('POST', `${path}/application`, {
      cxml: '<Response><Say>Bye now</Say><Pause length="30"/></Response>',
    })
    expect(moved.status).toBe(200)
    await clock.advanceAsync(1000)
    expect(wire.sockets[0]!.closed).toBe(1000)
    expect(framesOfTone(simulator.calls.get(body.token)!.heard(), 620)).toBeGreaterThan(15)
    const own = `/customers/self/domains/${account.domain}/sessions/${body.token}`
    const { callSid } = simulator.calls.get(body.token)!.facts as { callSid: string }
    expect((await rest('DELETE', own.replace(body.token, callSid))).status).toBe(404)
    expect((await rest('DELETE', own)).status).toBe(204)
    expect((await rest('DELETE', own)).status).toBe(404)
  })

  test('is refused without its key, with two documents, or without a caller', async () => {
    const { rest } = bench()
    const path = '/calls/acme.cloudonix.net/application'
    expect((await rest('POST', path, order, { authorization: 'Bearer no' })).status).toBe(403)
    expect((await rest('POST', path, { ...order, url: 'https://x.example' })).status).toBe(400)
    expect((await rest('POST', path, { ...order, 'caller-id': undefined })).status).toBe(400)
    expect((await rest('POST', '/calls/other.cloudonix.net/application', order)).status).toBe(404)
  })

  test('detects machines when asked to', async () => {
    const { clock, wire, simulator, rest } = bench()
    simulator.onDial(() => ({ type: 'machine', greeting: tone(440, 3000), afterMs: 50 }))
    const amd = {
      machineDetection: 'DetectMessageEnd',
      asyncAmd: true,
      asyncAmdStatusCallback: 'https://app.example/amd',
    }
    await rest('POST', '/calls/acme.cloudonix.net/application', { ...order, ...amd })
    await clock.advanceAsync(6000)
    expect(bodyOf(wire.requests.find(({ url }) => url.endsWith('/amd'))!)).toMatchObject({
      AnsweredBy: 'machine_end_silence',
    })
  })
})

test('applications and numbers are listed, made and pointed', async () => {
  const { rest } = bench()
  const domain = `/customers/self/domains/${account.domain}`
  expect((await rest('GET', '/customers/self')).status).toBe(200)
  expect((await rest('GET', `${domain}/dnids`)).body).toMatchObject([{ source: ours }])
  const made = await rest('POST', `${domain}/applications`, {
    name: 'agent',
    type: 'cxml',
    url: 'https://a.example',
    method: 'POST',
  })
  expect(made.body).toMatchObject({ name: 'agent', type: 'cxml' })
  expect((await rest('PATCH', `${domain}/applications/agent`, { url: 'https://b.example' })).body.url).toBe(
    'https://b.example',
  )
  expect((await rest('POST', `${domain}/applications/agent/dnids`, { source: '+15551230009' })).body).toMatchObject({
    application: 'agent',
  })
  expect((await rest('DELETE', `${domain}/dnids/${encodeURIComponent('+15551230009')}`)).status).toBe(204)
})
