/** What the console stands on: who may come in, what they see, and what of a call they can watch and hear. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tone, writeWav } from '../../../simulators/index.ts'
import type { components } from '../../../src/client/index.ts'
import { realClock } from '../../../src/lib/clock.ts'
import { signInCodes } from '../../../src/api/session/codes.ts'
import { over } from '../../conformance/live/stage.ts'
import { openHouse, type House } from '../gateway.ts'
import { until } from '../until.ts'

type Schemas = components['schemas']

let house: House
const shown: string[] = []

beforeAll(async () => {
  house = await openHouse({
    options: { rateLimit: 100_000, showCode: (code, url) => void shown.push(code, url) },
    values: { OFFHOOK_RECORD: '1' },
  })
})
afterAll(() => house[Symbol.asyncDispose]())

const password = 'correct horse battery'

interface Browser {
  readonly cookie: string
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
}

/** A page of our own, signed in or not. */
function browser(cookie: string): Browser {
  return {
    cookie,
    ask: (method, path, body, headers = {}) =>
      fetch(house.url + path, {
        method,
        headers: {
          ...(cookie ? { cookie } : {}),
          'sec-fetch-site': 'same-origin',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  }
}

async function signIn(body: unknown): Promise<Browser> {
  const response = await browser('').ask('POST', '/v1/session', body)
  expect([response.status, response.status === 200 ? '' : await response.text()]).toEqual([200, ''])
  return browser(response.headers.getSetCookie()[0]!.split(';')[0]!)
}

async function addUser(role: Schemas['User']['role'], name: string = role): Promise<Schemas['User']> {
  const email = `${name}-${house.gateway.engine.ids.id('x')}@example.com`
  const { data } = await house.client.POST('/v1/users', { body: { email, name, role, password } })
  return data!
}

const codeOf = async (response: Response): Promise<string> => {
  const { error } = (await response.json()) as { error: { code: string } }
  return `${response.status} ${error.code}`
}

describe('signing in', () => {
  test('by a key gives a cookie that scripts cannot read and other sites cannot use', async () => {
    const response = await browser('').ask('POST', '/v1/session', { key: house.key })
    expect(await response.json()).toMatchObject({
      kind: 'key',
      name: 'First admin key',
      role: 'owner',
      scopes: ['admin'],
    })
    const [cookie] = response.headers.getSetCookie()
    expect(cookie).toMatch(/^offhook_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/)
    const page = browser(cookie!.split(';')[0]!)
    expect((await page.ask('GET', '/v1/calls')).status).toBe(200)
    expect(await (await page.ask('GET', '/v1/session')).json()).toMatchObject({ kind: 'key' })
  })

  test('is marked secure where the gateway is reached by https', async () => {
    await using secure = await openHouse({ values: { OFFHOOK_TRUSTED_PROXIES: '127.0.0.1' } })
    const response = await fetch(`${secure.url}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-proto': 'https' },
      body: JSON.stringify({ key: secure.key }),
    })
    expect(response.headers.getSetCookie()[0]).toMatch(/; Secure/)
  })

  test('as a user works in any spelling of the address, and marks them as seen', async () => {
    const user = await addUser('operator')
    const page = await signIn({ email: ` ${user.email.toUpperCase()} `, password })
    expect(await (await page.ask('GET', '/v1/session')).json()).toMatchObject({
      ...{ kind: 'user', id: user.id, name: 'operator', role: 'operator' },
      scopes: ['calls:read', 'calls:write', 'config:read', 'config:write'],
    })
    const { data } = await house.client.GET('/v1/users/{id}', { params: { path: { id: user.id } } })
    expect(data!.lastSeenAt).toBeGreaterThan(0)
  })

  test('says the same of a wrong address and a wrong password', async () => {
    const { email } = await addUser('viewer')
    const answers = await Promise.all(
      [
        { email, password: 'wrong' },
        { email: 'nobody@example.com', password },
      ].map(async (body) => (await browser('').ask('POST', '/v1/session', body)).text()),
    )
    expect(answers[0]).toContain('auth.invalid')
    expect(answers[1]).toBe(answers[0])
  })

  test('as somebody without a password is refused', async () => {
    const { data } = await house.client.POST('/v1/users', {
      body: { email: 'unset@example.com', name: 'Unset', role: 'owner' },
    })
    expect(data!.email).toBe('unset@example.com')
    for (const guess of ['', ' ', 'undefined'])
      expect((await browser('').ask('POST', '/v1/session', { email: data!.email, password: guess })).ok).toBe(false)
  })

  test('with the code from the terminal works once, in small letters too', async () => {
    const codes = house.gateway.codes!
    await codes.issue()
    const [code, url] = shown.slice(-2) as [string, string]
    expect(url).toBe(house.url)
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    const page = await signIn({ code: code.toLowerCase().replace('-', ' ') })
    expect(await (await page.ask('GET', '/v1/session')).json()).toMatchObject({ kind: 'code', role: 'owner' })
    expect((await page.ask('GET', '/v1/keys')).status).toBe(200)
    const before = shown.length
    expect(await codeOf(await browser('').ask('POST', '/v1/session', { code }))).toBe('401 auth.invalid')
    // A new one is shown at most once a minute: guesses do not fill the terminal.
    expect(shown).toHaveLength(before)
  })

  test('shows codes only where whoever sees the terminal owns the machine, or nobody has an account', async () => {
    const seen: string[] = []
    const { engine } = house.gateway
    const codes = signInCodes({ engine, wanted: () => Promise.resolve(false), show: (code) => void seen.push(code) })
    await codes.issue()
    await codes.renew()
    expect(seen).toEqual([])
  })

  test('is refused after too many failures, also with the right password, and counts names apart', async () => {
    await using own = await openHouse()
    const { email } = (
      await own.client.POST('/v1/users', { body: { email: 'a@example.com', name: 'A', role: 'owner', password } })
    ).data!
    const knock = (body: unknown) =>
      fetch(`${own.url}/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    for (let failure = 0; failure < 10; failure++) expect((await knock({ email, password: 'no' })).status).toBe(401)
    const refused = await knock({ email, password })
    expect(await codeOf(refused)).toBe('429 request.rate-limited')
    expect((await knock({ key: own.key })).status).toBe(200)
  })
})

describe('a session', () => {
  test('changes nothing for a page of another site, port or scheme, nor for one that does not say', async () => {
    const { cookie } = await signIn({ key: house.key })
    const port = Number(new URL(house.url).port)
    const headers: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: `http://127.0.0.1:${port + 1}` },
      { 'sec-fetch-site': 'none' },
      { origin: `http://127.0.0.1:${port + 1}` },
      { origin: `https://127.0.0.1:${port}` },
      { origin: 'null' },
    ]
    for (const extra of headers) {
      const response = await fetch(`${house.url}/v1/keys`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...extra },
        body: JSON.stringify({ name: 'stolen', scopes: ['admin'] }),
      })
      expect([extra, await codeOf(response)]).toEqual([extra, '403 auth.cross-site'])
    }
    const own = await fetch(`${house.url}/v1/keys`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', origin: house.url },
      body: JSON.stringify({ name: 'own', scopes: ['calls:read'] }),
    })
    expect(own.status).toBe(201)
    const { data } = await house.client.GET('/v1/keys')
    expect(data!.items.map(({ name }) => name)).not.toContain('stolen')
  })

  test('ends with signing out, for streams that are open too', async () => {
    const page = await signIn({ key: house.key })
    const stream = await page.ask('GET', '/v1/live')
    const text = stream.text()
    const signedOut = await page.ask('DELETE', '/v1/session')
    expect(signedOut.status).toBe(204)
    expect(signedOut.headers.getSetCookie()[0]).toMatch(/^offhook_session=; Max-Age=0/)
    expect(await text).toContain('event: end\ndata: {"reason":"you are signed out"}')
    expect((await page.ask('GET', '/v1/session')).status).toBe(401)
    expect((await page.ask('GET', '/v1/calls')).status).toBe(401)
  })

  test('by a key ends when the key is revoked', async () => {
    const { data } = await house.client.POST('/v1/keys', { body: { name: 'short', scopes: ['calls:read'] } })
    const page = await signIn({ key: data!.secret })
    expect((await page.ask('GET', '/v1/calls')).status).toBe(200)
    await house.client.DELETE('/v1/keys/{id}', { params: { path: { id: data!.id } } })
    expect((await page.ask('GET', '/v1/calls')).status).toBe(401)
  })

  test('ends after thirty days without a look, and not before', async () => {
    const { store, ids, clock } = house.gateway.engine
    const month = 30 * 86_400_000
    const begin = async (seenAt: number): Promise<Browser> => {
      const secret = ids.token()
      await store.sessions.create({ id: ids.id('ses'), organization: 'org_default', createdAt: 0, seenAt }, secret)
      return browser(`offhook_session=${secret}`)
    }
    const [fresh, old] = [await begin(clock.now() - month + 60_000), await begin(clock.now() - month - 1)]
    expect([(await fresh.ask('GET', '/v1/session')).status, (await old.ask('GET', '/v1/session')).status]).toEqual([
      200, 401,
    ])
  })

  test('of a user ends with a new role, a new password, and with the user', async () => {
    const user = await addUser('viewer')
    const path = { params: { path: { id: user.id } } }
    const ends = [
      () => house.client.PATCH('/v1/users/{id}', { ...path, body: { role: 'operator' } }),
      () => house.client.PUT('/v1/users/{id}/password', { ...path, body: { password } }),
      () => house.client.DELETE('/v1/users/{id}', path),
    ]
    for (const end of ends) {
      const page = await signIn({ email: user.email, password })
      expect((await page.ask('GET', '/v1/session')).status).toBe(200)
      await end()
      expect((await page.ask('GET', '/v1/session')).status).toBe(401)
    }
  })
})

