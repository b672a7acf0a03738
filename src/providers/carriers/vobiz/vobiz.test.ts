/** Vobiz keeps what every carrier promises; its signatures against the vectors of the fact sheet (there is no SDK to ask). */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { carrierConformance } from '../../../../test/conformance/carrier.ts'
import { addresses, answer, callOf, inbound, now, run } from '../../../../test/conformance/carrier/fixture.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Report } from '../../../spec/carrier.ts'
import type { InboundRequest } from '../../../spec/http.ts'
import { settings } from './settings.ts'
import { vobiz } from './vobiz.ts'
import { baseOf, hmac, keyed } from './webhook.ts'

const ref = '0f6d7c1e-3a52-4b7e-9d0c-5b8e2f4a6c71'
const authId = 'MA_EXAMPLE'
const token = 'vobiz_test_token_0123456789abcdef'
const parentToken = 'vobiz_parent_token_fedcba9876543210'
const nonce = '41937150428065173924'
const config = settings.parse({ authId, authToken: token, parentAuthToken: parentToken, recordAtCarrier: true })
const call = callOf('vobiz', ref)
const urls = addresses('vobiz')

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

carrierConformance('vobiz', {
  spec: vobiz,
  settings: config,
  webhook: {
    sign: (sent, { authToken }) => {
      if (sent.purpose === 'campaign') {
        const signature = `sha256=${hmac(authToken, sent.body, 'hex')}`
        return { ...sent, headers: { ...sent.headers, 'x-vobiz-signature': signature } }
      }
      const signature = hmac(authToken, `${baseOf(sent.urls[0] ?? '')}.${nonce}`)
      const headers = { 'x-vobiz-signature-v3': signature, 'x-vobiz-signature-v3-nonce': nonce }
      return { ...sent, headers: { ...sent.headers, ...headers } }
    },
    foreign: { authId: 'MA_OTHER', authToken: 'deadbeefdeadbeef' },
    credentials: ['authToken', 'parentAuthToken'],
    // The body of a voice callback is not signed: only its address is.
    alter: (sent) =>
      sent.purpose === 'campaign'
        ? { ...sent, body: Buffer.concat([sent.body, Buffer.from(' ')]) }
        : { ...sent, urls: sent.urls.map((url) => url.replace('conn_1', 'conn_2')) },
    examples: [
      example('voice', keyed(config, 'voice/-'), {
        ...{ type: 'call.offered', ref, from: '+918040000009', to: '+918040000001', account: authId },
        variables: { 'X-VH-Ticket': '7' },
      }),
      {
        ...{ name: 'voice as JSON', purpose: 'voice', json: fixture('voice') },
        reports: [
          {
            ...{ type: 'call.offered', ref, from: '+918040000009', to: '+918040000001', account: authId },
            variables: { 'X-VH-Ticket': '7' },
          },
        ],
      },
      example('answer', keyed(config, 'answer/call_1'), { type: 'answer.requested', ref, raw: 'StartApp' }),
      example('ring', 'status/call_1', { type: 'call.status', ref, status: 'ringing', raw: 'ringing' }),
      example('hangup-busy', 'status/call_1', {
        ...{
          type: 'call.status',
          ref,
          status: 'busy',
          raw: 'completed',
          cause: 'USER_BUSY (Vobiz 3010)',
          durationSeconds: 0,
        },
      }),
      example('hangup', 'status', {
        type: 'call.status',
        ref,
        status: 'completed',
        raw: 'completed',
        durationSeconds: 42,
      }),
      example('machine', 'amd/call_1', {
        ...{ type: 'machine.detected', ref, result: 'human', raw: 'false', messageEnded: false },
      }),
      example('recording', 'recording/call_1', {
        ...{ type: 'recording.changed', ref, recording: 'https://media.vobiz.ai/rec-1.wav' },
        ...{ status: 'completed', durationSeconds: 42 },
      }),
      example('stream-dropped', 'stream/call_1', {
        ...{ type: 'stream.changed', ref, status: 'stopped', cause: 'handshake failed' },
      }),
      {
        ...{ name: 'campaign-completed', purpose: 'campaign', json: fixture('campaign-completed') },
        reports: [{ type: 'call.status', ref, status: 'completed', raw: 'call.completed' }],
      },
    ],
  },
  control: {
    ref,
    cannot: ['pause', 'resume'],
    accept: ({ url }) => answer(url.endsWith('/Call/') ? { message: 'call fired', request_uuid: ref } : {}, 200),
    gone: [answer({ error: 'not found' }, 404)],
  },
  stream: {
    opening: [start],
    started: { ref, streamRef: 's-1' },
    audio: (payload, count) => ({
      text: JSON.stringify({
        ...{ sequenceNumber: count, streamId: 's-1', event: 'media', extra_headers: '{}' },
        media: {
          track: 'inbound',
          timestamp: '1778597597091',
          chunk: count,
          payload: Buffer.from(payload).toString('base64'),
        },
      }),
    }),
    played: (message) => {
      const read = 'text' in message ? JSON.parse(message.text) : undefined
      return read?.event === 'playAudio' ? Buffer.from(read.media.payload, 'base64') : undefined
    },
    echo: (name) => ({ text: JSON.stringify({ event: 'playedStream', name }) }),
    digit: { message: dtmf, digit: '5' },
    stop,
  },
})

