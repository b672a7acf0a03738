/** What is no good offer, and who may not offer: each refused by name, and nothing stays open behind it. */
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Scope } from '../../../src/lib/scope.ts'
import { webrtc } from '../../../src/providers/carriers/webrtc/webrtc.ts'
import { openHouse, type House } from '../gateway.ts'
import { until } from '../until.ts'
import { makeCaller } from './client.ts'

const scope = new Scope('refusals')
let house: House
let offer = ''
let own: Scope
beforeAll(async () => {
  house = scope.use(await openHouse({ providers: { carriers: [webrtc] }, options: { rateLimit: 100_000 } }))
  const making = new Scope('offer')
  offer = (await makeCaller(making)).sdp
  await making.close()
})
beforeEach(() => void (own = new Scope('test')))
afterEach(() => own.close())
afterAll(() => scope.close())

interface Answer {
  readonly status: number
  readonly code?: string
  readonly message?: string
  readonly sdp?: string
  readonly pc_id?: string
  readonly call?: string
}

async function ask(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await house.request(method, path, body, headers)
  const json = (await response.json()) as { error?: { code: string; message: string } } // ours, or a client's answer
  return { ...json, ...json.error, status: response.status }
}

const post = (body: unknown, headers?: Record<string, string>) => ask('POST', '/api/offer', body, headers)
const offered = (sdp: string, more: object = {}) => ({
  sdp,
  type: 'offer',
  requestData: { agent: 'agt_echo' },
  ...more,
})
const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'UDPWRAP' || name === 'UDPWrap').length

async function settings(values: Readonly<Record<string, unknown>>): Promise<void> {
  const body = { name: 'Browser', settings: { agent: 'agt_echo', offersPerMinute: 60_000, ...values } }
  expect((await house.request('PUT', '/v1/connections/con_browser', body)).status).toBe(200)
}