describe('people', () => {
  test('change their own password, knowing the old one; their other sessions end', async () => {
    const user = await addUser('viewer')
    const [here, there] = [await signIn({ email: user.email, password }), await signIn({ email: user.email, password })]
    const change = (current: string) =>
      here.ask('PUT', '/v1/session/password', { current, password: 'another long one' })
    expect(await codeOf(await change('wrong'))).toBe('401 auth.invalid')
    expect((await change(password)).status).toBe(204)
    expect((await here.ask('GET', '/v1/session')).status).toBe(200)
    expect((await there.ask('GET', '/v1/session')).status).toBe(401)
    await signIn({ email: user.email, password: 'another long one' })
    expect((await browser('').ask('POST', '/v1/session', { email: user.email, password })).status).toBe(401)
    const byKey = await signIn({ key: house.key })
    expect((await byKey.ask('PUT', '/v1/session/password', { current: 'x', password })).status).toBe(409)
  })

  test('have one address each, and the last owner stays an owner', async () => {
    await using own = await openHouse()
    const add = async (email: string, role: 'owner' | 'viewer') =>
      own.client.POST('/v1/users', { body: { email, name: email, role } })
    const first = (await add('One@example.com', 'owner')).data!
    expect(first.email).toBe('one@example.com')
    expect((await add('one@EXAMPLE.com', 'viewer')).response.status).toBe(409)
    const path = { params: { path: { id: first.id } } }
    const demote = () => own.client.PATCH('/v1/users/{id}', { ...path, body: { role: 'viewer' } })
    expect((await demote()).response.status).toBe(409)
    expect((await own.client.DELETE('/v1/users/{id}', path)).response.status).toBe(409)
    await add('two@example.com', 'owner')
    expect((await demote()).data).toMatchObject({ role: 'viewer' })
    expect((await own.client.DELETE('/v1/users/{id}', path)).response.status).toBe(204)
    expect((await own.client.GET('/v1/users')).data!.items.map(({ email }) => email)).toEqual(['two@example.com'])
  })

  test('may do what their role says', async () => {
    const pages = {
      owner: await signIn({ email: (await addUser('owner')).email, password }),
      operator: await signIn({ email: (await addUser('operator')).email, password }),
      viewer: await signIn({ email: (await addUser('viewer')).email, password }),
    }
    const { data: settings } = await house.client.GET('/v1/settings')
    const attempts = [
      ['GET', '/v1/calls', undefined],
      ['POST', '/v1/agents', { name: 'x', provider: 'echo', settings: {} }],
      ['POST', '/v1/calls/none/hangup', undefined],
      ['GET', '/v1/keys', undefined],
      ['GET', '/v1/users', undefined],
      ['PUT', '/v1/settings', settings],
    ] as const
    const seen = async (page: Browser) =>
      Promise.all(attempts.map(async ([method, path, body]) => (await page.ask(method, path, body)).status))
    expect(await seen(pages.owner)).toEqual([200, 201, 404, 200, 200, 200])
    expect(await seen(pages.operator)).toEqual([200, 201, 404, 403, 403, 403])
    expect(await seen(pages.viewer)).toEqual([200, 403, 403, 403, 403, 403])
  })
})

