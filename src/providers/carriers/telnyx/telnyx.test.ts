/** Telnyx keeps what every carrier promises; its signatures, requests and codecs against vectors and the official SDK. */
import { createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Telnyx from 'telnyx'
import { describe, expect, test } from 'vitest'
import { carrierConformance } from '../../../../test/conformance/carrier.ts'
import { addresses, answer, callOf, inbound, now, run } from '../../../../test/conformance/carrier/fixture.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Report } from '../../../spec/carrier.ts'
import type { HttpRequest, InboundRequest } from '../../../spec/http.ts'
import { settings } from './settings.ts'
import { writeState } from './state.ts'
import { telnyx } from './telnyx.ts'

const ref = 'v3:fixture'
const leg = '428c31b6-7af4-4bcb-b7f5-5013ef9657c1'
const streamRef = '32de0dea-53cb-4b21-89a4-9e1819c043bc'
const connectionId = '1494404757140276705'
const publicKey = 'A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg='
const config = settings.parse({ apiKey: 'KEY0123456789abcdef', publicKey, connectionId, recordAtTelnyx: true })
const call = callOf('telnyx', ref)
const urls = addresses('telnyx')

/** The private half of a seed: 00 01 02 … for the vector's key. */
function privateKey(first: number) {
  const seed = Buffer.from(Array.from({ length: 32 }, (_, index) => first + index))
  const key = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

function signed(request: InboundRequest, seconds = Math.floor(now.time / 1_000), key = privateKey(0)): InboundRequest {
  const message = Buffer.concat([Buffer.from(`${seconds}|`), request.body])
  return {
    ...request,
    headers: {
      ...request.headers,
      'telnyx-timestamp': String(seconds),
      'telnyx-signature-ed25519': sign(null, message, key).toString('base64'),
    },
  }
}

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

carrierConformance('telnyx', {
  spec: telnyx,
  settings: config,
  webhook: {
    // Another account signs with another key.
    sign: (request, { connectionId: id, publicKey: key }) =>
      signed(request, undefined, privateKey(key === publicKey || id === connectionId ? 0 : 9)),
    foreign: { apiKey: 'KEYother012345', publicKey: Buffer.alloc(32, 7).toString('base64'), connectionId: '99' },
    credentials: ['publicKey', 'secondaryPublicKey'],
    dated: true,
    examples: [
      example('call-initiated', 'voice', {
        ...{ type: 'call.offered', ref, from: '+15551230001', to: '+15551230002', account: connectionId },
        variables: { caller_name: 'ANN LEE', stir_verstat: 'A', 'SipHeader_X-Ticket': '7' },
      }),
      example('call-initiated-outgoing', 'status/call_1', {
        ...{ type: 'call.status', ref, status: 'initiated', raw: 'call.initiated' },
      }),
      example('call-answered', 'status/call_1', {
        ...{ type: 'call.status', ref, status: 'in-progress', raw: 'call.answered' },
      }),
      example('call-hangup-busy', 'status/call_1', {
        ...{ type: 'call.status', ref, status: 'busy', raw: 'user_busy', cause: 'user_busy, SIP 486' },
      }),
      example('machine-premium', 'status/call_1', {
        ...{ type: 'machine.detected', ref, result: 'machine', raw: 'machine', messageEnded: false },
      }),
      example('machine-greeting', 'status/call_1', {
        ...{ type: 'machine.detected', ref, result: 'machine', raw: 'beep_detected', messageEnded: true },
      }),
      example('speak-ended', 'status/call_1', { type: 'message.ended', ref, raw: 'completed' }),
      example('transfer-hangup', 'transfer/call_1', {
        ...{ type: 'transfer.ended', ref: 'v3:other', result: 'no-answer', raw: 'timeout' },
      }),
      example('recording-saved', 'voice', {
        ...{ type: 'recording.changed', ref: leg, call: 'call_1', recording: leg, status: 'completed' },
        ...{ durationSeconds: 42.5, channels: 2 },
      }),
      example('call-cost', 'status/call_1', { type: 'cost.known', ref, amount: 0.0075, currency: 'USD' }),
      example('streaming-failed', 'status/call_1', {
        ...{ type: 'stream.changed', ref, status: 'failed', cause: 'connection_failed' },
      }),
    ],
  },
  control: {
    ref,
    accept: ({ url }) =>
      url.endsWith('/calls') ? answer({ data: { call_control_id: ref } }) : answer({ data: { result: 'ok' } }),
    gone: [
      answer({ errors: [{ code: '90018', title: 'Call has already ended' }] }, 422),
      answer({ errors: [{ code: '90015', title: 'Invalid Call Control ID' }] }, 422),
      answer({ errors: [{ code: '10005', title: 'Resource not found' }] }, 404),
    ],
  },
  stream: {
    opening: [connected, start],
    started: { ref, streamRef },
    audio: (payload, count) => ({ text: media(Buffer.from(payload).toString('base64'), count) }),
    played: (message) => {
      const read = 'text' in message ? JSON.parse(message.text) : undefined
      return read?.event === 'media' ? Buffer.from(read.media.payload, 'base64') : undefined
    },
    echo: (name) => ({ text: JSON.stringify({ event: 'mark', stream_id: streamRef, mark: { name } }) }),
    digit: { message: dtmf, digit: '1' },
    stop,
  },
})

function media(payload: string, count: number): string {
  const sound = { track: 'inbound', chunk: String(count), timestamp: String(count * 20), payload }
  return JSON.stringify({ event: 'media', sequence_number: String(count + 3), stream_id: streamRef, media: sound })
}

describe('the signature of the fact sheet', () => {
  const body =
    '{"data":{"event_type":"call.initiated","id":"0ccc7b54-4df3-4bca-a65a-3da1ecc777f0","occurred_at":"2025-12-17T19:33:20.000000Z","payload":{"call_control_id":"v3:fixture","direction":"incoming","from":"+15551230001","to":"+15551230002","state":"parked"},"record_type":"event"},"meta":{"attempt":1,"delivered_to":"https://voice.example.com/telnyx"}}'
  const signature = 'TWhKC/uJSZPb7GqhZwvVm1ZL54Y7H4FhP+XtTlCVbr7wn2ewZxxfDvNrehoihKKDPZiEq1/A2ROKkn0h165bAQ=='
  const request = (header = signature, text = body): InboundRequest => ({
    ...inbound('telnyx', { purpose: 'voice', json: JSON.parse(text) }),
    body: Buffer.from(text),
    headers: { 'telnyx-timestamp': '1766000000', 'telnyx-signature-ed25519': header },
  })
  const at = (seconds: number) => ({ ...now, time: seconds * 1_000 })
  const verdict = (sent: InboundRequest, seconds = 1_766_000_100, over: object = {}) =>
    telnyx.webhook!.verify(sent, settings.parse({ ...config, ...over }), at(seconds))

  test('is believed, and named by the event', () => {
    expect(verdict(request())).toMatchObject({ ok: true, nonce: '0ccc7b54-4df3-4bca-a65a-3da1ecc777f0', retry: true })
  })

  test('is believed up to 300 seconds away, both ways', () => {
    for (const seconds of [1_766_000_300, 1_765_999_700])
      expect(verdict(request(), seconds)).toMatchObject({ ok: true })
    for (const seconds of [1_766_000_301, 1_765_999_699])
      expect(verdict(request(), seconds)).toMatchObject({ ok: false, why: 'stale' })
  })

  test('is one of several in a header, and of several keys', () => {
    expect(verdict(request(`AAAA, ${signature}`))).toMatchObject({ ok: true })
    const other = Buffer.alloc(32, 7).toString('base64')
    expect(verdict(request(), undefined, { publicKey: other, secondaryPublicKey: publicKey })).toMatchObject({
      ok: true,
    })
    expect(verdict(request(), undefined, { publicKey: other })).toMatchObject({ ok: false, why: 'invalid' })
  })

  test('is checked with keys in DER and PEM too', () => {
    const der = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(publicKey, 'base64'),
    ]).toString('base64')
    for (const key of [der, `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`])
      expect(verdict(request(), undefined, { publicKey: key })).toMatchObject({ ok: true })
  })

  test('does not cover a body with one space more', () => {
    expect(verdict(request(signature, `${body} `))).toMatchObject({ ok: false, why: 'invalid' })
  })

  test('is refused for another connection', () => {
    const other = signed(inbound('telnyx', { purpose: 'voice', json: fixture('call-initiated') }))
    const foreign = settings.parse({ ...config, connectionId: '42' })
    expect(telnyx.webhook!.verify(other, foreign, now)).toMatchObject({ ok: false, why: 'invalid' })
  })

  test('ours is accepted by the SDK', async () => {
    const made = signed(inbound('telnyx', { purpose: 'voice', json: fixture('call-initiated') }), sdkSeconds())
    const sdk = new Telnyx({ apiKey: 'KEY', publicKey })
    const event = await sdk.webhooks.unwrap(Buffer.from(made.body).toString(), { headers: { ...made.headers } })
    expect(event).toMatchObject({ data: { event_type: 'call.initiated' } })
  })

  /** The SDK looks at the wall clock itself. */
  const sdkSeconds = () => Math.floor(Date.now() / 1_000)
})