describe('an offer is refused by name', () => {
  test.each([
    ['without JSON', '{', 400, 'request.malformed', 'no JSON'],
    ['without SDP', { type: 'offer' }, 400, 'request.invalid', 'sdp'],
    ['of another type', { sdp: 'v=0', type: 'answer' }, 400, 'request.invalid', 'type'],
    ['that is no SDP', offered('hello'), 400, 'request.invalid', 'no session description'],
    ['that is too long', offered(`v=0\r\n${'a=x\r\n'.repeat(20_000)}`), 400, 'request.invalid', 'sdp'],
    [
      'with too much beside it',
      offered('v=0', { requestData: { text: 'x'.repeat(300_000) } }),
      413,
      'request.too-large',
      '',
    ],
    ['for an agent that is not there', 'agent', 404, 'not-found', 'no agent "agt_nobody"'],
    ['for a line that is not there', 'line', 404, 'not-found', 'no browser line "con_nowhere"'],
    ['without audio', 'audio', 400, 'request.invalid', 'no audio'],
    ['with rejected audio', 'rejected', 400, 'request.invalid', 'no audio'],
    ['with codecs that we do not have', 'codecs', 400, 'request.invalid', 'neither Opus nor PCMU'],
    ['without ICE', 'ice', 400, 'request.invalid', 'no ICE credentials'],
    ['without a SHA-256 fingerprint', 'fingerprint', 400, 'request.invalid', 'no SHA-256 fingerprint'],
    ['with a hundred sections', 'sections', 400, 'request.invalid', 'media sections'],
    ['with a thousand candidates', 'candidates', 400, 'request.invalid', 'candidates'],
  ] as const)('%s', async (_, body, status, code, message) => {
    const before = await calls()
    const answer = await post(typeof body === 'string' && body !== '{' ? spoilt(body) : body)
    expect(answer).toMatchObject({ status, code })
    expect(answer.message).toContain(message)
    expect(await calls()).toBe(before)
  })

  function spoilt(how: string): unknown {
    const change: Readonly<Record<string, () => unknown>> = {
      agent: () => ({ ...offered(offer), requestData: { agent: 'agt_nobody' } }),
      line: () => ({ ...offered(offer), requestData: { agent: 'agt_echo', connection: 'con_nowhere' } }),
      audio: () => offered(offer.replace(/m=audio [^]*?(?=m=)/, '')),
      rejected: () => offered(offer.replace(/m=audio \d+/, 'm=audio 0')),
      codecs: () =>
        offered(
          offer
            .replaceAll(/opus/gi, 'speex')
            .replaceAll('PCMU', 'GSM')
            .replace(/(m=audio \d+ \S+).*/, '$1 96 97')
            .replaceAll('a=rtpmap:0 ', 'a=rtpmap:97 '),
        ),
      ice: () => offered(offer.replaceAll(/a=ice-(ufrag|pwd).*\r\n/g, '')),
      fingerprint: () => offered(offer.replaceAll('sha-256', 'sha-1')),
      sections: () => offered(offer + 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=inactive\r\n'.repeat(100)),
      candidates: () =>
        offered(
          offer.replace('a=mid:0\r\n', (mid) => mid + 'a=candidate:1 1 udp 2 10.0.0.1 9 typ host\r\n'.repeat(400)),
        ),
    }
    return change[how]!()
  }

  async function calls(): Promise<number> {
    return (await house.gateway.store.calls.list('org_default', { limit: 200 })).items.length
  }
})

test('damaged offers are answered or refused by name, never by a failure of ours', async () => {
  await settings({})
  const damage = fc.array(
    fc.tuple(
      fc.constantFrom('cut', 'twice', 'swap', 'put'),
      fc.nat(offer.length - 1),
      fc.nat(80),
      fc.string({ maxLength: 6 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  const damaged = (edits: readonly (readonly [string, number, number, string])[]) =>
    edits.reduce((sdp, [how, at, length, put]) => {
      const part = sdp.slice(at, at + length)
      if (how === 'cut') return sdp.slice(0, at) + sdp.slice(at + length)
      if (how === 'twice') return sdp.slice(0, at) + part + sdp.slice(at)
      if (how === 'swap') return sdp.slice(0, at) + part.split('').toReversed().join('') + sdp.slice(at + length)
      return sdp.slice(0, at) + put + sdp.slice(at)
    }, offer)
  const before = sockets()
  for (const edits of fc.sample(damage, { numRuns: 150, seed: 11 })) {
    const answer = await post(offered(damaged(edits)))
    expect([200, 400]).toContain(answer.status)
    if (answer.status === 200) await house.request('POST', `/v1/calls/${answer.call}/hangup`)
  }
  await until('all sockets closed', () => sockets() <= before)
}, 60_000)

describe('who may offer', () => {
  test('nobody without a key', async () => {
    expect(await post(offered(offer), { authorization: '' })).toMatchObject({ status: 401 })
    expect(await post(offered(offer), { authorization: 'Bearer ohk_wrong' })).toMatchObject({
      status: 401,
      code: 'auth.invalid',
    })
    expect(await post(offered(offer), { authorization: 'Bearer ohg_wrong' })).toMatchObject({
      status: 401,
      code: 'auth.invalid',
    })
  })

  test('a grant is good for one call to its agent, and for the candidates of that call', async () => {
    const granted = await ask('POST', '/v1/grants', { agent: 'agt_echo', ttlSeconds: 60 })
    expect(granted).toMatchObject({ status: 201, endpoint: `${house.url}/api/offer`, iceServers: [] })
    const { grant } = granted as unknown as { grant: string } // checked above
    const headers = { authorization: `Bearer ${grant}` }
    const { sdp } = await makeCaller(own)
    const first = await post({ ...offered(sdp), requestData: { agent: 'agt_receptionist' } }, headers)
    expect(first.status).toBe(200)
    expect((await house.gateway.store.calls.find(first.call!))?.agent).toBe('agt_echo')
    const candidates = [{ candidate: '', sdp_mid: '0', sdp_mline_index: 0 }]
    expect(await ask('PATCH', '/api/offer', { pc_id: first.pc_id, candidates }, headers)).toMatchObject({ status: 200 })
    expect(await post(offered(sdp), headers)).toMatchObject({
      status: 401,
      message: expect.stringContaining('used before'),
    })
    // Somebody else's call is nobody's business, not even the administrator's.
    expect(await ask('PATCH', '/api/offer', { pc_id: first.pc_id, candidates })).toMatchObject({ status: 404 })
    await house.request('POST', `/v1/calls/${first.call}/hangup`)
  })

  test('candidates for a connection that is not there are refused', async () => {
    expect(await ask('PATCH', '/api/offer', { pc_id: 'pc_nobody', candidates: [] })).toMatchObject({
      status: 404,
      code: 'not-found',
    })
    expect(await ask('PATCH', '/api/offer', { candidates: [] })).toMatchObject({ status: 400 })
  })

  test('a session that was not started is refused', async () => {
    expect(await ask('POST', '/sessions/nope/api/offer', offered(offer))).toMatchObject({
      status: 404,
      message: 'Invalid or not-yet-ready session_id',
    })
  })

  test('pages of other origins may only when they are listed', async () => {
    const origin = 'https://app.example.com'
    const preflight = () =>
      fetch(`${house.url}/api/offer`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PATCH' },
      })
    expect((await preflight()).status).toBe(403)
    expect(await post(offered(offer), { origin })).toMatchObject({ status: 403, code: 'auth.forbidden' })
    await settings({ origins: `https://other.example.com, ${origin}` })
    const allowed = await preflight()
    expect([
      allowed.status,
      allowed.headers.get('access-control-allow-origin'),
      allowed.headers.get('access-control-allow-methods'),
    ]).toEqual([204, origin, 'POST, PATCH, OPTIONS'])
    const refused = await house.request('POST', '/api/offer', {}, { origin })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, origin])
    await settings({})
  })

  test('who it is for says what it offers', async () => {
    const status = await fetch(`${house.url}/status`)
    expect(await status.json()).toEqual({ status: 'ready', transports: ['webrtc'] })
  })
})

describe('limits', () => {
  test('a thousand offers from one address leave as many calls as are allowed, and nothing else', async () => {
    await settings({ callersPerAddress: 3, offersPerMinute: 1000 })
    await until('an empty line', () => sockets() === 0)
    const before = sockets()
    const { sdp } = await makeCaller(own)
    const open = sockets()
    const answers: Answer[] = []
    for (let at = 0; at < 1000; at += 20)
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => post(offered(sdp))))))
    const accepted = answers.filter(({ status }) => status === 200)
    expect(accepted).toHaveLength(3)
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ code }) => code))).toEqual(
      new Set(['request.rate-limited']),
    )
    for (const { call } of accepted) await house.request('POST', `/v1/calls/${call}/hangup`)
    await until('all sockets closed', () => sockets() <= open)
    await own.close()
    await until('the caller closed', () => sockets() <= before)
    await settings({})
  }, 60_000)

  test('so many offers a minute', async () => {
    await settings({ offersPerMinute: 1 })
    const answer = await until('a refusal', async () => {
      const one = await post(offered('nonsense'))
      return one.status === 429 && one
    })
    expect(answer.message).toContain('offers in a minute')
    await settings({})
  })

  test('one caller at a time where the line is a single one', async () => {
    await settings({ mode: 'single' })
    const { sdp } = await makeCaller(own)
    const first = await post(offered(sdp))
    expect(first.status).toBe(200)
    expect(await post(offered(sdp))).toMatchObject({ status: 400, message: expect.stringContaining('single') })
    await house.request('POST', `/v1/calls/${first.call}/hangup`)
    await until('room', async () => (await post(offered(sdp))).status === 200)
    await settings({})
  })

  test('a peer that vanishes during ICE ends its call with that cause, and leaves nothing open', async () => {
    await settings({ connectTimeout: 2 })
    const vanishing = new Scope('vanishing')
    const { sdp } = await makeCaller(vanishing)
    await vanishing.close()
    const before = sockets()
    const { call } = await post(offered(sdp))
    const ended = await house.callWhen('the end', call!, ({ status }) => status === 'failed')
    expect(ended.cause).toContain('no media connection within 2 s')
    await until('all sockets closed', () => sockets() <= before)
    await settings({})
  })

  test('a data channel that never opens ends the call with that cause', async () => {
    await settings({ channelTimeout: 1 })
    // One that both sides would have to know of beforehand: ours does not.
    const { pc, sdp } = await makeCaller(own, { negotiated: true, id: 5 })
    const { sdp: answer, call } = await post(offered(sdp))
    await pc.setRemoteDescription({ type: 'answer', sdp: answer! })
    const ended = await house.callWhen('the end', call!, ({ status }) => status === 'failed')
    expect(ended.cause).toContain('data channel')
    await settings({})
  })
})