/** Somebody calls the echo through the simulated carrier. */
async function simulate(script: readonly unknown[], more: object = {}): Promise<Schemas['Simulation']> {
  const response = await house.request('POST', '/v1/simulators/twilio/calls', { agent: 'agt_echo', script, ...more })
  const answer = await response.json()
  expect([response.status, answer]).toEqual([202, { call: expect.any(String), simulation: expect.any(String) }])
  return answer as Schemas['Simulation']
}

const beep = { audio: Buffer.from(writeWav({ rate: 8_000, channels: [tone(440, 1_500)] })).toString('base64') }

describe('a simulated call', () => {
  test('is a call like any other: heard, measured, noted, drawn, and told what to do while it runs', async () => {
    const { data: simulators } = await house.client.GET('/v1/simulators')
    const twilio = simulators!.items.find(({ carrier }) => carrier === 'twilio')!
    expect(twilio).toMatchObject({ label: 'Twilio', faults: { type: 'object' } })
    const { call: id, simulation } = await simulate([{ pauseMs: 0 }], { stayOnLine: true, from: '+15550123456' })
    const { data: call } = await house.client.GET('/v1/calls/{id}', { params: { path: { id } } })
    expect(call).toMatchObject({ carrier: 'twilio', from: '+15550123456', to: twilio.numbers[0]!.number })
    expect(call!.agent).toBe('agt_echo')

    const stop = new AbortController()
    const live = await house.request('GET', `/v1/live?call=${id}&after=0`)
    const heard = (text: string) => levels(text).some(([one]) => one && one.caller > -30 && one.agent > -40)
    const reading = readUntil(live, (text) => heard(text) && /^event: wire\ndata: .*"title":"start"/m.test(text))
    const listening = fetch(`${house.url}/v1/calls/${id}/listen`, {
      headers: { authorization: `Bearer ${house.key}` },
      signal: stop.signal,
    })
    const acts = (script: unknown[]) => house.request('POST', `/v1/simulators/calls/${simulation}/acts`, { script })
    expect((await acts([{ pauseMs: 0 }, beep, { digits: '5' }])).status).toBe(202)

    const sound = await listening
    expect([sound.headers.get('content-type'), sound.headers.get('x-sample-rate')]).toEqual([
      'audio/x-s16le; rate=8000; channels=2',
      '8000',
    ])
    const [left, right] = await loudness(sound, 2.5)
    expect(left).toBeGreaterThan(2_000)
    expect(right).toBeGreaterThan(1_000)
    stop.abort()
    expect(
      levels(await reading)
        .flat()
        .map(({ state }) => state),
    ).toContain('speaking')

    await until('the key', async () => (await house.events(id)).some(({ event }) => event.type === 'digit.received'))
    expect((await acts([{ hangup: true }])).status).toBe(202)
    const ended = await over(house, id)
    expect(ended.endReason).toBe('caller-hangup')
    expect((await acts([{ hangup: true }])).status).toBe(409)

    const wire = await until('the whole wire', async () => {
      const { data } = await house.client.GET('/v1/calls/{id}/wire', { params: { path: { id } } })
      return data!.items.some(({ title }) => title === 'stop') ? data : undefined
    })
    expect(wire.items.map(({ direction, channel, title }) => `${direction} ${channel} ${title}`)).toEqual(
      expect.arrayContaining([
        'in webhook POST /carriers/twilio/con_simulated/voice',
        'out webhook 200 for POST /carriers/twilio/con_simulated/voice',
        'in media start',
        'in media stop',
      ]),
    )
    expect(wire.counts.framesIn).toBeGreaterThan(50)
    expect(wire.counts.framesOut).toBeGreaterThan(20)
    expect(JSON.stringify(wire.items)).not.toMatch(/\/media\/[\w-]{20}/)
    expect(JSON.stringify(wire.items)).toContain('/media/[redacted]')

    await until('the recording', async () => (await house.gateway.store.calls.find(id))?.recording)
    const { data: peaks } = await house.client.GET('/v1/calls/{id}/recording/peaks', {
      params: { path: { id }, query: { points: 50 } },
    })
    expect(peaks!.durationMs).toBeGreaterThan(2_000)
    expect(peaks!.channels.map(({ name, peaks }) => [name, peaks.length, Math.max(...peaks) > 0.1])).toEqual([
      ['caller', 50, true],
      ['agent', 50, true],
    ])
  }, 60_000)

  test('that asks for the impossible is refused by name, and leaves nothing behind', async () => {
    const ask = (body: object, carrier = 'twilio') => house.request('POST', `/v1/simulators/${carrier}/calls`, body)
    expect(await codeOf(await ask({ to: '+15550000000' }))).toBe('404 number.unassigned')
    expect(await codeOf(await ask({ agent: 'agt_none' }))).toBe('404 not-found')
    expect(await codeOf(await ask({}, 'acme'))).toBe('422 provider.unknown')
    expect(await codeOf(await ask({ script: [{ audio: 'AAAA' }] }))).toBe('422 audio.malformed')
    expect(await codeOf(await ask({ faults: { nonsense: 1 } }))).toBe('400 request.invalid')
    expect(await codeOf(await house.request('POST', '/v1/simulators/calls/sim_none/acts', { script: [beep] }))).toBe(
      '409 call.ended',
    )
    expect(house.gateway.simulators!.lines()[0]!.simulator.faults).toEqual({})
  })

  test('with faults has them while it runs, and nobody else may want others meanwhile', async () => {
    const { simulator } = house.gateway.simulators!.lines()[0]!
    const { call, simulation } = await simulate([], { faults: { duplicateWebhooks: true }, stayOnLine: true })
    expect(simulator.faults).toEqual({ duplicateWebhooks: true })
    const second = await house.request('POST', '/v1/simulators/twilio/calls', { faults: { withoutStop: true } })
    expect(await codeOf(second)).toBe('409 conflict')
    await house.request('POST', `/v1/simulators/calls/${simulation}/acts`, {
      script: [{ pauseMs: 0 }, { hangup: true }],
    })
    await house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call } } })
    await over(house, call)
    await until('no faults', () => Object.keys(simulator.faults).length === 0)
  })

  test('cannot be ordered where carriers are not simulated', async () => {
    await using real = await openHouse({ values: { OFFHOOK_SIMULATORS: 'off' } })
    for (const [method, path, body] of [
      ['GET', '/v1/simulators'],
      ['POST', '/v1/simulators/twilio/calls', {}],
    ] as const) {
      const response = await real.request(method, path, body)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('OFFHOOK_SIMULATORS')
    }
    expect((await real.client.GET('/v1/overview')).data).toMatchObject({ simulators: false, connections: 0, live: 0 })
  })
})

