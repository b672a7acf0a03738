/** Every route of the API: what it does, and what it refuses, in whose name, with which words. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Line } from '../../conformance/live/fixture.ts'
import { inCall, over, person } from '../../conformance/live/stage.ts'
import { openHouse, type House } from '../gateway.ts'
import { twilioLive } from '../twilio-line.ts'
import { pause, until } from '../until.ts'
import { consoleRoutes } from './console-routes.ts'
import {
  goodBody,
  isList,
  isPublic,
  kindOf,
  operationsOf,
  readDocument,
  type Document,
  type Kind,
  type Operation,
} from './operations.ts'

let house: House
let document: Document
let operations: readonly Operation[]
let line: Line
let agent: { readonly id: string; readonly key: string }
/** One of each, of the first organization. */
let ids: Record<Kind, string>

beforeAll(async () => {
  house = await openHouse({ options: { rateLimit: 100_000 } })
  document = await readDocument(house)
  operations = operationsOf(document)
  agent = await house.agent()
  line = await twilioLive.line(house, agent.id)
  const { data: hook } = await house.client.POST('/v1/webhooks', {
    body: { url: 'http://127.0.0.1:9/nobody', events: ['nothing'], enabled: false },
  })
  const { data: key } = await house.client.POST('/v1/keys', { body: { name: 'spare', scopes: ['calls:read'] } })
  const { data: user } = await house.client.POST('/v1/users', {
    body: { email: 'first@example.com', name: 'First', role: 'owner' },
  })
  const { data: numbers } = await house.client.GET('/v1/numbers')
  const { call, leg } = await inCall({ house, line, agent })
  leg.hangup()
  await over(house, call.id)
  ids = {
    calls: call.id,
    connections: line.connection,
    numbers: numbers!.items.find(({ connection }) => connection === line.connection)!.id,
    agents: agent.id,
    webhooks: hook!.id,
    keys: key!.id,
    users: user!.id,
  }
})
afterAll(() => house[Symbol.asyncDispose]())

interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly text: string
}