describe('events', () => {
  const decoded = (payload: object, type: string) => {
    const json = { data: { event_type: type, payload: { call_control_id: ref, ...payload } } }
    return telnyx.webhook!.decode(inbound('telnyx', { purpose: 'voice', json }))
  }

  test.each([
    ['normal_clearing', '200', 'completed'],
    ['time_limit', '200', 'completed'],
    ['user_busy', '486', 'busy'],
    ['timeout', '487', 'no-answer'],
    ['no_answer', '480', 'no-answer'],
    ['originator_cancel', '487', 'canceled'],
    ['call_rejected', '603', 'busy'],
    ['call_rejected', '403', 'failed'],
    ['not_found', '404', 'failed'],
    ['unspecified', '500', 'failed'],
    ['unspecified', '200', 'completed'],
  ])('a hang-up because of %s with %s is %s', (cause, sip, status) => {
    const [report] = decoded({ hangup_cause: cause, sip_hangup_cause: sip }, 'call.hangup')
    expect(report).toMatchObject({ type: 'call.status', status, raw: cause })
  })

  test.each([
    ['human_residence', 'human'],
    ['human_business', 'human'],
    ['human', 'human'],
    ['silence', 'unknown'],
    ['fax_detected', 'fax'],
    ['not_sure', 'unknown'],
    ['constructor', 'unknown'],
  ])('%s answered: %s', (raw, result) => {
    const reports = decoded({ result: raw }, 'call.machine.premium.detection.ended')
    expect(reports).toEqual([{ type: 'machine.detected', ref, result, raw, messageEnded: false }])
  })

  test('keys are heard on the stream, not here', () => {
    expect(decoded({ digit: '5' }, 'call.dtmf.received')).toEqual([])
  })
})