describe('what is hidden', () => {
  test('from viewers is hidden everywhere, from filters too, and from nobody else', async () => {
    const { call: id, simulation } = await simulate([{ pauseMs: 0 }, { digits: '42' }], {
      stayOnLine: true,
      from: '+15550123457',
    })
    await until('the digits', async () => (await house.events(id)).some(({ event }) => event.type === 'digit.received'))
    await house.request('POST', `/v1/simulators/calls/${simulation}/acts`, {
      script: [{ pauseMs: 0 }, { hangup: true }],
    })
    await over(house, id)
    const { data: hook } = await house.client.POST('/v1/webhooks', {
      body: { url: 'http://127.0.0.1:9/x', events: ['digit.received'], enabled: true },
    })
    const { data: before } = await house.client.GET('/v1/settings')
    const redaction = { numbers: true, transcripts: true, variables: true, recordings: true }
    await house.client.PUT('/v1/settings', { body: { ...before!, redaction } })
    try {
      const viewer = await signIn({ email: (await addUser('viewer')).email, password })
      const all = await Promise.all(
        [
          `/v1/calls/${id}`,
          '/v1/calls',
          `/v1/calls/${id}/events`,
          `/v1/calls/${id}/messages`,
          `/v1/calls/${id}/wire`,
        ].map(async (path) => (await viewer.ask('GET', path)).text()),
      )
      const stream = await viewer.ask('GET', `/v1/events?after=0&call=${id}`)
      all.push(await readUntil(stream, (text) => text.includes('event: call.ended')))
      for (const text of all) {
        expect(text).not.toContain('5550123457')
        expect(text).not.toMatch(/"digit":\s*"[0-9]"/)
        expect(text).not.toContain('SPRINGFIELD')
      }
      expect(JSON.parse(all[0]!)).toMatchObject({ from: '+1555•••3457', variables: {}, recording: null })
      for (const path of ['recording', 'recording/peaks', 'listen', 'recording/carrier'])
        expect([path, await codeOf(await viewer.ask('GET', `/v1/calls/${id}/${path}`))]).toEqual([
          path,
          '403 auth.forbidden',
        ])
      expect(await codeOf(await viewer.ask('GET', '/v1/calls?from=5550123457'))).toBe('403 auth.forbidden')
      const { data } = await house.client.GET('/v1/calls/{id}', { params: { path: { id } } })
      expect(data).toMatchObject({ from: '+15550123457', hidden: [] })
      const second = await simulate([{ pauseMs: 0 }, beep, { pauseMs: 0 }, { digits: '7' }], { stayOnLine: true })
      const { deliveries } = house.gateway.store
      const delivery = await until('a delivery', async () => {
        const { items } = await deliveries.list('org_default', hook!.id)
        return items.find(({ body }) => body.includes(second.call))
      })
      expect(JSON.parse(delivery.body)).toMatchObject({ event: { type: 'digit.received', digit: '•••' } })
      await house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: second.call } } })
    } finally {
      await house.client.PUT('/v1/settings', { body: before! })
    }
  })

  test('for good by redaction is gone: words, numbers, variables, wire, recording', async () => {
    const { call: id, simulation } = await simulate([{ pauseMs: 0 }, beep], { from: '+15550123458', stayOnLine: true })
    const path = { params: { path: { id } } }
    expect((await house.client.POST('/v1/calls/{id}/redact', path)).response.status).toBe(409)
    await house.request('POST', `/v1/simulators/calls/${simulation}/acts`, {
      script: [{ pauseMs: 0 }, { hangup: true }],
    })
    await over(house, id)
    const name = await until('the recording', async () => (await house.gateway.store.calls.find(id))?.recording)
    expect(await house.gateway.recordings.read(name)).toBeDefined()
    await until('the wire', async () => (await house.gateway.store.wire.list('org_default', id)).length > 4)
    const { data } = await house.client.POST('/v1/calls/{id}/redact', path)
    expect(data).toMatchObject({ from: '+1555•••3458', variables: {}, recording: null, redactedAt: expect.any(Number) })
    expect(await house.gateway.recordings.read(name)).toBeUndefined()
    expect((await house.client.GET('/v1/calls/{id}/wire', path)).data!.items).toEqual([])
    expect(JSON.stringify(await house.events(id))).not.toContain('15550123458')
  })
})