describe('signatures of the fact sheet', () => {
  const url = 'https://voice.example.com/telephony/vobiz/answer?ctx=42'
  const sent = (headers: Readonly<Record<string, string>>, purpose = 'answer/call_1'): InboundRequest => ({
    ...inbound('vobiz', { purpose }),
    urls: ['http://10.0.0.1/telephony/vobiz/answer?ctx=42', url],
    headers,
  })
  const verdict = (headers: Readonly<Record<string, string>>, over: object = {}) =>
    vobiz.webhook!.verify(sent(headers), settings.parse({ ...config, ...over }), now)

  test.each([
    ['v3', '0ck2Oh71fftebWdUhoCWWPlXA1I31UP4r+gj/SZQtms=', 'v3'],
    ['v2', 'ErWOKo66E/cPmCSTt9SDUT4EAgRRc0kId5gO4gtRT8I=', 'v2'],
    ['ma-v3', 'xkpMhtppmth1D4fisnCODIXTRomgowymbn0XAyQxmuo=', 'v3'],
    ['ma-v2', 'VQFHDw4CpCUR5AaONtDeKmn2SIgQ2ClI+yXxOq19III=', 'v2'],
  ])('%s', (name, signature, version) => {
    const headers = { [`x-vobiz-signature-${name}`]: signature, [`x-vobiz-signature-${version}-nonce`]: nonce }
    expect(verdict(headers)).toMatchObject({ ok: true, nonce, retry: true })
    expect(verdict({ [`x-vobiz-signature-${name}`]: signature })).toMatchObject({ ok: false, why: 'missing' })
  })

  test('the campaign’s, over the raw body', () => {
    const text =
      '{"event":"call.completed","call_uuid":"0f6d7c1e-3a52-4b7e-9d0c-5b8e2f4a6c71","hangup_cause":"NORMAL_CLEARING"}'
    const signature = 'sha256=66a4531c580e4793a96a4d4a8d75ee3b3fa147eab375a3fab72059a96aee6c9c'
    const campaign = { ...sent({ 'x-vobiz-signature': signature }, 'campaign'), body: Buffer.from(text) }
    expect(vobiz.webhook!.verify(campaign, config, now)).toMatchObject({ ok: true })
    const voice = { ...campaign, purpose: 'voice', segments: ['voice'] }
    expect(vobiz.webhook!.verify(voice, config, now)).toMatchObject({ ok: false })
  })

  test('unsigned is refused, unless the account says so and the address has its secret', () => {
    const request = (purpose: string) => ({ ...inbound('vobiz', { purpose, form: fixture('ring') }) })
    const lenient = settings.parse({ ...config, acceptUnsigned: true })
    const path = keyed(config, 'status/call_1')
    expect(vobiz.webhook!.verify(request(path), config, now)).toMatchObject({ ok: false, why: 'missing' })
    expect(vobiz.webhook!.verify(request(path), lenient, now)).toEqual({ ok: true })
    for (const other of ['status/call_1', keyed(config, 'status/call_2').replace('call_2', 'call_1'), 'status'])
      expect(vobiz.webhook!.verify(request(other), lenient, now)).toMatchObject({ ok: false })
  })
})

const operation = (command: CallCommand, known = call) => {
  const dispatch = vobiz.control!.encode(command, known, config, { now, urls })
  if (dispatch.by !== 'http') throw new Error('not by HTTP')
  return dispatch.operation
}