describe('requests', () => {
  const dispatched = (command: CallCommand, known = call, over: object = {}) => {
    const dispatch = telnyx.control!.encode(command, known, settings.parse({ ...config, ...over }), { now, urls })
    if (dispatch.by !== 'http') throw new Error('not by HTTP')
    return dispatch.operation
  }
  const ok = answer({ data: { result: 'ok' } })
  const asked = (command: CallCommand, over: object = {}) => run(dispatched(command, call, over), ok, ok).asked
  const bodyOf = (request: HttpRequest | undefined): Record<string, unknown> => JSON.parse(String(request?.body))

  test('an answer opens the stream in the same request', () => {
    const [request, ...more] = asked({ type: 'answer' })
    expect(more).toEqual([])
    expect(request?.url).toBe('https://api.telnyx.com/v2/calls/v3%3Afixture/actions/answer')
    expect(bodyOf(request)).toEqual({
      stream_url: 'wss://voice.example.com/media/t0ken',
      stream_track: 'inbound_track',
      stream_codec: 'PCMU',
      stream_bidirectional_mode: 'rtp',
      stream_bidirectional_codec: 'PCMU',
      stream_bidirectional_target_legs: 'self',
      client_state: Buffer.from('call_1 PCMU').toString('base64'),
      record: 'record-from-answer',
      record_channels: 'dual',
      record_format: 'wav',
      webhook_url: 'https://voice.example.com/carriers/telnyx/conn_1/status/call_1',
      command_id: 'call_1-answer',
    })
  })

  test('a dial carries stream, detection and limits, and needs numbers', () => {
    const dialed = run(dispatched({ type: 'dial' }, callOf('telnyx')), answer({ data: { call_control_id: ref } }))
    expect(dialed.result).toEqual({ ref, status: 'queued' })
    expect(bodyOf(dialed.asked[0])).toMatchObject({
      ...{ connection_id: connectionId, to: '+14155550199', from: '+14155550100', timeout_secs: 30 },
      ...{ time_limit_secs: 600, answering_machine_detection: 'premium', stream_bidirectional_mode: 'rtp' },
    })
    const standard = dispatched({ type: 'dial' }, callOf('telnyx'), { detection: 'standard' })
    expect(bodyOf(run(standard, answer({ data: { call_control_id: ref } })).asked[0])).toMatchObject({
      answering_machine_detection: 'greeting_end',
    })
    expect(() => run(dispatched({ type: 'dial' }, { ...callOf('telnyx'), to: '123' }))).toThrow(/full number/)
  })

  test('a refusal is explained', () => {
    const refusal = answer({ errors: [{ code: 'D35', title: 'Invalid caller id', detail: 'Not yours.' }] }, 403)
    expect(() => run(dispatched({ type: 'dial' }), refusal)).toThrow(
      /Not yours \(Telnyx error D35\)\. Call from a number/,
    )
  })

  test('a transfer names its leg, and leaves the stream to a caller who may come back', () => {
    const sent = asked({ type: 'transfer', to: '+14155550177' })
    expect(sent.map((one) => bodyOf(one))).toMatchObject([
      { to: '+14155550177', target_leg_client_state: writeState({ call: 'call_1', about: 'transfer' }) },
    ])
  })

  test.each([
    [{ type: 'answer' }, 'answer'],
    [{ type: 'reject', reason: 'busy' }, 'reject'],
    [{ type: 'hangup' }, 'hangup'],
    [{ type: 'send-digits', digits: '12#w' }, 'sendDtmf'],
    [{ type: 'leave-message', text: 'Hello.' }, 'speak'],
    [{ type: 'record', action: 'start' }, 'startRecording'],
    [{ type: 'record', action: 'pause' }, 'pauseRecording'],
    [{ type: 'record', action: 'resume' }, 'resumeRecording'],
    [{ type: 'record', action: 'stop' }, 'stopRecording'],
  ] satisfies readonly (readonly [CallCommand, SdkAction])[])('%j is what the SDK sends', async (command, method) => {
    const [ours] = asked(command)
    const theirs = await sentBySdk((sdk) => sdk.calls.actions[method](ref, bodyOf(ours) as never)) // typed per method
    expect([ours?.method, decodeURIComponent(ours?.url ?? ''), bodyOf(ours)]).toEqual([
      theirs.method,
      theirs.url,
      theirs.body,
    ])
    expect(ours?.headers['authorization']).toBe(theirs.authorization)
  })

  test('a dial is what the SDK sends', async () => {
    const { asked: ours } = run(
      dispatched({ type: 'dial' }, callOf('telnyx')),
      answer({ data: { call_control_id: ref } }),
    )
    const theirs = await sentBySdk((sdk) => sdk.calls.dial(bodyOf(ours[0]) as never)) // what we send is what it types
    expect([ours[0]?.method, ours[0]?.url, bodyOf(ours[0])]).toEqual([theirs.method, theirs.url, theirs.body])
  })
})