async function ask(
  operation: Operation,
  given: { id?: string; body?: unknown; key?: string | undefined; headers?: Record<string, string> },
): Promise<Answer> {
  const { id = 'nothing', key = house.key, headers = {} } = given
  const path = operation.path.replace('{id}', id).replaceAll(/\{\w+\}/g, 'none_such')
  const body = 'body' in given ? given.body : operation.body ? goodBody(operation.name, ids) : undefined
  const authorization = given.key === '' ? {} : { authorization: `Bearer ${key}` }
  const stop = new AbortController()
  const response = await fetch(house.url + path, {
    method: operation.method,
    signal: stop.signal,
    headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  if (response.headers.get('content-type')?.includes('event-stream')) {
    stop.abort()
    return { status: response.status, code: undefined, text: '' }
  }
  const text = await response.text()
  return { status: response.status, code: codeIn(text), text }
}

function codeIn(text: string): string | undefined {
  const found = /"error":\{"code":"([^"]+)"/.exec(text)
  return found?.[1]
}

/** Answers of many operations, by name: one look shows all that differ. */
async function answers(
  of: readonly Operation[],
  how: (operation: Operation) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const entries: [string, unknown][] = []
  for (const operation of of) entries.push([operation.name, await how(operation)])
  return Object.fromEntries(entries)
}

function all(of: readonly Operation[], value: unknown): Record<string, unknown> {
  return Object.fromEntries(of.map(({ name }) => [name, value]))
}

describe('the document', () => {
  test('is OpenAPI 3.1, whole in itself', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    const text = JSON.stringify(document)
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!)
    expect(references.length).toBeGreaterThan(20)
    for (const reference of new Set(references)) {
      expect(reference).toMatch(/^#\/components\/schemas\//)
      expect(document.components.schemas).toHaveProperty([reference.split('/').at(-1)!])
    }
    // OpenAPI 3.0's way of saying null has no meaning in 3.1.
    expect(text).not.toContain('"nullable"')
    expect(operations.length).toBeGreaterThan(35)
    for (const { name, path, spec } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      expect([name, spec.parameters.filter((one) => one.in === 'path').map((one) => one.name)]).toEqual([name, named])
      expect([name, Object.keys(spec.responses)]).toEqual([name, expect.arrayContaining(['default'])])
    }
  })

  test('has a page for people, with nothing from elsewhere', async () => {
    const response = await fetch(`${house.url}/docs`)
    expect(response.status).toBe(200)
    const page = await response.text()
    expect(page).not.toMatch(/(?:src|href)="https?:\/\//)
  })
})

describe('without the right key', () => {
  test('no route says anything to a stranger', async () => {
    const closed = operations.filter((one) => !isPublic(one))
    const none = await answers(closed, async (operation) => {
      const { status, code } = await ask(operation, { key: '' })
      return `${status} ${code}`
    })
    expect(none).toEqual(all(closed, '401 auth.missing'))
    const wrong = await answers(closed, async (operation) => {
      const { status, code } = await ask(operation, { key: 'ohk_wrong' })
      return `${status} ${code}`
    })
    expect(wrong).toEqual(all(closed, '401 auth.invalid'))
  })

  test('another scheme, a broken header and a revoked key are no keys', async () => {
    const [operation] = operations
    for (const authorization of ['Basic abc', 'Bearer', 'Bearer  ', house.key])
      expect((await ask(operation!, { headers: { authorization } })).code).toBe('auth.invalid')
    const { data } = await house.client.POST('/v1/keys', { body: { name: 'short-lived', scopes: ['admin'] } })
    expect((await ask(operation!, { key: data!.secret })).status).toBe(200)
    await house.client.DELETE('/v1/keys/{id}', { params: { path: { id: data!.id } } })
    expect((await ask(operation!, { key: data!.secret })).code).toBe('auth.invalid')
  })

  test('a key does what its scopes say, and nothing else', async () => {
    const scoped = operations.filter(({ path }) => path !== '/v1/session')
    const scopeOf = ({ method, path, name }: Operation): string => {
      if (/^\/v1\/(keys|users)/.test(path) || name === 'PUT /v1/settings') return 'admin'
      const reads = method === 'GET' || name === 'PUT /v1/session/password'
      const calls = /^\/v1\/(calls|events|live|grants)/.test(path) || (path.startsWith('/v1/simulators') && !reads)
      return `${calls ? 'calls' : 'config'}:${reads ? 'read' : 'write'}`
    }
    for (const scope of ['calls:read', 'calls:write', 'config:read', 'config:write'] as const) {
      const { data } = await house.client.POST('/v1/keys', { body: { name: scope, scopes: [scope] } })
      const seen = await answers(
        scoped,
        async (operation) => (await ask(operation, { key: data!.secret })).code === 'auth.forbidden',
      )
      expect([scope, seen]).toEqual([
        scope,
        Object.fromEntries(scoped.map((one) => [one.name, scopeOf(one) !== scope])),
      ])
    }
  })
})

describe('with a body that is none', () => {
  const refusals = async (body: unknown, headers: Record<string, string> = {}) => {
    const bodied = operations.filter((one) => one.body)
    return answers(bodied, async (operation) => {
      const kind = kindOf(operation)
      const { status, code } = await ask(operation, { body, headers, ...(kind ? { id: ids[kind] } : {}) })
      return `${status} ${code}`
    })
  }

  test.each([
    ['an unknown field', { nonsense: 1 }, '400 request.invalid'],
    ['a list', [], '400 request.invalid'],
    ['a text', '"text"', '400 request.invalid'],
    ['null', 'null', '400 request.invalid'],
    ['malformed JSON', '{"name": ', '400 request.malformed'],
    ['an empty body', '', '400 request.malformed'],
    ['a prototype', '{"__proto__": {"admin": true}}', '400 request.malformed'],
    ['more than it takes', `{"name":"${'x'.repeat(17_000_000)}"}`, '413 request.too-large'],
  ])('%s is refused by name', async (_, body, expected) => {
    // A simulated caller's sound is as large as it is.
    const sound = (name: string) => name.startsWith('POST /v1/simulators')
    const bodied = operations.filter((one) => one.body && !(expected.startsWith('413') && sound(one.name)))
    expect(await refusals(body)).toMatchObject(all(bodied, expected))
  })

  test('another content type is refused by name', async () => {
    const bodied = operations.filter((one) => one.body)
    expect(await refusals('a=b', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual(
      all(bodied, '400 request.malformed'),
    )
  })

  test('fields of wrong types are named', async () => {
    const { response, error } = await house.client.POST('/v1/calls', {
      body: { to: 5 as never, agent: agent.id, ringTimeout: 1, variables: { a: {} as never } },
    })
    expect(response.status).toBe(400)
    const fields = (error!.error.details['fields'] as readonly { field: string }[]).map(({ field }) => field)
    expect(fields).toEqual(expect.arrayContaining(['to', 'ringTimeout', 'variables.a']))
  })

  test.each([
    ['limit=0', 400],
    ['limit=201', 400],
    ['limit=x', 400],
    ['cursor=nonsense', 400],
    ['status=flying', 400],
    ['direction=up', 400],
    ['since=yesterday', 400],
    ['limit=1&status=completed&direction=inbound', 200],
  ])('a list asked for with %s answers %i', async (query, status) => {
    const response = await house.request('GET', `/v1/calls?${query}`)
    expect(response.status).toBe(status)
  })
})

describe('what is not there', () => {
  test('is not found, by name, under every route that names something', async () => {
    const naming = operations.filter(({ path }) => path.includes('{id}'))
    const seen = await answers(naming, async (operation) => (await ask(operation, { id: 'none_such' })).status)
    expect(seen).toEqual(all(naming, 404))
    const odd = await answers(naming, async (operation) => (await ask(operation, { id: "'%20OR%201=1--" })).status)
    expect(odd).toEqual(all(naming, 404))
  })

  test('is not found either when it is somebody else’s, and nobody sees it in a list', async () => {
    const { store, engine } = house.gateway
    const now = engine.clock.now()
    const secret = `ohk_${engine.ids.token()}`
    await store.organizations.create({ id: 'org_other', name: 'Other', createdAt: now })
    await store.keys.create(
      { id: 'key_other', organization: 'org_other', name: 'k', prefix: 'ohk_', scopes: ['admin'], createdAt: now },
      secret,
    )
    const naming = operations.filter(({ path }) => path.includes('{id}'))
    const seen = await answers(naming, async (operation) => {
      const kind = kindOf(operation)
      return (await ask(operation, { id: ids[kind!], key: secret })).status
    })
    expect(seen).toEqual(all(naming, 404))
    const lists = operations.filter(isList)
    const listed = await answers(
      lists,
      async (operation) => JSON.parse((await ask(operation, { key: secret })).text).items.length,
    )
    expect(listed).toEqual({ ...all(lists, 0), 'GET /v1/keys': 1 })
    // What it names in a body must be its own too.
    for (const [name, code] of [
      ['POST /v1/numbers', 'not-found'],
      ['POST /v1/calls', 'not-found'],
    ]) {
      const operation = operations.find((one) => one.name === name)!
      expect((await ask(operation, { key: secret })).code).toBe(code)
    }
    for (const [kind, id] of Object.entries(ids)) {
      const operation = operations.find((one) => one.name === `GET /v1/${kind}/{id}`)
      if (operation) expect((await ask(operation, { id })).status).toBe(200)
    }
  })

  test('has no route', async () => {
    for (const [method, path] of [
      ['GET', '/v1/nothing'],
      ['DELETE', '/v1/calls'],
      ['GET', '/v1/../../etc/passwd'],
      ['GET', '/carriers/nobody/voice'],
    ] as const) {
      const response = await house.request(method, path)
      expect([path, response.status]).toEqual([path, 404])
    }
  })
})

describe('every route', () => {
  /** These are visited in files of their own. */
  const visited = new Set<string>([
    ...consoleRoutes,
    'POST /v1/grants',
    'GET /v1/lines/live',
    'GET /v1/calls/{id}/capture',
  ])
  const visit = async (name: string, expected: number, given: { id?: string; body?: unknown; query?: string } = {}) => {
    const operation = operations.find((one) => one.name === name)
    if (!operation) throw new Error(`the document has no ${name}`)
    visited.add(name)
    const path = operation.path.replace('{id}', given.id ?? '') + (given.query ?? '')
    const response = await house.request(operation.method, path, given.body)
    const text = await response.text()
    expect([name, response.status, response.status === expected ? '' : text]).toEqual([name, expected, ''])
    return text ? JSON.parse(text.startsWith('RIFF') ? '{}' : text) : undefined
  }

  test('of connections, numbers and agents works', async () => {
    const { items: providers } = await visit('GET /v1/providers', 200)
    expect(providers.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['twilio', 'studio', 'echo']),
    )
    const settings = { accountSid: `AC${'1'.repeat(32)}`, authToken: 'a-token-of-our-own-1234' }
    const made = await visit('POST /v1/connections', 201, {
      body: { kind: 'carrier', provider: 'twilio', name: 'Second', settings },
    })
    expect(made.settings.authToken).toBe('••••1234')
    expect(made.webhooks.voice).toContain(made.id)
    await visit('GET /v1/connections/{id}', 200, { id: made.id })
    expect((await visit('GET /v1/connections', 200)).items.length).toBeGreaterThanOrEqual(3)
    // None of these listens by itself.
    expect((await visit('GET /v1/lines', 200)).items).toEqual([])
    await visit('PUT /v1/connections/{id}', 200, {
      id: made.id,
      body: { name: 'Second, renamed', settings: made.settings },
    })
    const kept = await house.gateway.store.connections.find(made.id)
    expect(kept).toMatchObject({ name: 'Second, renamed', settings })
    expect((await visit('POST /v1/connections/{id}/default', 200, { id: made.id })).isDefault).toBe(true)
    const { items: connections } = await visit('GET /v1/connections', 200)
    expect(connections.filter((one: { isDefault: boolean }) => one.isDefault)).toHaveLength(1)
    await visit('POST /v1/connections/{id}/default', 200, { id: line.connection })
    await visit('DELETE /v1/connections/{id}', 204, { id: made.id })
    expect((await visit('POST /v1/connections/{id}/test', 200, { id: line.connection })).message).toContain('Signed in')

    const streams = await visit('POST /v1/connections/{id}/stream-addresses', 201, {
      id: line.connection,
      body: { agent: agent.id },
    })
    expect(streams.address).toContain(streams.token)
    await visit('DELETE /v1/connections/{id}/stream-addresses', 204, { id: line.connection })
    // No vendor here has a price.
    expect((await visit('GET /v1/prices', 200)).items).toEqual([])

    const owned = await visit('GET /v1/connections/{id}/numbers', 200, { id: line.connection })
    expect(owned.items.map(({ number }: { number: string }) => number)).toContain(line.number)
    const free = await visit('GET /v1/connections/{id}/numbers/available', 200, {
      id: line.connection,
      query: '?country=US&limit=3',
    })
    expect(free.items).toHaveLength(3)
    const bought = await visit('POST /v1/connections/{id}/numbers/buy', 201, {
      id: line.connection,
      body: { number: free.items[0].number, agent: agent.id },
    })
    expect(bought).toMatchObject({ number: free.items[0].number, agent: agent.id })
    const added = await visit('POST /v1/numbers', 201, {
      body: { connection: line.connection, number: line.unassigned, point: true },
    })
    expect((await visit('GET /v1/numbers/{id}', 200, { id: added.id })).agent).toBeNull()
    const changed = await visit('PATCH /v1/numbers/{id}', 200, {
      id: added.id,
      body: { agent: agent.id, label: 'Desk', point: false },
    })
    expect(changed).toMatchObject({ agent: agent.id, label: 'Desk' })
    const cleared = await visit('PATCH /v1/numbers/{id}', 200, {
      id: added.id,
      body: { agent: null, label: null, point: false },
    })
    expect(cleared).toMatchObject({ agent: null, label: null })
    expect((await visit('GET /v1/numbers', 200)).items.length).toBeGreaterThanOrEqual(3)
    await visit('DELETE /v1/numbers/{id}', 204, { id: added.id })
    await visit('DELETE /v1/numbers/{id}', 204, { id: bought.id, query: '?release=true' })

    const robot = await visit('POST /v1/agents', 201, {
      body: { name: 'Robot', provider: 'studio', settings: { secret: 'swordfish-of-agents' } },
    })
    expect(robot.settings.secret).toBe('••••ents')
    await visit('GET /v1/agents/{id}', 200, { id: robot.id })
    await visit('PUT /v1/agents/{id}', 200, {
      id: robot.id,
      body: { name: 'Robot 2', provider: 'studio', settings: robot.settings },
    })
    expect((await house.gateway.store.agents.get('org_default', robot.id))?.settings).toMatchObject({
      secret: 'swordfish-of-agents',
    })
    expect((await visit('GET /v1/agents', 200)).items.length).toBeGreaterThanOrEqual(3)
    await visit('DELETE /v1/agents/{id}', 204, { id: robot.id })
  })

  test('of many calls at once works', async () => {
    line.onDial(() => ({ type: 'busy', afterMs: 20 }))
    const { items } = await visit('POST /v1/calls/bulk', 202, {
      body: { calls: [{ to: '+15550199002', agent: agent.id, connection: line.connection }, {}] },
    })
    expect(items.map(({ ok }: { readonly ok: boolean }) => ok)).toEqual([true, false])
    await house.callWhen('the end', items[0].call.id, ({ status }) => status === 'busy')
  })

  test('of calls works', async () => {
    line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 50 }))
    const placed = await visit('POST /v1/calls', 202, {
      body: {
        to: '+1 (555) 019-9002',
        agent: agent.id,
        connection: line.connection,
        record: true,
        machineDetection: false,
      },
    })
    expect(placed).toMatchObject({ status: 'queued', to: '+15550199002' })
    const id = placed.id
    await house.callWhen('in-progress', id, ({ status }) => status === 'in-progress')
    await until('an open stream', async () =>
      (await house.events(id)).some(({ event }) => event.type === 'media.opened'),
    )
    const player = await house.studio.player(agent.key)
    await visit('POST /v1/calls/{id}/play', 202, { id, body: { text: 'one moment' } })
    await until('the words', () => player.orders.some((order) => order.type === 'say' && order.text === 'one moment'))
    expect((await visit('POST /v1/calls/{id}/record', 202, { id, body: { action: 'start' } })).id).toMatch(/^cmd_/)
    await pause(600)
    await visit('POST /v1/calls/{id}/record', 202, { id, body: { action: 'stop' } })
    await visit('POST /v1/calls/{id}/metrics', 204, { id, body: { items: [{ name: 'score', value: 0.9, unit: '1' }] } })
    const metrics = await visit('GET /v1/calls/{id}/metrics', 200, { id })
    expect(metrics.items).toContainEqual(
      expect.objectContaining({ name: 'score', source: 'user', value: 0.9, message: null }),
    )
    await visit('POST /v1/calls/{id}/digits', 202, { id, body: { digits: '1w2' } })
    await pause(300)
    await visit('POST /v1/calls/{id}/transfer', 202, { id, body: { to: '+15550199003', timeoutSeconds: 20 } })
    await until(
      'the transfer',
      async () => (await house.events(id)).filter(({ event }) => event.type === 'command.accepted').length >= 4,
    )
    for (const leg of line.calls.values()) leg.hangup()
    await over(house, id)
    await visit('POST /v1/calls/{id}/hangup', 202, { id })
    expect((await visit('GET /v1/calls/{id}', 200, { id })).endedAt).toBeGreaterThan(0)
    expect((await visit('GET /v1/calls/{id}/events', 200, { id })).items.length).toBeGreaterThan(5)
    expect((await visit('GET /v1/calls/{id}/messages', 200, { id })).items.length).toBeGreaterThan(0)
    await until('the recording', async () => (await house.gateway.store.calls.find(id))?.recording)
    await visit('GET /v1/calls/{id}/recording', 200, { id })
    await visit('GET /v1/calls/{id}/recording/carrier', 200, { id })
    const first = await visit('GET /v1/calls', 200, { query: '?limit=1' })
    expect(first.items).toHaveLength(1)
    const second = await visit('GET /v1/calls', 200, { query: `?limit=1&cursor=${encodeURIComponent(first.next)}` })
    expect(second.items[0].id).not.toBe(first.items[0].id)
    const mine = await visit('GET /v1/calls', 200, { query: `?direction=outbound&agent=${agent.id}&to=%2B15550199002` })
    expect(mine.items.map((one: { id: string }) => one.id)).toContain(id)
    expect(mine.items.every((one: { direction: string }) => one.direction === 'outbound')).toBe(true)
  })

  test('of webhooks, keys and events works', async () => {
    const hook = await visit('POST /v1/webhooks', 201, {
      body: { url: 'http://127.0.0.1:9/x', events: ['call.ended'], enabled: false },
    })
    expect(hook.secret).toMatch(/^whsec_/)
    const shown = await visit('GET /v1/webhooks', 200)
    expect(JSON.stringify(shown)).not.toContain(hook.secret)
    await visit('PUT /v1/webhooks/{id}', 200, {
      id: hook.id,
      body: { url: 'http://127.0.0.1:9/y', events: ['*'], enabled: false },
    })
    expect((await visit('GET /v1/webhooks/{id}/deliveries', 200, { id: hook.id })).items).toEqual([])
    await visit('DELETE /v1/webhooks/{id}', 204, { id: hook.id })
    const key = await visit('POST /v1/keys', 201, { body: { name: 'reader', scopes: ['calls:read'] } })
    const keys = await visit('GET /v1/keys', 200)
    expect(JSON.stringify(keys)).not.toContain(key.secret)
    await visit('DELETE /v1/keys/{id}', 204, { id: key.id })
    await visit('DELETE /v1/keys/{id}', 404, { id: key.id })
    const events = operations.find(({ name }) => name === 'GET /v1/events')!
    visited.add(events.name)
    expect((await ask(events, {})).status).toBe(200)
  })

  test('was visited', () => {
    expect(operations.map(({ name }) => name).filter((name) => !visited.has(name))).toEqual([])
  })
})

