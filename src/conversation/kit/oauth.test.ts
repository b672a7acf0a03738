import { expect, test } from 'vitest'
import { authorized } from './oauth.ts'

const credentials = {
  tokenUrl: 'https://auth.test/token',
  clientId: 'the client',
  clientSecret: 'very:secret',
  scope: 'tools',
}

interface Answer {
  readonly status?: number
  readonly json?: object
}

/** A token server and a resource that takes the tokens in `good`. */
function world(answers: readonly Answer[] = []) {
  let time = 0
  const given = [...answers]
  const asked: { readonly headers: Headers; readonly body: string }[] = []
  const good = new Set<string>()
  const used: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.url !== credentials.tokenUrl) {
      const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
      used.push(token)
      return new Response(`${await request.text()}!`, { status: good.has(token) ? 200 : 401 })
    }
    asked.push({ headers: request.headers, body: await request.text() })
    const { status = 200, json = { access_token: `t${asked.length}`, token_type: 'Bearer', expires_in: 100 } } =
      given.shift() ?? {}
    if ('access_token' in json) good.add(String(json.access_token))
    return Response.json(json, { status })
  }
  const get = authorized(fetch, credentials, () => time)
  return {
    asked,
    good,
    used,
    pass: (ms: number) => (time += ms),
    get: () => get('https://mcp.test/', { method: 'POST', body: 'hi' }),
  }
}

test('a token is asked for with the client’s own proof, once for all requests', async () => {
  const { asked, used, get } = world()
  const answers = await Promise.all([get(), get()])
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['hi!', 'hi!'])
  expect(used).toEqual(['t1', 't1'])
  expect(asked).toHaveLength(1)
  const [{ headers, body }] = asked as [(typeof asked)[0]]
  expect(Buffer.from(headers.get('authorization')!.slice(6), 'base64').toString()).toBe('the%20client:very%3Asecret')
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({ grant_type: 'client_credentials', scope: 'tools' })
})

test('another is asked for before it ends', async () => {
  const { used, pass, get } = world()
  await get()
  pass(69_000)
  await get()
  pass(2_000)
  await get()
  expect(used).toEqual(['t1', 't1', 't2'])
})

test('another is asked for when it is refused, once', async () => {
  const { asked, good, used, get } = world()
  await get()
  good.clear()
  expect((await Promise.all([get(), get()])).map(({ status }) => status)).toEqual([200, 200])
  expect(used).toEqual(['t1', 't1', 't1', 't2', 't2'])
  expect(asked).toHaveLength(2)
})

test('a resource that refuses each token is not asked for ever', async () => {
  const { asked, used, get } = world([{ json: { access_token: '' } }])
  await expect(get()).rejects.toThrow('gave no bearer token')
  expect([asked.length, used.length]).toEqual([1, 0])
})

test.each<[Answer, RegExp]>([
  [{ status: 401, json: { error: 'invalid_client' } }, /https:\/\/auth\.test answered 401 \(invalid_client\)/],
  [{ json: { access_token: 't', token_type: 'mac' } }, /gave no bearer token/],
])('%j is told without the secret, and the next request asks anew', async (answer, why) => {
  const { get } = world([answer])
  const error: unknown = await get().catch((thrown: unknown) => thrown)
  expect(String(error)).toMatch(why)
  expect(String(error)).not.toContain('secret:')
  expect((await get()).status).toBe(200)
})