describe('requests', () => {
  const taken = answer({ api_id: 'x', message: 'call fired', request_uuid: ref })
  const api = 'https://api.vobiz.ai/api/v1/Account/MA_EXAMPLE'

  test('a dial has credentials in headers, plus signs, and addresses with secrets', () => {
    const { asked } = run(operation({ type: 'dial' }, callOf('vobiz')), taken)
    expect(asked[0]).toMatchObject({ url: `${api}/Call/`, headers: { 'x-auth-id': authId, 'x-auth-token': token } })
    const body = JSON.parse(String(asked[0]?.body))
    expect(body).toMatchObject({ from: '+14155550100', to: '+14155550199', time_limit: 600 })
    expect(body.answer_url).toBe(urls.webhook(keyed(config, 'answer/call_1')))
  })

  test('numbers go without plus where the account wants that', () => {
    const plain = settings.parse({ ...config, stripPlus: true })
    const dispatch = vobiz.control!.encode({ type: 'dial' }, callOf('vobiz'), plain, { now, urls })
    if (dispatch.by !== 'http') throw new Error('not by HTTP')
    expect(JSON.parse(String(run(dispatch.operation, taken).asked[0]?.body))).toMatchObject({ to: '14155550199' })
  })

  test('a transfer fetches its document, whose result is told with a secret', () => {
    const at = JSON.parse(
      String(run(operation({ type: 'transfer', to: '+14155550177' }), taken).asked[0]?.body),
    ).aleg_url
    const asked = { ...inbound('vobiz', { purpose: 'document/call_1' }), query: new URL(at).searchParams }
    const { body } = vobiz.webhook!.acknowledge({ ...asked, urls: [at] })
    expect(body).toContain(`action="${urls.webhook(keyed(config, 'transferred/call_1'))}"`)
    expect(body).toContain('<Number>+14155550177</Number>')
  })

  test('digits name one leg', () => {
    const { asked } = run(operation({ type: 'send-digits', digits: '12#' }), taken)
    expect([asked[0]?.url, asked[0]?.body]).toEqual([`${api}/Call/${ref}/DTMF/`, '{"digits":"12#","leg":"aleg"}'])
  })
})

describe('the stream', () => {
  type Input = Parameters<NonNullable<typeof vobiz.stream>['step']>[1]
  const audio: Input = { type: 'audio', payload: new Uint8Array(160) }
  const confirmed: Input = { type: 'message', message: { text: '{"event":"clearedAudio","streamId":"s-1"}' } }
  const sent = (...inputs: readonly Input[]) => {
    let { state } = vobiz.stream!.step(vobiz.stream!.begin(), { type: 'message', message: start })
    return inputs.map((input) => {
      const step = vobiz.stream!.step(state, input)
      state = step.state
      return step.messages.length
    })
  }

  test('holds what follows a clear until it is confirmed', () => {
    expect(sent(audio, { type: 'clear' }, audio, { type: 'mark', name: 'm' }, confirmed, audio)).toEqual([
      1, 1, 0, 0, 2, 1,
    ])
  })

  test('does not wait for a confirmation that never comes', () => {
    const many = Array.from({ length: 51 }, () => audio)
    expect(sent({ type: 'clear' }, ...many, audio).slice(-2)).toEqual([51, 1])
  })
})

describe('afterwards', () => {
  const record = { data: { total_cost: 0.42, currency: 'inr', hangup_cause: 'USER_BUSY' }, success: true }

  test('price and fate stand in the record of the call', () => {
    expect(run(vobiz.cost!(call, config, now), answer(record)).result).toEqual({ amount: 0.42, currency: 'INR' })
    expect(run(vobiz.cost!(call, config, now), answer({}, 404)).result).toBeUndefined()
    expect(run(vobiz.lookup!(call, config, now), answer({ call_status: 'ringing' })).result).toEqual({
      ref,
      status: 'ringing',
    })
    expect(run(vobiz.lookup!(call, config, now), answer({}, 404), answer(record)).result).toEqual({
      ref,
      status: 'busy',
    })
    expect(run(vobiz.lookup!(call, config, now), answer({}, 404), answer({}, 404)).result).toBe('unknown')
    expect(run(vobiz.lookup!(callOf('vobiz'), config, now)).result).toBe('unsure')
  })

  test('credentials go to Vobiz’s own hosts only', () => {
    const headers = (url: string) => {
      const place = vobiz.recordings!.fetch(url, call, config, now)
      return 'url' in place ? Object.keys(place.headers) : []
    }
    expect(headers('https://media.vobiz.ai/rec-1.wav')).toEqual(['x-auth-id', 'x-auth-token'])
    expect(headers('https://s3.amazonaws.com/rec-1.wav')).toEqual([])
    expect(() => headers('rec-1')).toThrow(/not yet said/)
    expect(() => headers('file:///etc/passwd')).toThrow(/not yet said/)
  })

  test('the settings are checked', () => {
    expect(run(vobiz.check!(config, now), answer({ items: [], total: 3 })).result).toContain('with 3 numbers')
    expect(() => run(vobiz.check!(config, now), answer({ error: 'unauthorized' }, 401))).toThrow(/auth token/)
  })
})

