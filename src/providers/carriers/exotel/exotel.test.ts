/** Exotel keeps what every carrier promises (nothing is signed, and there is no SDK to ask). */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { carrierConformance } from '../../../../test/conformance/carrier.ts'
import { addresses, answer, callOf, inbound, now, run } from '../../../../test/conformance/carrier/fixture.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Report, StreamOrder } from '../../../spec/carrier.ts'
import type { InboundRequest } from '../../../spec/http.ts'
import { exotel } from './exotel.ts'
import { settings } from './settings.ts'
import { keyed } from './webhook.ts'

const ref = '80bfbec2d78bbbf10fb851f4fa165211'
const streamRef = '6f048d2e897a0d2d4029560f3f541947'
const config = settings.parse({
  ...{
    accountSid: 'acme12m',
    apiKey: 'api-key-0123',
    apiToken: 'api-token-0123',
    flowId: '4711',
    recordAtCarrier: true,
  },
  ...{ webhookSecret: 'webhook-secret-0123456789', secondaryWebhookSecret: 'older-webhook-secret-01234' },
})
const call = callOf('exotel', ref)
const urls = addresses('exotel')

const fixture = (name: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))
const [connected, start, dtmf, stop] = readFileSync(new URL('fixtures/stream.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((text) => ({ text })) as [Text, Text, Text, Text] // the file has four lines

interface Text {
  readonly text: string
}

const basic = (secret: string) => `Basic ${Buffer.from(`offhook:${secret}`).toString('base64')}`
const withBasic = (request: InboundRequest, secret: string): InboundRequest => ({
  ...request,
  headers: { ...request.headers, authorization: basic(secret) },
})

const terminal: readonly Report[] = [
  { type: 'call.status', ref, status: 'completed', raw: 'completed', durationSeconds: 42 },
  {
    ...{ type: 'recording.changed', ref, status: 'completed' },
    recording: 'https://recordings.exotel.com/exotelrecordings/acme12m/x.mp3',
  },
]

carrierConformance('exotel', {
  spec: exotel,
  settings: config,
  webhook: {
    sign: (request, { webhookSecret }) => withBasic(request, webhookSecret),
    foreign: { ...config, webhookSecret: 'deadbeefdeadbeef', secondaryWebhookSecret: undefined },
    credentials: ['webhookSecret', 'secondaryWebhookSecret'],
    // Nothing is signed: what can be altered is the secret.
    alter: (request) => ({
      ...request,
      headers: { ...request.headers, authorization: basic('webhook-secret-9876543210') },
    }),
    examples: [
      {
        ...{ name: 'voice', purpose: 'voice', method: 'GET', form: fixture('voice') },
        reports: [
          {
            ...{ type: 'call.offered', ref, from: '+919876543210', to: '+918047491899' },
            variables: { custom_field: 'desk' },
          },
        ],
      },
      { name: 'terminal', purpose: 'status/call_1/key', json: fixture('terminal'), reports: terminal },
      {
        ...{ name: 'answered', purpose: 'status/call_1/key', form: fixture('answered') },
        reports: [{ type: 'call.status', ref, status: 'in-progress', raw: 'answered' }],
      },
      {
        ...{ name: 'terminal-default', purpose: 'status/call_1/key', form: fixture('terminal-default') },
        reports: [{ type: 'call.status', ref, status: 'no-answer', raw: 'no-answer' }],
      },
      {
        ...{ name: 'passthru', purpose: 'passthru', method: 'GET', form: fixture('passthru') },
        reports: [
          {
            ...{ type: 'recording.changed', ref, status: 'completed' },
            recording: 'https://recordings.exotel.com/exotelrecordings/acme12m/y.mp3',
          },
        ],
      },
    ],
  },
  control: {
    ref,
    accept: () => answer(fixture('call')),
    // A call is hung up by closing its stream: there is nobody to ask.
    gone: [],
  },
  stream: {
    opening: [connected, start],
    started: { ref, streamRef, account: 'acme12m' },
    audio: (payload, count) => ({
      text: JSON.stringify({
        ...{ event: 'media', sequence_number: String(count + 1), stream_sid: streamRef },
        media: {
          chunk: String(count),
          timestamp: String(count * 100),
          payload: Buffer.from(payload).toString('base64'),
        },
      }),
    }),
    played: (message) => {
      const read = 'text' in message ? JSON.parse(message.text) : undefined
      return read?.event === 'media' && read.stream_sid === streamRef
        ? Buffer.from(read.media.payload, 'base64')
        : undefined
    },
    echo: (name) => ({
      text: JSON.stringify({ event: 'mark', sequence_number: '15', stream_sid: streamRef, mark: { name } }),
    }),
    digit: { message: dtmf, digit: '5' },
    stop,
  },
})

describe('the webhook secret', () => {
  const verdict = (request: InboundRequest, over: object = {}) =>
    exotel.webhook!.verify(request, settings.parse({ ...config, ...over }), now)
  const voice = (query = '') => ({
    ...inbound('exotel', { purpose: 'voice', method: 'GET' }),
    query: new URLSearchParams(query),
  })

  test('is known from Basic credentials, from the query, and from the end of our own addresses; the older one too', () => {
    for (const secret of [config.webhookSecret, config.secondaryWebhookSecret ?? '']) {
      expect(verdict(withBasic(voice(), secret))).toEqual({ ok: true })
      expect(verdict(voice(`key=${secret}`))).toEqual({ ok: true })
    }
    expect(verdict(inbound('exotel', { purpose: keyed(config, 'status/call_1') }))).toEqual({ ok: true })
  })

  test('of one address is none of another', () => {
    const key = keyed(config, 'status/call_1').split('/').at(-1)
    for (const purpose of [`status/call_2/${key}`, `voice/${key}`, `status/${key}`, key ?? ''])
      expect(verdict(inbound('exotel', { purpose }))).toMatchObject({ ok: false })
  })

  test('is named when it is missing, and when it is wrong', () => {
    expect(verdict(voice())).toMatchObject({ ok: false, why: 'missing' })
    expect(verdict(voice('key=guess'))).toMatchObject({ ok: false, why: 'invalid' })
  })

  test('is not enough from an address that is not allowed', () => {
    const known = withBasic(voice(), config.webhookSecret)
    expect(verdict(known, { allowedAddresses: '203.0.113.7, 203.0.113.8' })).toEqual({ ok: true })
    expect(verdict(known, { allowedAddresses: '203.0.113.8' })).toMatchObject({ ok: false, why: 'invalid' })
  })

  test('is checked as the fact sheet has it: k1 and t1', () => {
    expect(`Basic ${Buffer.from('k1:t1').toString('base64')}`).toBe('Basic azE6dDE=')
  })
})

describe('callbacks', () => {
  const decoded = (form: Record<string, string>) =>
    exotel.webhook!.decode(inbound('exotel', { purpose: 'status/call_1/key', form: { CallSid: ref, ...form } }))

  test.each(['busy', 'failed', 'completed', 'canceled'] as const)('%s is what it says', (Status) => {
    expect(decoded({ Status, EventType: 'terminal' })).toEqual([
      { type: 'call.status', ref, status: Status, raw: Status },
    ])
  })

  test('in-progress means nothing unless it was answered', () => {
    expect(decoded({ Status: 'in-progress' })).toEqual([])
    expect(decoded({ EventType: 'ringing' })).toMatchObject([{ status: 'ringing' }])
  })

  test('are read in parts too', () => {
    const part = (name: string, value: string) =>
      `--x1\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const body = Buffer.from(`${part('CallSid', ref)}${part('Status', 'busy')}--x1--\r\n`)
    const request = inbound('exotel', {
      purpose: 'status/call_1/key',
      headers: { 'content-type': 'multipart/form-data; boundary=x1' },
    })
    expect(exotel.webhook!.decode({ ...request, body })).toEqual([
      { type: 'call.status', ref, status: 'busy', raw: 'busy' },
    ])
  })

  test('of calls that we place offer nothing', () => {
    const form = { ...fixture('voice'), Direction: 'outbound-dial' }
    expect(exotel.webhook!.decode(inbound('exotel', { purpose: 'voice', method: 'GET', form }))).toEqual([])
  })
})

describe('commands', () => {
  const encoded = (command: CallCommand, known = call, over: object = {}) =>
    exotel.control!.encode(command, known, settings.parse({ ...config, ...over }), { now, urls })
  const dialled = (over: object = {}, known = callOf('exotel')) => {
    const dispatch = encoded({ type: 'dial' }, known, over)
    if (dispatch.by !== 'http') throw new Error('not by HTTP')
    return run(dispatch.operation, answer(fixture('call')))
  }

  test('an applet gets the address of our socket, with the rate in its query', () => {
    const dispatch = encoded({ type: 'answer' }, call, { rate: 8_000 })
    expect(dispatch).toMatchObject({
      by: 'reply',
      reply: { body: '{"url":"wss://voice.example.com/media/t0ken?sample-rate=8000"}' },
    })
    expect(encoded({ type: 'reject', reason: 'busy' })).toMatchObject({ by: 'reply', reply: { status: 404 } })
  })

  test('a dial calls "From", and says nothing of its state', () => {
    const { result, asked } = dialled()
    expect(result).toEqual({ ref, status: 'initiated' })
    expect(asked[0]).toMatchObject({
      ...{ method: 'POST', url: 'https://api.in.exotel.com/v1/Accounts/acme12m/Calls/connect.json' },
      headers: { authorization: `Basic ${Buffer.from('api-key-0123:api-token-0123').toString('base64')}` },
    })
    const form = new URLSearchParams(String(asked[0]?.body))
    expect(Object.fromEntries(form)).toEqual({
      ...{ From: '+14155550199', CallerId: '+14155550100', StreamType: 'bidirectional', TimeLimit: '600' },
      ...{ CustomField: 'call_1', Record: 'true', RecordingChannels: 'dual', 'StatusCallbackEvents[]': 'terminal' },
      StreamUrl: 'wss://voice.example.com/media/t0ken?sample-rate=16000',
      StatusCallback: urls.webhook(keyed(config, 'status/call_1')),
      StatusCallbackContentType: 'application/json',
    })
    expect(form.getAll('StatusCallbackEvents[]')).toEqual(['answered', 'terminal'])
    expect(dialled({ region: 'singapore' }).asked[0]?.url).toContain('https://api.exotel.com/')
  })

  test('a hang-up closes the stream', () => {
    expect(encoded({ type: 'hangup' })).toEqual({ by: 'stream', orders: [{ type: 'close' }] })
  })

  test('a refusal is explained', () => {
    const dispatch = encoded({ type: 'dial' }, callOf('exotel'))
    if (dispatch.by !== 'http') throw new Error('not by HTTP')
    const refusal = answer({ RestException: { Status: 403, Message: 'Not allowed', Code: 34_001 } }, 403)
    expect(() => run(dispatch.operation, refusal)).toThrow(
      /Not allowed \(Exotel error 34001\)\. Have AgentStream switched on/,
    )
  })
})

describe('the stream', () => {
  const opened = (over: object = {}) => {
    const read = JSON.parse(start.text)
    const message = { text: JSON.stringify({ ...read, start: { ...read.start, ...over } }) }
    return exotel.stream!.step(exotel.stream!.begin(), { type: 'message', message })
  }
  const sent = (state: unknown, order: StreamOrder) =>
    exotel.stream!.step(state, order).messages.map((one) => ('text' in one ? JSON.parse(one.text) : undefined))

  test('counts what it sends, and names the stream both ways', () => {
    const first = exotel.stream!.step(opened().state, { type: 'audio', payload: new Uint8Array(3_200) })
    expect(sent(first.state, { type: 'audio', payload: new Uint8Array(3_200) })).toMatchObject([
      { stream_sid: streamRef, streamSid: streamRef, sequence_number: '2', media: { chunk: '2', timestamp: '100' } },
    ])
  })

  test.each([
    ['8000', 8_000, 200],
    [16_000, 16_000, 100],
    ['24000', 24_000, 100],
  ])('at %s Hz a message is at least 3200 bytes, and whole times 320', (sample_rate, rate, frameMs) => {
    const [started] = opened({ media_format: { encoding: 'raw/slin', sample_rate } }).events
    expect(started).toMatchObject({ format: { encoding: 'l16le', rate, frameMs } })
    const bytes = (rate * frameMs * 2) / 1_000
    expect([bytes >= 3_200, bytes % 320]).toEqual([true, 0])
  })

  test('reads the other spelling of names as well', () => {
    const other = {
      event: 'start',
      streamSid: streamRef,
      start: { callSid: ref, accountSid: 'acme12m', customParameters: { a: '1' } },
    }
    const { events } = exotel.stream!.step(exotel.stream!.begin(), {
      type: 'message',
      message: { text: JSON.stringify(other) },
    })
    expect(events).toMatchObject([
      { type: 'started', ref, streamRef, account: 'acme12m', parameters: { a: '1' }, format: { rate: 8_000 } },
    ])
    expect(exotel.stream!.recognise({ text: JSON.stringify(other) })).toBe(true)
  })

  test('is not mistaken for others that greet alike', () => {
    for (const greeting of [
      '{"event":"connected","version":"1.0.0"}',
      '{"event":"connected","protocol":"Call","version":"1.0.0"}',
    ])
      expect(exotel.stream!.recognise({ text: greeting })).toBe(false)
  })

  test('says why it stopped', () => {
    expect(exotel.stream!.step(opened().state, { type: 'message', message: stop }).events).toEqual([
      { type: 'stopped', cause: 'callended' },
    ])
  })
})

describe('afterwards', () => {
  test('price and fate of a call', () => {
    const seen = (over: object) => answer({ Call: { ...(fixture('call')['Call'] as object | undefined), ...over } }) // an object in the file
    expect(run(exotel.cost!(call, config, now), seen({ Price: '1.20' })).result).toEqual({
      amount: 1.2,
      currency: 'INR',
    })
    expect(run(exotel.cost!(call, config, now), seen({ Price: null })).result).toBeUndefined()
    const found = (over: object, known = call) => run(exotel.lookup!(known, config, now), seen(over)).result
    expect(found({ Status: 'busy' })).toEqual({ ref, status: 'busy' })
    expect(found({ Status: 'in-progress' })).toEqual({ ref, status: 'in-progress' })
    expect(found({ Status: 'in-progress' }, { ...call, status: 'ringing' })).toEqual({ ref, status: 'initiated' })
    expect(run(exotel.lookup!(call, config, now), answer({}, 404)).result).toBe('unknown')
    expect(run(exotel.lookup!(callOf('exotel'), config, now)).result).toBe('unsure')
  })

  test('credentials go to Exotel’s own hosts only', () => {
    const headers = (url: string) => {
      const place = exotel.recordings!.fetch(url, call, config, now)
      return 'url' in place ? Object.keys(place.headers) : []
    }
    expect(headers('https://recordings.exotel.com/x.mp3')).toEqual(['authorization'])
    expect(headers('https://s3.amazonaws.com/x.mp3')).toEqual([])
    expect(headers('http://recordings.exotel.com/x.mp3')).toEqual([])
    expect(() => headers('x')).toThrow(/not yet said/)
  })

  test('the settings are checked', () => {
    expect(run(exotel.check!(config, now), answer({ incoming_phone_numbers: [{}] })).result).toContain('with 1 numbers')
    expect(() => run(exotel.check!(config, now), answer({}, 401))).toThrow(/API token/)
  })
})

describe('ExoPhones', () => {
  const one = { sid: 'ex1', phone_number: '08047491899', friendly_name: 'Desk', voice_url: 'http://elsewhere' }
  const at = { voice: '', status: '' }

  test('are pointed at the flow', () => {
    const { asked, result } = run(
      exotel.numbers!.point!('+918047491899', at, config),
      answer({ incoming_phone_numbers: [one] }),
      answer({}),
    )
    expect(result).toMatchObject({
      number: '+918047491899',
      pointsAt: 'http://my.exotel.com/acme12m/exoml/start_voice/4711',
    })
    expect(asked[1]).toMatchObject({
      method: 'PUT',
      url: 'https://api.in.exotel.com/v2_beta/Accounts/acme12m/IncomingPhoneNumbers/ex1',
    })
    const flowless = settings.parse({ ...config, flowId: undefined })
    const listed = answer([one])
    expect(() => run(exotel.numbers!.point!('+918047491899', at, flowless), listed, answer({}))).toThrow(/flow/)
    expect(() => run(exotel.numbers!.point!('+918047491800', at, config), listed)).toThrow(/not an ExoPhone/)
  })

  test('are searched, bought and listed', () => {
    const expected = [{ number: '+918047491899', ref: 'ex1', label: 'Desk', pointsAt: 'http://elsewhere' }]
    expect(run(exotel.numbers!.list!(config), answer([one])).result).toEqual(expected)
    const search = run(
      exotel.numbers!.search!({ country: 'in', contains: '4749' }, config),
      answer([one, { phone_number: '08011111111' }]),
    )
    expect(search.result).toEqual(expected)
    const bought = run(exotel.numbers!.buy!('+918047491899', config, at), answer(one))
    expect(new URLSearchParams(String(bought.asked[0]?.body)).get('VoiceUrl')).toContain('start_voice/4711')
  })
})
