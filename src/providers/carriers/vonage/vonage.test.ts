/** Vonage keeps what every carrier promises; its tokens and requests against vectors and the official SDKs. */
import { createHash, createHmac, generateKeyPairSync, verify as verifySignature } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { tokenGenerate, verifySignature as verifyBySdk } from '@vonage/jwt'
import { Vonage } from '@vonage/server-sdk'
import { describe, expect, test, vi } from 'vitest'
import { carrierConformance } from '../../../../test/conformance/carrier.ts'
import { addresses, answer, callOf, inbound, now, run } from '../../../../test/conformance/carrier/fixture.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Report, StreamOrder } from '../../../spec/carrier.ts'
import type { HttpRequest, InboundRequest } from '../../../spec/http.ts'
import { settings } from './settings.ts'
import { vonage } from './vonage.ts'

const ref = 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab'
const applicationId = 'aaaaaaaa-bbbb-cccc-dddd-0123456789ab'
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  ...{ privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } },
})

const fixture = (name: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))
const vector = fixture('signed') as Record<'secret' | 'body' | 'token' | 'queryHash', string> // the file has these four

const config = settings.parse({
  ...{ apiKey: 'a1b2c3d4', apiSecret: 'api-secret-0123', applicationId, privateKey, recordAtCarrier: true },
  ...{ signatureSecret: vector.secret, secondarySignatureSecret: 'older-signature-secret' },
})
const call = callOf('vonage', ref)
const urls = addresses('vonage')