describe('numbers', () => {
  const at = {
    voice: 'https://voice.example.com/carriers/vobiz/con_1/voice',
    status: 'https://voice.example.com/carriers/vobiz/con_1/status',
  }

  test('get an application whose addresses have secrets', () => {
    const { asked, result } = run(
      vobiz.numbers!.point!('+918040000001', at, config),
      answer({ app_id: '22' }),
      answer({}),
    )
    expect(result).toEqual({ number: '+918040000001', pointsAt: '22' })
    const made = JSON.parse(String(asked[0]?.body))
    expect(made).toMatchObject({ app_name: 'Offhook_con_1', hangup_method: 'POST' })
    const path = made.answer_url.split('/con_1/')[1]
    const lenient = settings.parse({ ...config, acceptUnsigned: true })
    expect(vobiz.webhook!.verify(inbound('vobiz', { purpose: path }), lenient, now)).toEqual({ ok: true })
    expect(asked[1]?.url).toContain('/numbers/%2B918040000001/application')
  })

  test('are searched, bought, listed and released', () => {
    const one = { e164: '+918040000001', country: 'IN', application_id: 22 }
    const expected = [{ number: '+918040000001', country: 'IN', pointsAt: '22' }]
    expect(run(vobiz.numbers!.search!({ country: 'in' }, config), answer({ items: [one] })).result).toEqual(expected)
    expect(run(vobiz.numbers!.list!(config), answer({ items: [one] })).result).toEqual(expected)
    const named = settings.parse({ ...config, applicationId: '22' })
    const bought = run(vobiz.numbers!.buy!('+918040000001', named, at), answer({}), answer({}), answer({}))
    expect(bought.asked[0]?.body).toBe('{"e164":"+918040000001","currency":"INR"}')
    expect(run(vobiz.numbers!.release!('+918040000001', config), answer({})).asked[0]?.method).toBe('DELETE')
    expect(() => run(vobiz.numbers!.release!('+918040000001', config), answer({}, 404))).toThrow(/not a number/)
  })
})

describe('set-up', () => {
  const at = {
    voice: 'https://voice.example.com/carriers/vobiz/con_1/voice',
    status: 'https://voice.example.com/carriers/vobiz/con_1/status',
  }
  const setUp = (over: object, ...answers: Parameters<typeof answer>[]) => {
    const given = answers.map(([body, status]) => answer(body, status))
    return run(vobiz.setUp!(at, settings.parse({ ...config, ...over }), now), ...given)
  }

  test('makes an application once, changes it from then on, and makes another for one that is gone', () => {
    const made = setUp({}, [{ app_id: 22 }])
    expect(made.result.settings).toEqual({ ownApplication: '22' })
    expect(made.result.notes[0]).toContain('22 (Offhook_con_1) was made')
    const again = setUp({ ownApplication: '22' }, [{}])
    expect(again.asked.map(({ url }) => url.split('/Application')[1])).toEqual(['/22/'])
    expect(again.result.settings).toEqual({ ownApplication: '22' })
    expect(setUp({ ownApplication: '22' }, [{}, 404], [{ app_id: 33 }]).result.settings).toEqual({
      ownApplication: '33',
    })
  })

  test('numbers go to the one it made', () => {
    const known = settings.parse({ ...config, ownApplication: '22' })
    const { asked } = run(vobiz.numbers!.point!('+918040000001', at, known), answer({}), answer({}))
    expect(JSON.parse(String(asked[1]?.body))).toEqual({ application_id: '22' })
  })

  test('names the field of an application that is not there', () => {
    expect(() => setUp({ applicationId: '9' }, [{}, 404])).toThrow(/check the application id/)
  })
})