type SdkAction = keyof Telnyx['calls']['actions'] &
  ('answer' | 'reject' | 'hangup' | 'sendDtmf' | 'speak' | `${'start' | 'stop' | 'pause' | 'resume'}Recording`)

async function sentBySdk(use: (sdk: Telnyx) => Promise<unknown>) {
  let sent = { method: '', url: '', body: {}, authorization: '' }
  const fetch = async (url: unknown, init?: RequestInit) => {
    const headers = new Headers(init?.headers)
    sent = {
      ...{ method: init?.method?.toUpperCase() ?? '', url: String(url) },
      ...{ body: init?.body ? JSON.parse(String(init.body)) : {}, authorization: headers.get('authorization') ?? '' },
    }
    return Response.json({ data: [] })
  }
  await use(new Telnyx({ apiKey: config.apiKey, fetch }))
  return sent
}

describe('codecs', () => {
  const opened = (state: string, encoding: string, rate: number) => {
    const read = JSON.parse(start.text)
    read.start.client_state = Buffer.from(`call_1 ${state}`).toString('base64')
    read.start.media_format = { encoding, sample_rate: rate, channels: 1 }
    return telnyx.stream!.step(telnyx.stream!.begin(), { type: 'message', message: { text: JSON.stringify(read) } })
      .events[0]
  }

  test('what comes is as the start says, what goes is as we asked', () => {
    expect(opened('PCMU', 'PCMA', 8_000)).toMatchObject({ format: { encoding: 'pcma' }, sends: { encoding: 'pcmu' } })
    expect(opened('PCMU', 'PCMU', 8_000)).not.toHaveProperty('sends')
  })

  test('linear sound has the byte order of the settings', () => {
    expect(opened('L16', 'L16', 16_000)).toMatchObject({ format: { encoding: 'l16le', rate: 16_000 } })
    expect(opened('L16-be', 'L16', 16_000)).toMatchObject({ format: { encoding: 'l16be', rate: 16_000 } })
  })

  test('a codec that nobody asked for opens nothing', () => {
    expect(opened('PCMU', 'OPUS', 16_000)).toMatchObject({ type: 'ignored' })
  })
})