function jwt(claims: object, secret: string, header: object = { alg: 'HS256', typ: 'JWT' }): string {
  const text = [header, claims].map((one) => Buffer.from(JSON.stringify(one)).toString('base64url')).join('.')
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

const hashOf = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex')

function claimsFor(request: InboundRequest, { apiKey, applicationId: id }: { apiKey: string; applicationId: string }) {
  const signed = request.method === 'GET' ? JSON.stringify(Object.fromEntries(request.query)) : request.body
  const dated = { iat: Math.floor(now.time / 1_000), jti: 'c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5', iss: 'Vonage' }
  return { ...dated, payload_hash: hashOf(signed), api_key: apiKey, application_id: id }
}

const authorized = (request: InboundRequest, token: string): InboundRequest => ({
  ...request,
  headers: { ...request.headers, authorization: `Bearer ${token}` },
})

const example = (name: string, purpose: string, ...reports: readonly Report[]) => ({
  name,
  purpose,
  json: fixture(name),
  reports,
})

const offered: Report = {
  ...{ type: 'call.offered', ref, from: '+15551230001', to: '+15551230002' },
  variables: { vonage_region_url: 'https://api-us-3.vonage.com', 'SipHeader_X-Ticket': '7' },
}

const ended = { type: 'transfer.ended', ref: 'cccccccc-bbbb-4ccc-8ddd-0123456789ab' } as const

const connected = {
  text: JSON.stringify({
    event: 'websocket:connected',
    'content-type': 'audio/l16;rate=16000',
    call: 'call_1',
    leg: ref,
  }),
}

carrierConformance('vonage', {
  spec: vonage,
  settings: config,
  webhook: {
    sign: (request, given) => authorized(request, jwt(claimsFor(request, given), given.signatureSecret)),
    foreign: {
      ...config,
      apiKey: 'ffffffff',
      signatureSecret: 'deadbeefdeadbeef',
      secondarySignatureSecret: undefined,
    },
    credentials: ['signatureSecret', 'secondarySignatureSecret'],
    dated: true,
    // The address is not signed: for GET the query is what can be altered.
    alter: (request) =>
      request.method === 'GET'
        ? { ...request, query: new URLSearchParams(`${request.query}0`) }
        : { ...request, body: Buffer.concat([request.body, Buffer.from('0')]), json: { altered: true } },
    examples: [
      example('answer', 'voice', offered),
      { name: 'answer by GET', purpose: 'voice', method: 'GET', form: fixture('answer'), reports: [offered] },
      example('ringing', 'status/call_1', { type: 'call.status', ref, status: 'ringing', raw: 'ringing' }),
      example('rejected', 'status/call_1', {
        type: 'call.status',
        ref,
        status: 'busy',
        raw: 'rejected',
        cause: 'declined',
      }),
      example('completed', 'status', {
        type: 'call.status',
        ref,
        status: 'completed',
        raw: 'completed',
        durationSeconds: 42,
      }),
      example('machine-beep', 'status/call_1', {
        ...{ type: 'machine.detected', ref, result: 'machine', raw: 'beep_start', messageEnded: true },
      }),
      example('websocket-completed', 'status/call_1'),
      example('stream-failed', 'stream/call_1', {
        ...{
          type: 'stream.changed',
          ref: 'bbbbbbbb-bbbb-4ccc-8ddd-0123456789ab',
          status: 'failed',
          cause: 'cannot_route',
        },
      }),
      example(
        'transfer-timeout',
        'transfer/call_1',
        { type: 'call.returned', ref: 'cccccccc-bbbb-4ccc-8ddd-0123456789ab' },
        { ...ended, result: 'no-answer', raw: 'timeout' },
      ),
      example('recording', 'recording/call_1', {
        ...{ type: 'recording.changed', ref: `CON-${ref}`, status: 'completed', durationSeconds: 42 },
        recording: 'https://api.nexmo.com/v1/files/dddddddd-bbbb-4ccc-8ddd-0123456789ab',
      }),
    ],
  },
  control: {
    ref,
    accept: ({ method }) =>
      method === 'POST' ? answer({ uuid: ref, status: 'started' }, 201) : { ...answer({}), status: 204 },
    gone: [answer({ title: 'Not found' }, 404), answer({ title: 'Bad Request' }, 400)],
  },
  stream: {
    opening: [connected],
    started: { ref, streamRef: 'call_1' },
    audio: (payload) => ({ binary: payload }),
    played: (message) => ('binary' in message ? message.binary : undefined),
    echo: (name) => ({ text: JSON.stringify({ event: 'websocket:notify', payload: { mark: name } }) }),
    digit: { message: { text: '{"event":"websocket:dtmf","digit":"5","duration":260}' }, digit: '5' },
  },
})

describe('the token of the fact sheet', () => {
  const request = (token = vector.token, body = vector.body): InboundRequest => ({
    ...authorized(inbound('vonage', { purpose: 'status', json: JSON.parse(body) }), token),
    body: Buffer.from(body),
  })
  const verdict = (sent: InboundRequest, seconds = 1_766_000_000, over: object = {}) =>
    vonage.webhook!.verify(sent, settings.parse({ ...config, ...over }), { ...now, time: seconds * 1_000 })
  const claims = JSON.parse(Buffer.from(vector.token.split('.')[1] ?? '', 'base64url').toString())

  test('is believed, also by the SDK, and named by its id', () => {
    expect(verdict(request())).toMatchObject({ ok: true, nonce: 'c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5', retry: true })
    expect(verifyBySdk(vector.token, vector.secret)).toBe(true)
    expect(verifyBySdk(jwt(claims, 'another'), vector.secret)).toBe(false)
  })

  test('is believed for 300 seconds, both ways', () => {
    for (const seconds of [1_766_000_300, 1_765_999_700])
      expect(verdict(request(), seconds)).toMatchObject({ ok: true })
    for (const seconds of [1_766_000_301, 1_765_999_699])
      expect(verdict(request(), seconds)).toMatchObject({ ok: false, why: 'stale' })
  })

  test('is believed with either secret while they are rotated', () => {
    const rotated = { signatureSecret: 'a-new-secret', secondarySignatureSecret: vector.secret }
    expect(verdict(request(), undefined, rotated)).toMatchObject({ ok: true })
    expect(verdict(request(), undefined, { signatureSecret: 'a-new-secret' })).toMatchObject({
      ok: false,
      why: 'invalid',
    })
  })

  test('covers the body, however it is spaced', () => {
    expect(verdict(request(vector.token, JSON.stringify(JSON.parse(vector.body), null, 2)))).toMatchObject({ ok: true })
    expect(verdict(request(vector.token, vector.body.replace('answered', 'completed')))).toMatchObject({ ok: false })
  })

  test.each([
    ['another issuer', { iss: 'Nexmo' }],
    ['another account', { api_key: 'ffffffff' }],
    ['another application', { application_id: ref }],
    ['no account', { api_key: undefined, application_id: undefined }],
    ['no hash', { payload_hash: undefined }],
    ['no date', { iat: undefined }],
  ])('of %s is refused', (_name, over) => {
    expect(verdict(request(jwt({ ...claims, ...over }, vector.secret)))).toMatchObject({ ok: false })
  })

  test('that has expired is refused', () => {
    expect(verdict(request(jwt({ ...claims, exp: 1_765_999_000 }, vector.secret)))).toMatchObject({ why: 'stale' })
  })

  test.each(['none', 'RS256', 'HS512'])('of the algorithm %s is refused', (alg) => {
    expect(verdict(request(jwt(claims, vector.secret, { alg, typ: 'JWT' })))).toMatchObject({
      ok: false,
      why: 'invalid',
    })
  })

  test('of a GET covers the query in its order', () => {
    const query = `to=15551230002&from=15551230001&uuid=${ref}&conversation_uuid=CON-${ref}`
    expect(hashOf(JSON.stringify(Object.fromEntries(new URLSearchParams(query))))).toBe(vector.queryHash)
    const form = Object.fromEntries(new URLSearchParams(query))
    const asked = inbound('vonage', { purpose: 'voice', method: 'GET', form })
    const token = jwt({ ...claims, payload_hash: vector.queryHash }, vector.secret)
    expect(verdict(authorized(asked, token))).toMatchObject({ ok: true })
  })
})

describe('our tokens', () => {
  const bearerOf = () => run(vonage.cost!(call, config, now), answer({})).asked[0]?.headers['authorization'] ?? ''
  const decoded = (token: string) =>
    token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))

  test('are signed with the application’s key, and have what the SDK’s have', () => {
    const token = bearerOf().replace('Bearer ', '')
    const [text, given] = [token.slice(0, token.lastIndexOf('.')), token.slice(token.lastIndexOf('.') + 1)]
    expect(verifySignature('sha256', Buffer.from(text), publicKey, Buffer.from(given, 'base64url'))).toBe(true)
    const [header, claims] = decoded(token)
    const [theirHeader, theirClaims] = decoded(tokenGenerate(applicationId, privateKey))
    expect(header).toEqual(theirHeader)
    expect(Object.keys(claims).toSorted()).toEqual(Object.keys(theirClaims).toSorted())
    expect([claims.exp - claims.iat, claims.application_id]).toEqual([theirClaims.exp - theirClaims.iat, applicationId])
  })

  test('take keys whose line ends are written out, and name one that is none without showing it', () => {
    const flat = settings.parse({ ...config, privateKey: privateKey.replaceAll('\n', String.raw`\n`) })
    expect(() => run(vonage.cost!(call, flat, now), answer({}))).not.toThrow()
    const bad = settings.parse({
      ...config,
      privateKey: '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----',
    })
    const failure = (() => {
      try {
        return String(run(vonage.cost!(call, bad, now), answer({})))
      } catch (error) {
        return String(error)
      }
    })()
    expect(failure).toContain('cannot be used')
    expect(failure).not.toContain('c2VjcmV0')
  })
})