describe('settings', () => {
  const settings = { accountSid: `AC${'2'.repeat(32)}`, authToken: 'another-token-9876' }
  const post = (body: unknown) => house.request('POST', '/v1/connections', body)

  test('are refused with every fault by name, and no secret in the words', async () => {
    const response = await post({
      kind: 'carrier',
      provider: 'twilio',
      name: 'Bad',
      settings: { accountSid: 'nonsense', authToken: 'a secret with spaces', more: 1 },
    })
    expect(response.status).toBe(422)
    const text = await response.text()
    expect(text).toContain('settings.invalid')
    expect(text).toContain('accountSid')
    expect(text).toContain('more')
    expect(text).not.toContain('a secret with spaces')
  })

  test('of a provider that is not there are refused', async () => {
    const response = await post({ kind: 'carrier', provider: 'nobody', name: 'Bad', settings })
    expect([response.status, codeIn(await response.text())]).toEqual([422, 'provider.unknown'])
  })

  test('of an account that is connected already are a conflict', async () => {
    const body = { kind: 'carrier', provider: 'twilio', name: 'Once', settings }
    expect((await post(body)).status).toBe(201)
    const again = await post({ ...body, name: 'Twice' })
    expect([again.status, codeIn(await again.text())]).toEqual([409, 'conflict'])
  })

  test('with a mask that stands for nothing are refused, and keep what is stored', async () => {
    const path = `/v1/connections/${line.connection}`
    const before = await house.gateway.store.connections.find(line.connection)
    const { data: shown } = await house.client.GET('/v1/connections/{id}', {
      params: { path: { id: line.connection } },
    })
    const refused = await house.request('PUT', path, {
      name: 'x',
      settings: { ...shown!.settings, authToken: '••••zzzz' },
    })
    expect([refused.status, codeIn(await refused.text())]).toEqual([422, 'settings.invalid'])
    const kept = await house.request('PUT', path, { name: shown!.name, settings: shown!.settings })
    expect(kept.status).toBe(200)
    expect((await house.gateway.store.connections.find(line.connection))?.settings).toEqual(before?.settings)
    const test = await house.request('POST', `${path}/test`)
    expect([test.status, await test.text()]).toEqual([200, expect.stringContaining('Signed in')])
  })

  test('that the carrier refuses are told from those that work', async () => {
    const apiBase = `${house.url}/simulators/twilio`
    const { data: made } = await house.client.POST('/v1/connections', {
      body: {
        ...{ kind: 'carrier', provider: 'twilio', name: 'Wrong token' },
        settings: { ...settings, accountSid: `AC${'3'.repeat(32)}`, apiBase },
      },
    })
    const response = await house.request('POST', `/v1/connections/${made!.id}/test`)
    expect([response.status, codeIn(await response.text())]).toEqual([200, undefined])
    const again = await house.client.POST('/v1/connections/{id}/test', { params: { path: { id: made!.id } } })
    expect(again.data).toMatchObject({ ok: false, message: expect.stringContaining('Twilio') })
  })

  test('of the simulated line cannot be changed', async () => {
    const response = await house.request('PUT', '/v1/connections/con_simulated', { name: 'x', settings: {} })
    expect([response.status, codeIn(await response.text())]).toEqual([409, 'conflict'])
  })
})