describe('afterwards', () => {
  test('a dial in doubt is found by its own id among the running calls; one that is not there may have been', () => {
    const mine = { call_control_id: ref, client_state: writeState({ call: 'call_1', about: 'PCMU' }) }
    const doubted = callOf('telnyx')
    expect(
      run(telnyx.lookup!(doubted, config, now), answer({ data: [{ call_control_id: 'v3:x' }, mine] })).result,
    ).toEqual({
      ...{ ref, status: 'initiated' },
    })
    expect(run(telnyx.lookup!(doubted, config, now), answer({ data: [] })).result).toBe('unsure')
    expect(run(telnyx.lookup!(call, config, now), answer({}, 404)).result).toBe('unknown')
  })

  test('a transfer in doubt is known by the leg that bears its mark, on whatever page it stands', () => {
    const ours = { call_control_id: ref, client_state: writeState({ call: 'call_1', about: 'PCMU' }) }
    const marked = { call_control_id: 'v3:y', client_state: writeState({ call: 'call_1', about: 'transfer' }) }
    const found = (...pages: readonly object[]) =>
      run(telnyx.lookupTransfer!(call, '+15551239999', config, now), ...pages.map((page) => answer(page)))
    expect(found({ data: [ours, marked], meta: { cursors: {} } }).result).toBe('taken')
    expect(found({ data: [ours] }).result).toBe('absent')
    const byCursor = found({ data: [ours], meta: { cursors: { after: 'c1' } } }, { data: [marked], meta: {} })
    expect([byCursor.result, byCursor.asked[1]?.url]).toEqual(['taken', expect.stringContaining('page%5Bafter%5D=c1')])
    const byNumber = found({ data: [ours], meta: { page_number: 1, total_pages: 2 } }, { data: [marked] })
    expect([byNumber.result, byNumber.asked[1]?.url]).toEqual(['taken', expect.stringContaining('page%5Bnumber%5D=2')])
    const endless = Array.from({ length: 40 }, () => ({ data: [ours], meta: { cursors: { after: 'again' } } }))
    expect(found(...endless).result).toBe('unsure')
    // The leg of a transfer is never taken for a dial in doubt.
    const { ref: _ref, ...doubted } = call
    expect(run(telnyx.lookup!(doubted, config, now), answer({ data: [marked] })).result).toBe('unsure')
  })

  test('a recording is found by its leg, and fetched without credentials', () => {
    const found = telnyx.recordings!.fetch(leg, call, config, now)
    if ('url' in found) throw new Error('asked for at each fetch')
    const { result, asked } = run(found, answer({ data: [{ download_urls: { wav: 'https://s3.example/x.wav' } }] }))
    expect(result).toEqual({ url: 'https://s3.example/x.wav', headers: {} })
    expect(asked[0]?.url).toBe(`https://api.telnyx.com/v2/recordings?filter%5Bcall_leg_id%5D=${leg}`)
  })

  test('the settings are checked against the application', () => {
    const application = { application_name: 'Front desk', webhook_event_url: 'https://voice.example.com/x' }
    expect(run(telnyx.check!(config, now), answer({ data: application })).result).toContain('"Front desk"')
    expect(() => run(telnyx.check!(config, now), answer({ errors: [{ code: '10009' }] }, 401))).toThrow(
      /Check the API key/,
    )
  })
})