const operation = (command: CallCommand, known = call) => {
  const dispatch = vonage.control!.encode(command, known, config, { now, urls })
  if (dispatch.by !== 'http') throw new Error('not by HTTP')
  return dispatch.operation
}
const done = { ...answer({}), status: 204 }
const bodyOf = (request: HttpRequest | undefined) => JSON.parse(String(request?.body))

describe('answers', () => {
  const replied = (command: CallCommand, known = call) => {
    const dispatch = vonage.control!.encode(command, known, config, { now, urls })
    return dispatch.by === 'reply' ? JSON.parse(dispatch.reply.body) : dispatch.by
  }

  test('connect the call to our socket, recorded where that is wanted', () => {
    expect(replied({ type: 'answer' }, { ...call, direction: 'inbound', to: '+15551230002' })).toEqual([
      {
        ...{ action: 'record', format: 'wav', split: 'conversation', channels: 2, timeOut: 600 },
        eventUrl: ['https://voice.example.com/carriers/vonage/conn_1/recording/call_1'],
      },
      {
        ...{ action: 'connect', eventType: 'synchronous', eventMethod: 'POST', from: '15551230002' },
        eventUrl: ['https://voice.example.com/carriers/vonage/conn_1/stream/call_1'],
        endpoint: [
          {
            ...{
              type: 'websocket',
              uri: 'wss://voice.example.com/media/t0ken',
              'content-type': 'audio/l16;rate=16000',
            },
            headers: { call: 'call_1', leg: ref },
          },
        ],
      },
    ])
  })

  test('anew begin no second recording', () => {
    expect(replied({ type: 'answer' }, { ...call, streamed: true })).toMatchObject([{ action: 'connect' }])
  })

  test('reject with an NCCO that does nothing', () => {
    expect(replied({ type: 'reject', reason: 'busy' })).toEqual([])
    expect(vonage.webhook!.acknowledge(inbound('vonage', { purpose: 'voice' })).body).toBe('[]')
    expect(vonage.webhook!.acknowledge(inbound('vonage', { purpose: 'status' })).status).toBe(204)
  })
})

