/** Cloudonix keeps what every carrier promises (there is no SDK to ask). */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { carrierConformance } from '../../../../test/conformance/carrier.ts'
import { addresses, answer, callOf, inbound, now, run } from '../../../../test/conformance/carrier/fixture.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Report } from '../../../spec/carrier.ts'
import type { InboundRequest } from '../../../spec/http.ts'
import { cloudonix } from './cloudonix.ts'
import { settings } from './settings.ts'

const ref = 'a1b2c3d4e5f6'
const domain = 'acme.cloudonix.net'
const config = settings.parse({
  ...{
    domain,
    apiKey: 'XI-example-key',
    requestsKey: 'requests-key-0123456789',
    application: 'front-desk',
    trunk: 'carrier-a',
  },
  ...{ secondaryRequestsKey: 'older-requests-key-012345', recordAtCarrier: true },
})
const call = callOf('cloudonix', ref)
const urls = addresses('cloudonix')

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))
const [connected, start, dtmf, stop] = readFileSync(new URL('fixtures/stream.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((text) => ({ text })) as [Text, Text, Text, Text] // the file has four lines

interface Text {
  readonly text: string
}

const example = (name: string, purpose: string, ...reports: readonly Report[]) => ({
  name,
  purpose,
  json: fixture(name),
  reports,
})

const withHeader = (request: InboundRequest, name: string, value: string): InboundRequest => ({
  ...request,
  headers: { ...request.headers, [name]: value },
})

carrierConformance('cloudonix', {
  spec: cloudonix,
  settings: config,
  webhook: {
    sign: (request, { requestsKey }) => withHeader(request, 'authorization', `Bearer ${requestsKey}`),
    foreign: { domain: 'other.cloudonix.net', apiKey: 'XI-other', requestsKey: 'deadbeefdeadbeef' },
    credentials: ['requestsKey', 'secondaryRequestsKey'],
    // Nothing is signed: what can be altered is the key.
    alter: (request) => withHeader(request, 'authorization', `${request.headers['authorization']}0`),
    examples: [
      example('voice', 'voice', {
        ...{ type: 'call.offered', ref, from: '+15551230001', to: '+15551230002', account: domain },
        variables: { caller_name: 'ANN LEE', 'SipHeader_X-Ticket': '7' },
      }),
      {
        ...{ name: 'voice as form', purpose: 'voice', form: fixture('voice-form') as Record<string, string> }, // a flat object
        reports: [{ type: 'call.offered', ref, from: '+15551230001', to: '+15551230002', account: domain }],
      },
      {
        ...{
          name: 'voice by GET',
          purpose: 'voice',
          method: 'GET',
          form: fixture('voice-form') as Record<string, string>,
        }, // a flat object
        reports: [{ type: 'call.offered', ref, from: '+15551230001', to: '+15551230002', account: domain }],
      },
      example('session-ringing', 'status/call_1', { type: 'call.status', ref, status: 'ringing', raw: 'ringing' }),
      example('session-noanswer', 'status/call_1', {
        ...{ type: 'call.status', ref, status: 'no-answer', raw: 'noanswer', cause: 'timeout' },
      }),
      example('session-ended', 'status/call_1', { type: 'call.status', ref, status: 'completed', raw: 'connected' }),
      example(
        'cdr',
        'cdr',
        { type: 'call.status', ref, status: 'completed', raw: 'ANSWER', durationSeconds: 47 },
        { type: 'recording.changed', ref, recording: 'https://recordings.cloudonix.net/a1.mp3', status: 'completed' },
      ),
      example('recording', 'recording/call_1', {
        ...{ type: 'recording.changed', ref, recording: 'https://recordings.cloudonix.net/a1.mp3' },
        ...{ status: 'completed', durationSeconds: 42 },
      }),
      example(
        'transfer',
        'transfer/call_1',
        { type: 'call.returned', ref },
        { type: 'transfer.ended', ref, result: 'no-answer', raw: 'no-answer' },
      ),
    ],
  },
  control: {
    ref,
    accept: () => answer({ token: ref, domainId: 2, direction: 'outbound-api' }),
    gone: [answer({ message: 'Session not found' }, 404)],
  },
  stream: {
    opening: [connected, start],
    started: { ref, streamRef: 'MZ1' },
    audio: (payload) => ({
      text: JSON.stringify({
        event: 'media',
        streamSid: 'MZ1',
        media: { payload: Buffer.from(payload).toString('base64') },
      }),
    }),
    played: (message) => {
      const read = 'text' in message ? JSON.parse(message.text) : undefined
      return read?.event === 'media' && read.streamSid === 'MZ1' ? Buffer.from(read.media.payload, 'base64') : undefined
    },
    digit: { message: dtmf, digit: '5' },
    stop,
  },
})

describe('the requests key', () => {
  const request = inbound('cloudonix', { purpose: 'voice', json: fixture('voice') })
  const verdict = (sent: InboundRequest, over: object = {}) =>
    cloudonix.webhook!.verify(sent, settings.parse({ ...config, ...over }), now)

  test('is taken from either header, and either key will do', () => {
    for (const name of ['authorization', 'x-cx-apikey'])
      for (const key of [config.requestsKey, config.secondaryRequestsKey ?? '']) {
        const value = name === 'authorization' ? `Bearer ${key}` : key
        expect(verdict(withHeader(request, name, value))).toEqual({ ok: true })
      }
  })

  test('is not the API key', () => {
    expect(verdict(withHeader(request, 'x-cx-apikey', config.apiKey))).toMatchObject({ ok: false, why: 'invalid' })
  })

  test.each([
    ['acme', true],
    ['ACME.cloudonix.net', true],
    ['0f6d7c1e-3a52-4b7e-9d0c-5b8e2f4a6c71', true],
    ['other.cloudonix.net', false],
  ])('holds for a request about %s: %s', (name, ok) => {
    const json = { ...(fixture('voice') as object), Domain: name } // an object in the file
    const sent = inbound('cloudonix', { purpose: 'voice', json })
    expect(verdict(withHeader(sent, 'x-cx-apikey', config.requestsKey))).toMatchObject({ ok })
  })
})

describe('documents', () => {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>'
  const replied = (command: CallCommand) => {
    const dispatch = cloudonix.control!.encode(command, call, config, { now, urls })
    return dispatch.by === 'reply' ? dispatch.reply.body : dispatch.by
  }

  test('connect to our socket, or reject', () => {
    expect(replied({ type: 'answer' })).toBe(
      `${declaration}<Response><Connect><Stream url="wss://voice.example.com/media/t0ken" name="agent" statusCallback="https://voice.example.com/carriers/cloudonix/conn_1/stream/call_1" statusCallbackMethod="POST"/></Connect></Response>`,
    )
    expect(replied({ type: 'reject', reason: 'busy' })).toBe(
      `${declaration}<Response><Reject reason="busy"/></Response>`,
    )
  })

  test('after a transfer the call ends', () => {
    const { body } = cloudonix.webhook!.acknowledge(inbound('cloudonix', { purpose: 'transfer/call_1' }))
    expect(body).toBe(`${declaration}<Response><Hangup/></Response>`)
  })
})

describe('requests', () => {
  const operation = (command: CallCommand, known = call) => {
    const dispatch = cloudonix.control!.encode(command, known, config, { now, urls })
    if (dispatch.by !== 'http') throw new Error('not by HTTP')
    return dispatch.operation
  }
  const first = (command: CallCommand, known = call) => run(operation(command, known), answer({ token: ref })).asked[0]
  const bodyOf = (command: CallCommand, known = call) => JSON.parse(String(first(command, known)?.body))

  test('a dial carries its document, and the hyphen of caller-id', () => {
    expect(first({ type: 'dial' }, callOf('cloudonix'))).toMatchObject({
      ...{ method: 'POST', url: 'https://api.cloudonix.io/calls/acme.cloudonix.net/application' },
      headers: { authorization: 'Bearer XI-example-key' },
    })
    expect(bodyOf({ type: 'dial' }, callOf('cloudonix'))).toMatchObject({
      ...{ destination: '+14155550199', 'caller-id': '+14155550100', trunk: 'carrier-a', timeout: 30, timeLimit: 600 },
      ...{
        cxml: expect.stringContaining('<Connect><Stream'),
        record: true,
      },
      callback: 'https://voice.example.com/carriers/cloudonix/conn_1/status/call_1',
    })
  })

  test('a hang-up names the session', () => {
    expect(first({ type: 'hangup' })).toMatchObject({
      ...{ method: 'DELETE', url: `https://api.cloudonix.io/customers/self/domains/${domain}/sessions/${ref}` },
    })
  })

  test('a transfer and a message switch the session to another document', () => {
    expect(first({ type: 'transfer', to: '+14155550177' })?.url).toBe(
      `https://api.cloudonix.io/calls/${domain}/sessions/${ref}/application`,
    )
    expect(bodyOf({ type: 'transfer', to: '+14155550177' }).cxml).toContain(
      '<Dial callerId="+14155550100" timeout="30" action="https://voice.example.com/carriers/cloudonix/conn_1/transfer/call_1" method="POST" trunks="carrier-a"><Number>+14155550177</Number></Dial>',
    )
    expect(bodyOf({ type: 'transfer', to: 'sip:desk@example.com' }).cxml).toContain('<Sip>sip:desk@example.com</Sip>')
    expect(bodyOf({ type: 'leave-message', text: 'Call <us>.' }).cxml).toContain(
      '<Say language="en-US">Call &lt;us&gt;.</Say><Hangup/>',
    )
  })

  test('a refusal is explained', () => {
    const limited = answer({ message: 'Rate limit exceeded' }, 429)
    expect(() => run(operation({ type: 'dial' }), limited)).toThrow(
      /Rate limit exceeded\. Cloudonix takes ten requests/,
    )
  })
})

describe('sessions', () => {
  const status = (session: object) => {
    const json = { token: ref, ...session }
    return cloudonix.webhook!.decode(inbound('cloudonix', { purpose: 'status/call_1', json }))[0]
  }

  test.each([
    ['new', 'queued'],
    ['processing', 'initiated'],
    ['answer', 'in-progress'],
    ['connected', 'in-progress'],
    ['external', 'in-progress'],
    ['busy', 'busy'],
    ['cancel', 'canceled'],
    ['nocredit', 'failed'],
    ['congestion', 'failed'],
  ])('%s is %s', (raw, expected) => {
    expect(status({ status: raw })).toEqual({ type: 'call.status', ref, status: expected, raw })
  })

  test('of no known word say nothing', () => {
    expect(status({ status: 'constructor' })).toBeUndefined()
    expect(cloudonix.webhook!.decode(inbound('cloudonix', { purpose: 'status', json: { status: 'busy' } }))).toEqual([])
  })

  test.each([
    ['ANSWERED', 'completed'],
    ['BUSY', 'busy'],
    ['NOANSWER', 'no-answer'],
    ['CANCEL', 'canceled'],
    ['CONGESTION', 'failed'],
  ])('that ended as %s are %s', (disposition, expected) => {
    const json = { session: { token: ref }, disposition }
    expect(cloudonix.webhook!.decode(inbound('cloudonix', { purpose: 'cdr', json }))).toEqual([
      { type: 'call.status', ref, status: expected, raw: disposition },
    ])
  })
})

describe('the stream', () => {
  test('is named by the session, also where it is called sessionToken', () => {
    const read = JSON.parse(start.text)
    const { session, ...details } = read.start
    const message = { text: JSON.stringify({ ...read, start: { ...details, sessionToken: session } }) }
    const { events } = cloudonix.stream!.step(cloudonix.stream!.begin(), { type: 'message', message })
    expect(events[0]).toMatchObject({ type: 'started', ref, parameters: { ctx: '42' } })
  })

  test('without a session is not one of Cloudonix', () => {
    const read = JSON.parse(start.text)
    const message = { text: JSON.stringify({ ...read, start: { ...read.start, session: undefined } }) }
    const { events } = cloudonix.stream!.step(cloudonix.stream!.begin(), { type: 'message', message })
    expect(events).toMatchObject([{ type: 'ignored', why: 'start without session or stream id' }])
  })
})

describe('afterwards', () => {
  test('a session tells how a call is', () => {
    const found = (body: object, code = 200) => run(cloudonix.lookup!(call, config, now), answer(body, code)).result
    expect(found({ status: 'ringing' })).toEqual({ ref, status: 'ringing' })
    expect(found({ status: 'connected', callAnswerTime: 5, callEndTime: 9 })).toEqual({ ref, status: 'completed' })
    expect(found({ status: 'cancel', callAnswerTime: 5, callEndTime: 9 })).toEqual({ ref, status: 'completed' })
    expect(found({ status: 'cancel', callAnswerTime: 0, callEndTime: 9 })).toEqual({ ref, status: 'canceled' })
    expect(found({}, 404)).toBe('unknown')
    expect(run(cloudonix.lookup!(callOf('cloudonix'), config, now)).result).toBe('unsure')
  })

  test('the key goes to Cloudonix’s own hosts only', () => {
    const headers = (url: string) => {
      const place = cloudonix.recordings!.fetch(url, call, config, now)
      return 'url' in place ? Object.keys(place.headers) : []
    }
    expect(headers('https://recordings.cloudonix.net/a1.mp3')).toEqual(['authorization'])
    expect(headers('https://s3.amazonaws.com/a1.mp3')).toEqual([])
    expect(() => headers(ref)).toThrow(/not yet said/)
  })

  test('the settings are checked', () => {
    expect(run(cloudonix.check!(config, now), answer({ domain: 'acme.cloudonix.net' })).result).toContain(domain)
    expect(() => run(cloudonix.check!(config, now), answer({}, 401))).toThrow(/API key/)
  })
})

describe('numbers', () => {
  const at = { voice: 'https://v', status: 'https://s' }

  test('point at the application, attached once', () => {
    const point = (dnid: ReturnType<typeof answer>) =>
      run(cloudonix.numbers!.point!('+15551230002', at, config), answer({}), dnid, answer({})).asked.map(
        ({ method }) => method,
      )
    expect(point(answer({}, 404))).toEqual(['PATCH', 'GET', 'POST'])
    expect(point(answer({ source: '+15551230002' }))).toEqual(['PATCH', 'GET'])
    const nameless = settings.parse({ ...config, application: undefined })
    expect(() => run(cloudonix.numbers!.point!('+15551230002', at, nameless))).toThrow(/voice application/)
  })

  test('are listed, as a bare list or in an object', () => {
    const dnid = { id: 7, source: '+15551230002', application: { name: 'front-desk' } }
    const expected = [{ number: '+15551230002', ref: '7', pointsAt: 'front-desk' }]
    for (const body of [[dnid], { items: [dnid] }])
      expect(run(cloudonix.numbers!.list!(config), answer(body)).result).toEqual(expected)
  })
})

describe('set-up', () => {
  const at = { voice: 'https://voice.example.com/carriers/cloudonix/con_1/voice', status: 'https://s' }
  const nameless = settings.parse({ ...config, application: undefined })
  const asked = (all: readonly { readonly method: string; readonly url: string }[]) =>
    all.map(({ method, url }) => `${method} ${new URL(url).pathname.split(`${domain}/`)[1]}`)

  test('makes an application whose name is always the same, and changes it from then on', () => {
    const made = run(cloudonix.setUp!(at, nameless, now), answer({}, 404), answer({ id: 1 }))
    expect(asked(made.asked)).toEqual(['PATCH applications/Offhook_con_1', 'POST applications'])
    expect(JSON.parse(String(made.asked[1]?.body))).toEqual({
      ...{ name: 'Offhook_con_1', type: 'cxml', url: at.voice, method: 'POST' },
    })
    expect(made.result.settings).toEqual({ ownApplication: 'Offhook_con_1' })
    const again = run(cloudonix.setUp!(at, nameless, now), answer({}))
    expect([asked(again.asked), again.result.settings]).toEqual([
      ['PATCH applications/Offhook_con_1'],
      { ownApplication: 'Offhook_con_1' },
    ])
  })

  test('numbers point at the one it made', () => {
    const known = { ...nameless, ownApplication: 'Offhook_con_1' }
    const { result } = run(cloudonix.numbers!.point!('+15551230002', at, known), answer({}), answer({}))
    expect(result.pointsAt).toBe('Offhook_con_1')
  })

  test('changes the one of the settings, and names its field where there is none', () => {
    const changed = run(cloudonix.setUp!(at, config, now), answer({}))
    expect([asked(changed.asked), changed.result.settings]).toEqual([['PATCH applications/front-desk'], undefined])
    expect(() => run(cloudonix.setUp!(at, config, now), answer({}, 404))).toThrow(/check the voice application/)
  })
})