describe('for machines', () => {
  test('health, readiness and figures are public', async () => {
    expect(await (await fetch(`${house.url}/health`)).json()).toEqual({ ok: true })
    expect(await (await fetch(`${house.url}/ready`)).json()).toEqual({ ok: true })
    const figures = await (await fetch(`${house.url}/metrics`)).text()
    for (const name of ['offhook_webhook_accepted_total', 'offhook_calls_running', 'process_cpu_seconds_total'])
      expect(figures).toContain(`# TYPE ${name} `)
    expect(figures).toMatch(/^offhook_webhook_accepted_total\{carrier="twilio"\} [1-9]/m)
    expect(figures).toMatch(/^offhook_calls_running 0$/m)
    expect(figures).toMatch(/^offhook_calls_ended_total\{.*\} [1-9]/m)
  })

  test('no log line holds a key, a token or a secret', async () => {
    const lines = JSON.stringify(house.logger.lines)
    for (const secret of [house.key, 'another-token-9876', 'swordfish-of-agents', 'a-token-of-our-own-1234'])
      expect(lines).not.toContain(secret)
  })
})

test('more requests than the limit are refused, and told when to come again', async () => {
  await using small = await openHouse({ options: { rateLimit: 5 } })
  const statuses: number[] = []
  for (let count = 0; count < 7; count++) statuses.push((await small.request('GET', '/v1/agents')).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
  const refused = await small.request('GET', '/v1/agents')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(codeIn(await refused.text())).toBe('request.rate-limited')
  expect((await fetch(`${small.url}/health`)).status).toBe(200)
  const guesses: number[] = []
  for (let count = 0; count < 7; count++)
    guesses.push(
      (await fetch(`${small.url}/v1/agents`, { headers: { authorization: `Bearer ohk_guess${count}` } })).status,
    )
  expect(guesses.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
  expect(guesses.at(-1)).toBe(429)
})