describe('requests', () => {
  test('go where the call is processed, and nowhere that is not Vonage’s', () => {
    const place = (region: string) =>
      run(operation({ type: 'hangup' }, { ...call, variables: { vonage_region_url: region } }), done).asked[0]?.url
    expect(place('https://api-us-3.vonage.com')).toBe(`https://api-us-3.vonage.com/v1/calls/${ref}`)
    for (const region of ['https://vonage.com.evil.example', 'http://api-us-3.vonage.com', 'nonsense'])
      expect(place(region)).toBe(`https://api.nexmo.com/v1/calls/${ref}`)
  })

  test('a dial detects machines as far as the call needs', () => {
    const dialed = (over: object) =>
      bodyOf(run(operation({ type: 'dial' }, { ...callOf('vonage'), ...over }), answer({ uuid: ref }, 201)).asked[0])
    expect(dialed({})).toMatchObject({
      ...{ to: [{ type: 'phone', number: '14155550199' }], from: { type: 'phone', number: '14155550100' } },
      ...{ ringing_timer: 30, length_timer: 600, event_method: 'POST' },
      advanced_machine_detection: { behavior: 'continue', mode: 'detect_beep', beep_timeout: 45 },
    })
    expect(dialed({ voicemailMessage: undefined }).advanced_machine_detection).toMatchObject({ mode: 'detect' })
    expect(dialed({ machineDetection: false })).not.toHaveProperty('advanced_machine_detection')
    expect(dialed({ to: 'sip:desk@example.com' }).to).toEqual([{ type: 'sip', uri: 'sip:desk@example.com' }])
  })

  test('digits have half seconds', () => {
    const { asked } = run(operation({ type: 'send-digits', digits: '1w2W#' }), done)
    expect([asked[0]?.url, asked[0]?.body]).toEqual([
      `https://api.nexmo.com/v1/calls/${ref}/dtmf`,
      '{"digits":"1p2pp#"}',
    ])
  })

  test('a refusal names the parameter', () => {
    const refusal = answer({ title: 'Bad Request', invalid_parameters: [{ name: 'to', reason: 'is wrong' }] }, 400)
    expect(() => run(operation({ type: 'dial' }), refusal)).toThrow(/Bad Request; to is wrong/)
  })

  describe('are what the SDK sends', () => {
    const sdk = new Vonage({ applicationId, privateKey }).voice
    const theirs = async (use: () => Promise<unknown>) => {
      let sent = { method: '', url: '', body: {} }
      vi.stubGlobal('fetch', async (url: unknown, init?: RequestInit) => {
        sent = { method: init?.method ?? '', url: String(url), body: JSON.parse(String(init?.body)) }
        return Response.json({ uuid: ref, status: 'started' })
      })
      try {
        await use()
      } finally {
        vi.unstubAllGlobals()
      }
      return sent
    }

    test('hang-up', async () => {
      const [ours] = run(operation({ type: 'hangup' }), done).asked
      expect({ method: ours?.method, url: ours?.url, body: bodyOf(ours) }).toEqual(
        await theirs(() => sdk.hangupCall(ref)),
      )
    })

    test('transfer', async () => {
      const [ours] = run(operation({ type: 'transfer', to: '+14155550177' }), done).asked
      const { destination } = bodyOf(ours)
      const sent = await theirs(() => sdk.transferCallWithNCCO(ref, destination.ncco))
      expect({ method: ours?.method, url: ours?.url, body: bodyOf(ours) }).toMatchObject(sent)
    })

    test('digits', async () => {
      const [ours] = run(operation({ type: 'send-digits', digits: '12#' }), done).asked
      const sent = await theirs(() => sdk.playDTMF(ref, '12#'))
      expect({ method: ours?.method, url: ours?.url, body: bodyOf(ours) }).toEqual(sent)
    })
  })
})