describe('calls', () => {
  test('are found by carrier, part of a number, end, and whether there is a recording', async () => {
    const { call: id, simulation } = await simulate([{ pauseMs: 0 }, beep, { pauseMs: 0 }, { hangup: true }], {
      from: '+15550777123',
    })
    expect(simulation).toMatch(/^sim_/)
    await over(house, id)
    await until('the recording', async () => (await house.gateway.store.calls.find(id))?.recording)
    const found = async (query: string) => {
      const { items } = (await (await house.request('GET', `/v1/calls?${query}`)).json()) as { items: { id: string }[] }
      return items.map((call) => call.id).includes(id)
    }
    for (const [query, is] of [
      ['from=0777', true],
      ['from=0778', false],
      ['from=%25', false],
      ['carrier=twilio&recorded=true', true],
      ['carrier=acme', false],
      ['recorded=false', false],
      ['endReason=caller-hangup', true],
      ['endReason=idle', false],
    ] as const)
      expect([query, await found(query)]).toEqual([query, is])
    expect((await house.request('GET', '/v1/calls?endReason=boredom')).status).toBe(400)
  })
})

describe('the journal', () => {
  test('says which user or key asked for what', async () => {
    const { call: id } = await simulate([], { stayOnLine: true })
    await house.callWhen('in progress', id, ({ status }) => status === 'in-progress')
    const user = await addUser('operator', 'Ada')
    const page = await signIn({ email: user.email, password })
    expect((await page.ask('POST', `/v1/calls/${id}/hangup`)).status).toBe(202)
    await over(house, id)
    const asked = (await house.events(id)).find(({ event }) => event.type === 'command.requested' && 'by' in event)
    expect(asked?.event).toMatchObject({
      ...{ command: { type: 'hangup' }, origin: 'api' },
      by: { kind: 'user', id: user.id, name: 'Ada' },
    })
    const { data: placed } = await house.client.POST('/v1/calls', { body: { to: '+15550199002', agent: 'agt_echo' } })
    const [queued] = await house.events(placed!.id)
    expect(queued?.event).toMatchObject({ type: 'call.queued', by: { kind: 'key', name: 'First admin key' } })
    await house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: placed!.id } } })
    await over(house, placed!.id)
  })
})