describe('numbers', () => {
  const number = {
    id: '1293384261075731499',
    phone_number: '+15551230002',
    connection_id: '7',
    features: [{ name: 'voice' }],
  }
  const application = { application_name: 'Front desk', webhook_event_url: 'https://old.example' }

  test('pointing changes the application only when it points elsewhere, and keeps its name', () => {
    const elsewhere = [{ data: [number] }, { data: application }, {}, {}].map((body) => answer(body))
    const { asked } = run(
      telnyx.numbers!.point!('+15551230002', { voice: 'https://v', status: '' }, config),
      ...elsewhere,
    )
    expect(asked.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
      'GET /v2/phone_numbers',
      `GET /v2/call_control_applications/${connectionId}`,
      `PATCH /v2/call_control_applications/${connectionId}`,
      'PATCH /v2/phone_numbers/1293384261075731499',
    ])
    expect(JSON.parse(String(asked[2]?.body))).toMatchObject({
      application_name: 'Front desk',
      webhook_event_url: 'https://v',
    })
    const here = [{ data: [number] }, { data: { webhook_event_url: 'https://v' } }, {}].map((body) => answer(body))
    const settled = run(telnyx.numbers!.point!('+15551230002', { voice: 'https://v', status: '' }, config), ...here)
    expect(settled.asked).toHaveLength(3)
  })

  test('are searched, bought, listed and released', () => {
    const available = {
      phone_number: '+14155550123',
      region_information: [{ region_type: 'location', region_name: 'OAKLAND' }],
    }
    const search = run(
      telnyx.numbers!.search!({ country: 'us', areaCode: '415' }, config),
      answer({ data: [available] }),
    )
    expect(search.result).toEqual([{ number: '+14155550123', locality: 'OAKLAND', capabilities: [] }])
    expect(new URL(search.asked[0]!.url).searchParams.get('filter[national_destination_code]')).toBe('415')
    const bodies = [{ data: { webhook_event_url: 'https://v' } }, { data: { status: 'pending' } }]
    const buying = telnyx.numbers!.buy!('+14155550123', config, { voice: 'https://v', status: '' })
    expect(run(buying, ...bodies.map((body) => answer(body))).result).toMatchObject({ number: '+14155550123' })
    const pages = [
      { data: [number], meta: { total_pages: 2 } },
      { data: [number], meta: { total_pages: 2 } },
    ]
    expect(run(telnyx.numbers!.list!(config), ...pages.map((body) => answer(body))).result).toHaveLength(2)
    const released = run(telnyx.numbers!.release!('+15551230002', config), answer({ data: [number] }), answer({}))
    expect(released.asked[1]?.method).toBe('DELETE')
    expect(() => run(telnyx.numbers!.release!('+15551230002', config), answer({ data: [] }))).toThrow(/not a number/)
  })
})

describe('set-up', () => {
  const setUp = (webhook: string | undefined) => {
    const application = { application_name: 'Front desk', webhook_event_url: webhook }
    return run(
      telnyx.setUp!({ voice: 'https://v', status: '' }, config, now),
      answer({ data: application }),
      answer({}),
    )
  }

  test('points the application here and says where it pointed before', () => {
    const { asked, result } = setUp('https://user:password@old.example/x?key=1')
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'PATCH'])
    expect(result.notes[0]).toMatch(/"Front desk" went to old\.example; they come here now/)
    expect(setUp(undefined).result.notes[0]).toContain('went nowhere')
  })

  test('changes nothing that is right', () => {
    const { asked, result } = setUp('https://v')
    expect(asked.map(({ method }) => method)).toEqual(['GET'])
    expect(result.notes).toEqual(['The application "Front desk" sends its webhooks here.'])
  })
})