describe('the stream', () => {
  const { state } = vonage.stream!.step(vonage.stream!.begin(), { type: 'message', message: connected })
  const sent = (order: StreamOrder) => vonage.stream!.step(state, order).messages

  test('sends whole frames only, the last filled up with silence', () => {
    const sizes = (length: number) =>
      sent({ type: 'audio', payload: new Uint8Array(length).fill(7) }).map((one) =>
        'binary' in one ? one.binary.length : 0,
      )
    expect([sizes(640), sizes(1_300), sizes(2)]).toEqual([[640], [640, 640, 640], [640]])
    const [part] = sent({ type: 'audio', payload: Uint8Array.of(1, 2) })
    expect(part && 'binary' in part ? [...part.binary.slice(0, 4)] : []).toEqual([1, 2, 0, 0])
  })

  test('clears by an action, and knows what was dropped when that is confirmed', () => {
    expect(sent({ type: 'clear' })).toEqual([{ text: '{"action":"clear"}' }])
    const marked = vonage.stream!.step(state, { type: 'mark', name: 'm1' })
    const cleared = vonage.stream!.step(marked.state, { type: 'clear' })
    const confirmed = { type: 'message', message: { text: '{"event":"websocket:cleared"}' } } as const
    expect(vonage.stream!.step(cleared.state, confirmed).events).toEqual([{ type: 'mark', name: 'm1', cleared: true }])
  })

  test.each([
    [8_000, 320],
    [16_000, 640],
    [24_000, 960],
  ])('at %i Hz a frame has %i bytes', (rate, bytes) => {
    const message = { text: JSON.stringify({ event: 'websocket:connected', 'content-type': `audio/l16;rate=${rate}` }) }
    const opened = vonage.stream!.step(vonage.stream!.begin(), { type: 'message', message })
    expect(opened.events[0]).toMatchObject({ type: 'started', format: { encoding: 'l16le', rate } })
    expect(opened.events[0]).not.toHaveProperty('ref')
    const { messages } = vonage.stream!.step(opened.state, { type: 'audio', payload: new Uint8Array(1) })
    expect(messages).toEqual([{ binary: new Uint8Array(bytes) }])
  })

  test('sound before the start is no sound of ours', () => {
    const early = { type: 'message', message: { binary: new Uint8Array(640) } } as const
    expect(vonage.stream!.step(vonage.stream!.begin(), early).events).toMatchObject([{ type: 'ignored' }])
  })
})