describe('a delivery', () => {
  test('that was given up is sent again when somebody asks', async () => {
    const got: string[] = []
    const { createServer } = await import('node:http')
    const server = createServer((request, response) => {
      const id = String(request.headers['webhook-id'])
      response.writeHead(got.includes(id) ? 204 : 500).end()
      got.push(id)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    house.scope.defer(() => server.close())
    const { port } = server.address() as { port: number }
    const { data: hook } = await house.client.POST('/v1/webhooks', {
      body: { url: `http://127.0.0.1:${port}/`, events: ['call.ended'], enabled: true },
    })
    const live = await house.request('GET', `/v1/webhooks/${hook!.id}/deliveries/live`)
    const { call } = await simulate([{ pauseMs: 0 }, { hangup: true }])
    await over(house, call)
    const shown = await readUntil(live, (text) => text.includes('"lastStatus":500'))
    expect(shown).toContain('event: delivery')
    expect(shown).toContain('"attempts":0')
    const first = await until('a failure', async () => {
      const { data } = await house.client.GET('/v1/webhooks/{id}/deliveries', { params: { path: { id: hook!.id } } })
      return data!.items.find((one) => one.attempts === 1 && one.call === call)
    })
    expect(first).toMatchObject({ event: 'call.ended', call, status: 'waiting', lastStatus: 500 })
    const path = { id: hook!.id, delivery: first.id }
    const began = realClock.monotonic()
    const resend = '/v1/webhooks/{id}/deliveries/{delivery}/resend' as const
    const { data: again } = await house.client.POST(resend, { params: { path } })
    expect(again).toMatchObject({ id: first.id, status: 'waiting', attempts: 0 })
    const tries = () => got.filter((one) => one === first.id)
    await until('the second try', () => tries().length === 2)
    expect(realClock.monotonic() - began).toBeLessThan(4_000)
    expect(tries()).toHaveLength(2)
    const none = await house.client.POST(resend, { params: { path: { id: hook!.id, delivery: 'dlv_none' } } })
    expect(none.response.status).toBe(404)
  })
})

/** All that a stream said until `enough` of it was there. */
async function readUntil(response: Response, enough: (text: string) => boolean): Promise<string> {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (!enough(text)) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`the stream ended too soon: ${text.slice(-500)}`)
    text += decoder.decode(value, { stream: true })
  }
  await reader.cancel()
  return text
}

function levels(text: string): Schemas['Level'][][] {
  return [...text.matchAll(/^event: levels\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data!).calls)
}

/** Greatest samples of both channels in the first seconds. */
async function loudness(response: Response, seconds: number): Promise<readonly [number, number]> {
  const reader = response.body!.getReader()
  const most: [number, number] = [0, 0]
  let rest = Buffer.alloc(0)
  for (let read = 0; read < seconds * 8_000 * 4;) {
    const { value, done } = await reader.read()
    if (done) break
    rest = Buffer.concat([rest, value])
    const whole = rest.length - (rest.length % 4)
    for (let at = 0; at < whole; at += 2)
      most[(at / 2) % 2] = Math.max(most[(at / 2) % 2]!, Math.abs(rest.readInt16LE(at)))
    rest = rest.subarray(whole)
    read += value.length
  }
  return most
}
