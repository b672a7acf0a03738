/** Plivo keeps what every carrier promises; its signatures, markup and requests against vectors and the official SDK. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Client, validateV3Signature } from 'plivo'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { carrierConformance } from '../../../../test/conformance/carrier.ts'
import { addresses, answer, callOf, inbound, now, run } from '../../../../test/conformance/carrier/fixture.ts'
import { documentPurpose, documentQuery, type Document } from '../../../protocols/plivo/documents.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Report } from '../../../spec/carrier.ts'
import type { HttpRequest, InboundRequest } from '../../../spec/http.ts'
import { plivo } from './plivo.ts'
import { settings } from './settings.ts'
import { signatureOf, textOf } from './webhook.ts'

const ref = '97ceeb52-58b6-11e1-86da-77300b68f8bb'
const request = '9834029e-58b6-11e1-b8b7-a5bd0e4e126f'
const streamRef = '87654321-4321-4321-4321-cba987654321'
const authId = 'MAXXXXXXXXXXXXXXXXXX'
const token = 'NzQwYmI1ZmQ5MzUzNDY3MjlhZGM0OTk5NTFmZGRl'
const nonce = '05429567804466091622'
const config = settings.parse({
  ...{ authId, authToken: token, secondaryAuthToken: 'c0ffeec0ffeec0ffee', recordAtCarrier: true },
})
const call = callOf('plivo', ref)
const urls = addresses('plivo')

const fixture = (name: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))
const [start, dtmf, stop] = readFileSync(new URL('fixtures/stream.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((text) => ({ text })) as [Text, Text, Text] // the file has three lines

interface Text {
  readonly text: string
}

const example = (name: string, purpose: string, ...reports: readonly Report[]) => ({
  name,
  purpose,
  form: fixture(name),
  reports,
})

carrierConformance('plivo', {
  spec: plivo,
  settings: config,
  webhook: {
    sign: (sent, { authToken }) => {
      const form = sent.method === 'GET' ? undefined : sent.form
      const signature = signatureOf(authToken, { url: sent.urls[0] ?? '', form, nonce })
      return {
        ...sent,
        headers: { ...sent.headers, 'x-plivo-signature-v3': signature, 'x-plivo-signature-v3-nonce': nonce },
      }
    },
    foreign: { authId: 'MAYYYYYYYYYYYYYYYYYY', authToken: 'deadbeefdeadbeef' },
    credentials: ['authToken', 'secondaryAuthToken'],
    examples: [
      example('voice', 'voice', {
        ...{ type: 'call.offered', ref, from: '+15551230001', to: '+15551230002', account: authId },
        variables: { caller_name: 'ANN LEE', stir_verstat: 'Verified', 'X-PH-Ticket': '7' },
      }),
      {
        ...{ name: 'voice by GET', purpose: 'voice', method: 'GET' },
        form: { CallUUID: ref, From: '15551230001', To: '15551230002', Event: 'StartApp' },
        reports: [{ type: 'call.offered', ref, from: '+15551230001', to: '+15551230002' }],
      },
      example('answer', 'answer/call_1', { type: 'answer.requested', ref, raw: 'StartApp' }),
      example('ring', 'status/call_1', { type: 'call.status', ref, status: 'ringing', raw: 'ringing' }),
      example('hangup-busy', 'status/call_1', {
        ...{
          type: 'call.status',
          ref,
          status: 'busy',
          raw: 'busy',
          cause: 'Busy Line (Plivo 3010)',
          durationSeconds: 0,
        },
      }),
      example('hangup', 'status', {
        type: 'call.status',
        ref,
        status: 'completed',
        raw: 'completed',
        durationSeconds: 66,
      }),
      example('machine', 'amd/call_1', {
        ...{ type: 'machine.detected', ref, result: 'machine', raw: 'true', messageEnded: true },
      }),
      example('recording', 'recording/call_1', {
        ...{ type: 'recording.changed', ref, recording: '3b0b1a2c-58b6-11e1-86da-77300b68f8bb' },
        ...{ status: 'completed', durationSeconds: 42 },
      }),
      {
        ...{ name: 'recording in JSON in a field', purpose: 'recording/call_1' },
        form: { response: JSON.stringify(fixture('recording')) },
        reports: [
          {
            ...{ type: 'recording.changed', ref, recording: '3b0b1a2c-58b6-11e1-86da-77300b68f8bb' },
            ...{ status: 'completed', durationSeconds: 42 },
          },
        ],
      },
      example(
        'transferred',
        'transferred/call_1',
        { type: 'call.returned', ref },
        { type: 'transfer.ended', ref, result: 'no-answer', raw: 'no-answer' },
      ),
      example('stream-dropped', 'stream/call_1', { type: 'stream.changed', ref, status: 'stopped' }),
    ],
  },
  control: {
    ref,
    cannot: ['pause', 'resume'],
    accept: ({ url }) => answer(url.endsWith('/Call/') ? { message: 'call fired', request_uuid: request } : {}, 202),
    gone: [answer({ error: 'not found' }, 404)],
  },
  stream: {
    opening: [start],
    started: { ref, streamRef },
    audio: (payload, count) => ({
      text: JSON.stringify({
        ...{ event: 'media', sequenceNumber: count + 1, streamId: streamRef },
        media: {
          track: 'inbound',
          timestamp: '1733400000123',
          chunk: count,
          payload: Buffer.from(payload).toString('base64'),
        },
      }),
    }),
    played: (message) => {
      const read = 'text' in message ? JSON.parse(message.text) : undefined
      if (read?.event !== 'playAudio') return undefined
      expect(read.media).toMatchObject({ contentType: 'audio/x-mulaw', sampleRate: 8_000 })
      return Buffer.from(read.media.payload, 'base64')
    },
    echo: (name) => ({ text: JSON.stringify({ event: 'playedStream', streamId: streamRef, name }) }),
    digit: { message: dtmf, digit: '1' },
    stop,
  },
})

describe('signatures of the fact sheet', () => {
  const fields =
    'CallUUID=97ceeb52-58b6-11e1-86da-77300b68f8bb&From=15551230001&To=15551230002&Direction=inbound&CallStatus=ringing&Event=StartApp'
  const form = new URLSearchParams(fields)
  const url = 'https://voice.example.com/plivo/answer'
  const vectors = [
    ['POST', 'POST', url, form, 'CEMLK7HRSBhSAQWjMYNS+/ONlnR+wFIzl+dZDmtUxsM='],
    [
      'POST with a query',
      'POST',
      `${url}?lang=en-US&agent=demo%20one`,
      form,
      'vxwsHB72OebGC1E8omv4PWApj5W6AjiHoMWk7rUH7Bw=',
    ],
    ['GET', 'GET', `${url}?agent=demo&${fields}`, undefined, 'QuGhoTbt+i4xrBTgB7usWPrmArEJyGRj72sdqLJ4who='],
    ['POST of nothing', 'POST', url, new URLSearchParams(), 'oFTHjr7gb+XnvLWstnsbai0BRN2nHIWO4ly9f444eEw='],
    ['socket', 'GET', 'wss://voice.example.com/ws/97ceeb52', undefined, 'DjKeL7oFY8dwa95hXT1sN232vaCGMvUnfRDqxRxqWg0='],
    [
      'POST with umlaut',
      'POST',
      url,
      new URLSearchParams(`${fields}&CallerName=Zo%C3%AB`),
      'umd0CRBZ63ojdCDMBB0S8L5Dl6sHaUzb3B9LKprn+Po=',
    ],
  ] as const

  test.each(vectors)('%s', (_name, method, at, posted, signature) => {
    expect(signatureOf(token, { url: at, form: posted, nonce })).toBe(signature)
    const params = posted ? Object.fromEntries(posted) : {}
    expect(validateV3Signature(method, at, nonce, token, signature, params)).toBe(true)
  })

  test('the signed text of a POST has its question mark without a query too', () => {
    expect(textOf({ url, form: new URLSearchParams('b=2&a=1') })).toBe(`${url}?a1b2`)
    expect(textOf({ url: `${url}?z=1`, form: new URLSearchParams('b=2&b=1') })).toBe(`${url}?z=1.b1b2`)
  })

  const sent = (header: Readonly<Record<string, string>>): InboundRequest => ({
    ...inbound('plivo', { purpose: 'answer/call_1' }),
    urls: ['http://10.0.0.1/plivo/answer', url],
    headers: { 'x-plivo-signature-v3-nonce': nonce, ...header },
  })
  const nothing = 'oFTHjr7gb+XnvLWstnsbai0BRN2nHIWO4ly9f444eEw='
  const verdict = (header: Readonly<Record<string, string>>, over: object = {}) =>
    plivo.webhook!.verify(sent(header), settings.parse({ ...config, ...over }), now)

  test('one of several in a header will do, with or without a space, and the main account’s header too', () => {
    for (const header of [`AAAA,${nothing}`, `AAAA, ${nothing}`])
      expect(verdict({ 'x-plivo-signature-v3': header })).toMatchObject({ ok: true, nonce, retry: true })
    expect(verdict({ 'x-plivo-signature-v3': 'AAAA', 'x-plivo-signature-ma-v3': nothing })).toMatchObject({ ok: true })
  })

  test('either token will do while they are rotated', () => {
    const rotated = { authToken: 'fresh-token-0123', secondaryAuthToken: token }
    expect(verdict({ 'x-plivo-signature-v3': nothing }, rotated)).toMatchObject({ ok: true })
  })

  test('V2, which covers neither query nor form, is not taken', () => {
    const v2 = {
      'x-plivo-signature-v2': 'V4/GIUOslqLUgatpZCCD7fM3gYfNP65hofmnV3hOSQU=',
      'x-plivo-signature-v2-nonce': nonce,
    }
    expect(verdict(v2)).toMatchObject({ ok: false, why: 'missing' })
  })

  test('a body that is no form is not covered', () => {
    const json = { ...sent({ 'x-plivo-signature-v3': nothing }), body: Buffer.from('{}'), json: {} }
    expect(plivo.webhook!.verify(json, config, now)).toMatchObject({ ok: false, why: 'invalid' })
  })
})

describe('answers', () => {
  const replied = (command: CallCommand, over: object = {}) => {
    const dispatch = plivo.control!.encode(command, call, settings.parse({ ...config, ...over }), { now, urls })
    return dispatch.by === 'reply' ? dispatch.reply.body : dispatch.by
  }
  const asked = (purpose: string) => plivo.webhook!.acknowledge(inbound('plivo', { purpose })).body
  const document = (wanted: Document) => {
    const query = new URLSearchParams(documentQuery(wanted))
    return plivo.webhook!.acknowledge({ ...inbound('plivo', { purpose: documentPurpose('call_1') }), query }).body
  }
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>'

  test('open a stream both ways that keeps the call alive', () => {
    expect(replied({ type: 'answer' }, { recordAtCarrier: false })).toBe(
      `${declaration}<Response><Stream bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000" statusCallbackUrl="https://voice.example.com/carriers/plivo/conn_1/stream/call_1" statusCallbackMethod="POST">wss://voice.example.com/media/t0ken</Stream></Response>`,
    )
    expect(replied({ type: 'answer' }, { codec: 'l16' })).toContain('contentType="audio/x-l16;rate=16000"')
    expect(replied({ type: 'answer' })).toMatch(/<Record recordSession="true"[^>]*maxLength="600"[^>]*\/><Stream/)
    const anew = plivo.control!.encode({ type: 'answer' }, { ...call, streamed: true }, config, { now, urls })
    expect(JSON.stringify(anew)).not.toContain('<Record')
  })

  test('reject, and end what nobody waits for', () => {
    expect(replied({ type: 'reject', reason: 'busy' })).toBe(
      `${declaration}<Response><Hangup reason="busy"/></Response>`,
    )
    expect(asked('voice')).toBe(`${declaration}<Response><Hangup/></Response>`)
    expect(asked('status/call_1')).toBe(`${declaration}<Response/>`)
  })

  test('a transfer’s document comes out of its own address', () => {
    expect(document({ do: 'dial', to: '+14155550177', from: '15551230001', timeout: 20 })).toBe(
      `${declaration}<Response><Dial callerId="15551230001" timeout="20" action="https://voice.example.com/carriers/plivo/conn_1/transferred/call_1" method="POST"><Number>14155550177</Number></Dial></Response>`,
    )
    const sip = document({ do: 'dial', to: 'sip:desk@example.com', timeout: 20 })
    expect(sip).toContain('<User>sip:desk@example.com</User>')
  })

  test('a message waits for the beep, and cannot break out of its markup', () => {
    expect(document({ do: 'say', text: '</Speak><Dial/>', voice: 'WOMAN', language: 'en-US' })).toBe(
      `${declaration}<Response><Wait length="30" beep="true"/><Speak voice="WOMAN" language="en-US">&lt;/Speak&gt;&lt;Dial/&gt;</Speak><Hangup/></Response>`,
    )
  })

  test('a document that is none of ours hangs up', () => {
    for (const query of ['', 'do=say', 'do=dial&to=+14155550177', 'do=dial&to=x&timeout=9', 'do=other']) {
      const asked = { ...inbound('plivo', { purpose: 'document/call_1' }), query: new URLSearchParams(query) }
      expect(plivo.webhook!.acknowledge(asked).body).toBe(`${declaration}<Response><Hangup/></Response>`)
    }
  })

  test('a message too long for an address is refused', () => {
    const dispatch = plivo.control!.encode({ type: 'leave-message', text: 'x'.repeat(4_000) }, call, config, {
      now,
      urls,
    })
    expect(dispatch).toMatchObject({ by: 'unsupported', why: expect.stringContaining('4000') })
  })
})

const operation = (command: CallCommand, known = call) => {
  const dispatch = plivo.control!.encode(command, known, config, { now, urls })
  if (dispatch.by !== 'http') throw new Error('not by HTTP')
  return dispatch.operation
}

describe('requests', () => {
  const taken = answer({ message: 'call fired', request_uuid: request }, 201)
  const first = (command: CallCommand) => run(operation(command), taken, answer({}, 404)).asked[0]
  const api = 'https://api.plivo.com/v1/Account/MAXXXXXXXXXXXXXXXXXX'

  test('an unanswered call is ended by its request', () => {
    const { asked, result } = run(operation({ type: 'hangup' }), answer({}, 404), { ...answer({}), status: 204 })
    expect(asked.map(({ method, url }) => [method, url])).toEqual([
      ['DELETE', `${api}/Call/${ref}/`],
      ['DELETE', `${api}/Request/${ref}/`],
    ])
    expect(result).toEqual({})
  })

  test('a dial is known by its request at first', () => {
    expect(run(operation({ type: 'dial' }, callOf('plivo')), taken).result).toEqual({ ref: request, status: 'queued' })
  })

  describe('are what the SDK sends', () => {
    // The SDK's own HTTP client, so that nothing leaves this process.
    const axios = createRequire(createRequire(import.meta.url).resolve('plivo'))('axios')
    const before = axios.defaults.adapter
    let sent: Sent | undefined
    beforeAll(() => {
      axios.defaults.adapter = async (asked: AxiosRequest) => {
        sent = { method: asked.method.toUpperCase(), url: asked.url, body: asked.data ? JSON.parse(asked.data) : {} }
        return { status: 202, data: { message: '', request_uuid: request }, headers: {}, config: asked }
      }
    })
    afterAll(() => void (axios.defaults.adapter = before))

    const bodyOf = (ours: HttpRequest | undefined) => (ours?.body ? JSON.parse(String(ours.body)) : {})
    const sdk = new Client(authId, token)
    const { calls } = sdk

    test('dial', async () => {
      const ours = run(operation({ type: 'dial' }, callOf('plivo')), taken).asked[0]
      const { from, to, answer_url, ...rest } = bodyOf(ours)
      await calls.create(from, to, answer_url, camel(rest))
      expect({ method: ours?.method, url: ours?.url, body: bodyOf(ours) }).toEqual(sent)
    })

    const others: readonly (readonly [CallCommand, (ours: Record<string, string>) => Promise<unknown>])[] = [
      [{ type: 'hangup' }, () => calls.hangup(ref)],
      [{ type: 'transfer', to: '+14155550177' }, (ours) => calls.transfer(ref, camel(ours) as never)], // its type wants both legs
      [
        { type: 'send-digits', digits: '12#' },
        ({ digits: keys = '' }) => calls.sendDigits(ref, keys, { legs: 'aleg' }),
      ],
      [{ type: 'record', action: 'start' }, (ours) => calls.record(ref, camel(ours))],
      [{ type: 'record', action: 'stop' }, () => calls.stopRecording(ref, {})],
    ]
    test.each(others)('%j', async (command, theirs) => {
      const ours = first(command)
      await theirs(bodyOf(ours)).catch(() => undefined) // it may stumble over our empty answer
      expect({ method: ours?.method, url: ours?.url, body: bodyOf(ours) }).toEqual(sent)
    })
  })
})

interface Sent {
  readonly method: string
  readonly url: string
  readonly body: Readonly<Record<string, unknown>>
}

interface AxiosRequest {
  readonly method: string
  readonly url: string
  readonly data?: string
}

/** The SDK takes names in camel case and writes them in snake case. */
function camel(fields: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(fields).map(([name, value]) => [
    name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(named)
}

describe('hang-ups', () => {
  test.each([
    ['failed', 'NORMAL_CLEARING', '2000', 'failed'],
    ['no-answer', 'NO_ANSWER', '3000', 'no-answer'],
    ['timeout', 'X', '6010', 'no-answer'],
    ['cancel', 'ORIGINATOR_CANCEL', '1000', 'canceled'],
    ['completed', 'X', '3100', 'busy'],
    ['failed', 'CALL_REJECTED', '3020', 'failed'],
    ['constructor', 'toString', '__proto__', 'failed'],
  ])('%s because of %s (%s) is %s', (CallStatus, HangupCause, HangupCauseCode, status) => {
    const form = { CallUUID: ref, Event: 'Hangup', CallStatus, HangupCause, HangupCauseCode }
    const [report] = plivo.webhook!.decode(inbound('plivo', { purpose: 'status/call_1', form }))
    expect(report).toMatchObject({ type: 'call.status', status })
  })
})

describe('the stream', () => {
  const opened = plivo.stream!.step(plivo.stream!.begin(), { type: 'message', message: start })
  const after = (...inputs: readonly Parameters<NonNullable<typeof plivo.stream>['step']>[1][]) => {
    let { state } = opened
    let last = opened
    for (const input of inputs) {
      last = plivo.stream!.step(state, input)
      state = last.state
    }
    return last
  }

  test('tells what a clear dropped when it is confirmed', () => {
    const cleared = { text: JSON.stringify({ event: 'clearedAudio', streamId: streamRef }) }
    const { events } = after({ type: 'mark', name: 'm1' }, { type: 'clear' }, { type: 'message', message: cleared })
    expect(events).toEqual([{ type: 'mark', name: 'm1', cleared: true }])
  })

  test('sends keys', () => {
    const { messages } = after({ type: 'digits', digits: '12#' })
    expect(messages).toEqual([{ text: '{"event":"sendDTMF","dtmf":"12#"}' }])
  })

  test('reads linear sound at 16 kHz, and refuses what was not asked for', () => {
    const started = (mediaFormat: object) => {
      const read = JSON.parse(start.text)
      const message = { text: JSON.stringify({ ...read, start: { ...read.start, mediaFormat } }) }
      return plivo.stream!.step(plivo.stream!.begin(), { type: 'message', message }).events[0]
    }
    expect(started({ encoding: 'audio/x-l16', sampleRate: '16000' })).toMatchObject({
      format: { encoding: 'l16le', rate: 16_000 },
    })
    expect(started({ encoding: 'audio/x-l16', sampleRate: 24_000 })).toMatchObject({ type: 'ignored' })
  })

  test.each([
    ['a=1;b=2', { a: '1', b: '2' }],
    ['a=1,b=x=y', { a: '1', b: 'x=y' }],
    ['{"a":"1"}', { a: '1' }],
    ['{broken', {}],
  ])('reads its headers %j', (extra_headers, parameters) => {
    const message = { text: JSON.stringify({ ...JSON.parse(start.text), extra_headers }) }
    const { events } = plivo.stream!.step(plivo.stream!.begin(), { type: 'message', message })
    expect(events[0]).toMatchObject({ type: 'started', parameters })
  })
})

describe('afterwards', () => {
  test('the price is read when there is one', () => {
    expect(run(plivo.cost!(call, config, now), answer({ total_amount: '0.01000' })).result).toEqual({
      amount: 0.01,
      currency: 'USD',
    })
    expect(run(plivo.cost!(call, config, now), answer({})).result).toBeUndefined()
  })

  test('a call is looked for among the living, then among the dead', () => {
    const found = (...answers: Parameters<typeof run>[1][]) => run(plivo.lookup!(call, config, now), ...answers).result
    expect(found(answer({ call_status: 'ringing' }))).toEqual({ ref, status: 'ringing' })
    expect(found(answer({}, 404), answer({ hangup_cause_code: 3010 }))).toEqual({ ref, status: 'busy' })
    expect(found(answer({}, 404), answer({}, 404))).toBe('unknown')
    expect(run(plivo.lookup!(callOf('plivo'), config, now)).result).toBe('unsure')
  })

  test('credentials go to Plivo’s own hosts only', () => {
    const place = (recording_url: string) => {
      const found = plivo.recordings!.fetch('3b0b1a2c', call, config, now)
      return 'url' in found ? found : run(found, answer({ recording_url })).result
    }
    expect(place('https://media.plivo.com/x.wav').headers).toHaveProperty('authorization')
    expect(place('https://s3.amazonaws.com/x.wav').headers).toEqual({})
    expect(place('https://plivo.com.evil.example/x.wav').headers).toEqual({})
  })

  test('the settings are checked against the account', () => {
    expect(run(plivo.check!(config, now), answer({ name: 'Acme', cash_credits: '12.5' })).result).toContain(
      '"Acme" (12.5 credits)',
    )
    expect(() => run(plivo.check!(config, now), answer({ error: 'authentication failed' }, 401))).toThrow(/auth token/)
  })
})

describe('numbers', () => {
  const at = { voice: 'https://voice.example.com/carriers/plivo/con_1/voice', status: 'https://voice.example.com/s' }

  test('get an application that points here, made once', () => {
    const applications = answer({ objects: [{ app_id: '111', answer_url: 'https://elsewhere' }] })
    const made = run(
      plivo.numbers!.point!('+15551230002', at, config),
      applications,
      answer({ app_id: '222' }),
      answer({}, 202),
    )
    expect(made.result).toEqual({ number: '+15551230002', pointsAt: '222' })
    expect(JSON.parse(String(made.asked[1]?.body))).toMatchObject({ app_name: 'Offhook_con_1', answer_url: at.voice })
    const known = answer({ objects: [{ app_id: '222', answer_url: at.voice, hangup_url: at.status }] })
    expect(run(plivo.numbers!.point!('+15551230002', at, config), known, answer({}, 202)).result.pointsAt).toBe('222')
    const named = settings.parse({ ...config, applicationId: '12345678901234567' })
    const set = run(plivo.numbers!.point!('+15551230002', at, named), answer({}, 202), answer({}, 202))
    expect(set.asked[0]?.url).toContain('/Application/12345678901234567/')
  })

  test('are searched, bought, listed and released', () => {
    const one = {
      number: '14155550123',
      region: 'California',
      voice_enabled: true,
      application: '/v1/Account/MA/Application/222/',
    }
    const expected = { number: '+14155550123', locality: 'California', pointsAt: '222', capabilities: ['voice'] }
    expect(run(plivo.numbers!.search!({ country: 'us' }, config), answer({ objects: [one] })).result).toEqual([
      expected,
    ])
    expect(run(plivo.numbers!.list!(config), answer({ objects: [one] })).result).toEqual([expected])
    const named = settings.parse({ ...config, applicationId: '12345678901234567' })
    const bought = run(
      plivo.numbers!.buy!('+14155550123', named, at),
      answer({}, 202),
      answer({ status: 'fulfilled' }, 201),
    )
    expect(bought.asked[1]?.url).toMatch(/PhoneNumber\/14155550123\/$/)
    expect(run(plivo.numbers!.release!('+14155550123', config), { ...answer({}), status: 204 }).asked[0]?.method).toBe(
      'DELETE',
    )
    expect(() => run(plivo.numbers!.release!('+14155550123', config), answer({}, 404))).toThrow(/not a number/)
  })
})

describe('set-up', () => {
  const at = { voice: 'https://voice.example.com/carriers/plivo/con_1/voice', status: 'https://voice.example.com/s' }
  const setUp = (over: object, ...answers: Parameters<typeof answer>[]) => {
    const given = answers.map(([body, status]) => answer(body, status))
    return run(plivo.setUp!(at, settings.parse({ ...config, ...over }), now), ...given)
  }
  const asked = ({ asked: all }: ReturnType<typeof setUp>) =>
    all.map(({ method, url }) => `${method} ${new URL(url).pathname.split(authId)[1]}${new URL(url).search}`)

  test('makes an application once, and changes it from then on', () => {
    const made = setUp({}, [{ objects: [] }], [{ app_id: '222' }, 201])
    expect(asked(made)).toEqual(['GET /Application/?limit=20&offset=0', 'POST /Application/'])
    expect(made.result.settings).toEqual({ ownApplication: '222' })
    expect(made.result.notes).toEqual(['The application 222 (Offhook_con_1) was made: calls to its numbers come here.'])
    const again = setUp({ ownApplication: '222' }, [{}, 202])
    expect(asked(again)).toEqual(['POST /Application/222/'])
    expect(JSON.parse(String(again.asked[0]?.body))).toMatchObject({ answer_url: at.voice, hangup_url: at.status })
    expect(again.result.settings).toEqual({ ownApplication: '222' })
  })

  test('finds one whose making it never heard of, by its name and on a later page', () => {
    const full = Array.from({ length: 20 }, (_, at) => ({ app_id: String(at), app_name: 'other' }))
    const ours = { app_id: '333', app_name: 'Offhook_con_1', answer_url: 'https://formerly.example.com/' }
    const found = setUp({}, [{ objects: full }], [{ objects: [ours] }], [{}, 202])
    expect(asked(found).slice(1)).toEqual(['GET /Application/?limit=20&offset=20', 'POST /Application/333/'])
    expect(found.result.settings).toEqual({ ownApplication: '333' })
  })

  test('makes a new one for one that was removed at Plivo', () => {
    const made = setUp(
      { ownApplication: '222' },
      [{ error: 'not found' }, 404],
      [{ objects: [] }],
      [{ app_id: '444' }, 201],
    )
    expect(made.result.settings).toEqual({ ownApplication: '444' })
  })

  test('changes the one of the settings, and names its field where there is none', () => {
    const applicationId = '12345678901234567'
    const changed = setUp({ applicationId }, [{}, 202])
    expect(asked(changed)).toEqual([`POST /Application/${applicationId}/`])
    expect(changed.result.settings).toBeUndefined()
    expect(() => setUp({ applicationId }, [{ error: 'not found' }, 404])).toThrow(/check the application id/)
  })
})