describe('afterwards', () => {
  test('price and fate of a call', () => {
    expect(run(vonage.cost!(call, config, now), answer({ price: '0.00889000' })).result).toEqual({
      amount: 0.00889,
      currency: 'EUR',
    })
    expect(run(vonage.cost!(call, config, now), answer({})).result).toBeUndefined()
    expect(run(vonage.lookup!(call, config, now), answer({ status: 'ringing' })).result).toEqual({
      ref,
      status: 'ringing',
    })
    expect(run(vonage.lookup!(call, config, now), answer({}, 404)).result).toBe('unknown')
    expect(run(vonage.lookup!(callOf('vonage'), config, now)).result).toBe('unsure')
  })

  test('a transfer in doubt is known by its leg in the conversation', () => {
    const leg = { uuid: ended.ref, to: { type: 'phone', number: '15551239999' }, status: 'ringing' }
    const found = (...legs: readonly object[]) => {
      const pages = [{ conversation_uuid: 'CON-1' }, { _embedded: { calls: legs } }].map((body) => answer(body))
      return run(vonage.lookupTransfer!(call, '+1 (555) 123-9999', config, now), ...pages)
    }
    const { asked, result } = found({ ...leg, uuid: ref }, leg)
    expect(result).toBe('taken')
    expect(asked[1]?.url).toContain('/v1/calls?conversation_uuid=CON-1&')
    expect(found().result).toBe('absent')
    expect(found({ ...leg, status: 'busy' }).result).toBe('absent')
    expect(found({ ...leg, to: { type: 'websocket', uri: 'wss://x' } }, { ...leg, uuid: ref }).result).toBe('absent')
    const unnamed = callOf('vonage')
    expect(run(vonage.lookupTransfer!(unnamed, '+15551239999', config, now)).result).toBe('unsure')
  })

  test('what rings or speaks is never said twice by itself', () => {
    const sent = (command: CallCommand) => run(operation(command), done).asked[0]
    expect(sent({ type: 'transfer', to: '+14155550177' })).toMatchObject({ method: 'PUT', repeatable: false })
    expect(sent({ type: 'send-digits', digits: '1' })).toMatchObject({ method: 'PUT', repeatable: false })
    expect(sent({ type: 'leave-message', text: 'Hello' })).toMatchObject({ method: 'PUT', repeatable: false })
    expect(sent({ type: 'hangup' })).toMatchObject({ method: 'PUT', repeatable: true })
  })

  test('tokens go to Vonage’s hosts only', () => {
    const place = (url: string) => vonage.recordings!.fetch(url, call, config, now)
    expect(place('https://api-us.nexmo.com/v1/files/x')).toMatchObject({
      headers: { authorization: expect.any(String) },
    })
    for (const url of ['https://evil.example/v1/files/x', 'http://api.vonage.com/x', 'x'])
      expect(() => place(url)).toThrow(/no address/)
  })

  test('both kinds of credentials are checked', () => {
    const { asked, result } = run(vonage.check!(config, now), answer({ name: 'Front desk' }), answer({}))
    expect(result).toContain('"Front desk"')
    expect(asked.map(({ headers }) => headers['authorization']?.split(' ')[0])).toEqual(['Basic', 'Bearer'])
    expect(() => run(vonage.check!(config, now), answer({ title: 'Unauthorized' }, 401))).toThrow(/private key/)
  })
})

describe('numbers', () => {
  const at = { voice: 'https://v', status: 'https://s' }
  const own = { country: 'US', msisdn: '15551230002', type: 'mobile-lvn', features: ['VOICE'], app_id: 'other' }
  const application = {
    ...{ id: applicationId, name: 'Front desk', keys: { public_key: 'PEM' }, _links: {} },
    capabilities: {
      messages: { webhooks: {} },
      voice: { webhooks: { answer_url: { address: 'https://old', connection_timeout: 500 } }, region: 'eu-west' },
    },
  }

  test('pointing changes the application and keeps the rest of it', () => {
    const { asked, result } = run(
      vonage.numbers!.point!('+15551230002', at, config),
      ...[{ numbers: [own] }, application, {}, { 'error-code': '200' }].map((body) => answer(body)),
    )
    expect(result).toMatchObject({ number: '+15551230002', pointsAt: applicationId })
    expect(bodyOf(asked[2])).toEqual({
      ...{ name: 'Front desk', keys: { public_key: 'PEM' } },
      capabilities: {
        messages: { webhooks: {} },
        voice: {
          ...{ region: 'eu-west', signed_callbacks: true },
          webhooks: {
            answer_url: { address: 'https://v', http_method: 'POST', connection_timeout: 500 },
            event_url: { address: 'https://s', http_method: 'POST' },
          },
        },
      },
    })
    expect(asked[3]?.body).toBe(`country=US&msisdn=15551230002&app_id=${applicationId}`)
  })

  test('are searched, bought, listed and released', () => {
    const search = run(vonage.numbers!.search!({ country: 'us', areaCode: '415' }, config), answer({ numbers: [own] }))
    expect(search.result).toEqual([
      { number: '+15551230002', label: 'mobile-lvn', country: 'US', pointsAt: 'other', capabilities: ['voice'] },
    ])
    expect(new URL(search.asked[0]!.url).searchParams.get('pattern')).toBe('1415')
    expect(run(vonage.numbers!.list!(config), answer({ numbers: [own] })).result).toHaveLength(1)
    const offers = [
      { numbers: [] },
      { numbers: [own] },
      { 'error-code': '200' },
      application,
      {},
      { 'error-code': '200' },
    ]
    const bought = run(vonage.numbers!.buy!('+15551230002', config, at), ...offers.map((body) => answer(body)))
    expect(bought.result).toMatchObject({ country: 'CA', number: '+15551230002' })
    const refusal = { 'error-code': '420', 'error-code-label': 'Numbers from this country can be requested' }
    expect(() =>
      run(vonage.numbers!.release!('+15551230002', config), answer({ numbers: [own] }), answer(refusal)),
    ).toThrow(/420|requested/)
    expect(() => run(vonage.numbers!.release!('+15551230002', config), answer({ numbers: [] }))).toThrow(/not a number/)
  })
})

describe('set-up', () => {
  const at = { voice: 'https://v', status: 'https://s' }
  const setUp = (webhooks: object) =>
    run(
      vonage.setUp!(at, config, now),
      answer({ name: 'Front desk', capabilities: { voice: { webhooks } } }),
      answer({}),
    )

  test('points the application here and says where it pointed before', () => {
    const { asked, result } = setUp({ answer_url: { address: 'https://user:password@old.example/x' } })
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'PUT'])
    expect(result.notes[0]).toMatch(/"Front desk" asked for its answers at old\.example; it asks here now/)
    expect(setUp({}).result.notes[0]).toContain('nowhere')
  })

  test('changes nothing that is right', () => {
    const answer_url = { address: at.voice, http_method: 'POST' }
    const { asked, result } = setUp({ answer_url, event_url: { address: at.status } })
    expect(asked.map(({ method }) => method)).toEqual(['GET'])
    expect(result.notes).toEqual(['The application "Front desk" asks for its answers here.'])
  })
})
