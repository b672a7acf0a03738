import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { memoryLogger } from '../../lib/log.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { HttpRequest, HttpResponse } from '../../spec/http.ts'
import { openKit } from './kit.ts'
import { kitFields, kitSettings } from './settings.ts'

const about = {
  call: 'call_1',
  direction: 'inbound',
  from: '+15550100001',
  to: '+15550100002',
  variables: { name: 'Ada' },
  metadata: { order: 7 },
} as const

const parameters = {
  type: 'object',
  properties: { day: { type: 'string' }, guests: { type: 'integer', minimum: 1 } },
  required: ['day'],
  additionalProperties: false,
}

const token = 'Bearer sk-0123456789abcdef'

function finder(changes: object = {}) {
  return {
    name: 'find_table',
    description: 'Finds a table.',
    parameters,
    url: 'https://tools.example/find',
    headers: { authorization: token },
    ...changes,
  }
}

type Answer = Partial<Omit<HttpResponse, 'body'>> & { readonly text?: string }

async function open(settings: object, answer: (request: HttpRequest) => Answer = () => ({ text: '{"free":true}' })) {
  const requests: HttpRequest[] = []
  const failures: OffhookError[] = []
  const kit = await openKit(kitSettings({ ...settings }), about, {
    request: async (request) => {
      requests.push(request)
      const { status = 200, headers = {}, text = '' } = answer(request)
      return { status, headers, body: Buffer.from(text) }
    },
    stream: () => Promise.reject(new OffhookError('carrier.failed', 'nobody there')),
    now: () => 1_700_000_000_500,
    signal: new AbortController().signal,
    engine: new AbortController().signal,
    logger: memoryLogger(),
    failed: (error) => void failures.push(error),
  })
  const use = (given: Readonly<Record<string, unknown>>, name = 'find_table') =>
    kit.perform({ id: 't1', name, arguments: given })
  return { kit, requests, failures, use }
}

describe('a tool at a user’s server', () => {
  test('is told of the call, what the model wants and the variables; its JSON is the result', async () => {
    const { use, requests } = await open({ tools: [finder()] })
    expect(await use({ day: 'Friday', guests: 2 })).toEqual({ ok: true, result: { free: true } })
    expect(requests).toHaveLength(1)
    const { body, headers, ...rest } = requests[0]!
    expect(rest).toEqual({ method: 'POST', url: 'https://tools.example/find', timeout: 8000, repeatable: false })
    expect(JSON.parse(String(body))).toEqual({
      tool: 'find_table',
      id: 't1',
      arguments: { day: 'Friday', guests: 2 },
      call: { id: 'call_1', direction: 'inbound', from: '+15550100001', to: '+15550100002', metadata: { order: 7 } },
      variables: { name: 'Ada' },
    })
    expect(headers).toMatchObject({
      authorization: token,
      'content-type': 'application/json',
      'webhook-id': 'call_1.t1',
    })
    expect(headers).not.toHaveProperty('webhook-signature')
  })

  test('is signed as outgoing webhooks are, and the user’s headers cannot take the place of ours', async () => {
    const key = 'k'.repeat(24)
    const toolSecret = `whsec_${Buffer.from(key).toString('base64')}`
    const headers = { 'Webhook-Id': 'mine', 'Webhook-Signature': 'mine' }
    const { use, requests } = await open({ tools: [finder({ headers })], toolSecret })
    await use({ day: 'Friday' })
    const { headers: sent, body } = requests[0]!
    const hmac = createHmac('sha256', key)
      .update(`call_1.t1.1700000000.${String(body)}`)
      .digest('base64')
    expect(sent).toMatchObject({ 'webhook-signature': `v1,${hmac}`, 'webhook-timestamp': '1700000000' })
    expect(Object.keys(sent).filter((name) => name.toLowerCase() === 'webhook-id')).toEqual(['webhook-id'])
    expect(Object.keys(sent)).not.toContain('Webhook-Signature')
  })

  test('that is asked by GET finds its arguments in the query', async () => {
    const tool = finder({ method: 'GET', url: 'https://tools.example/find?at=1', retry: true })
    const { use, requests } = await open({ tools: [tool] })
    await use({ day: 'Fri & Sat', guests: 2 })
    expect(requests[0]).toMatchObject({
      url: 'https://tools.example/find?at=1&day=Fri+%26+Sat&guests=2&call=call_1',
      repeatable: true,
    })
    expect(requests[0]).not.toHaveProperty('body')
  })

  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['missing', {}, /day/],
    ['of another type', { day: 5 }, /day.*string/],
    ['too small', { day: 'Friday', guests: 0 }, /guests/],
    ['unknown', { day: 'Friday', table: 1 }, /table/],
  ])('is not asked when an argument is %s: the model is told why', async (_, given, why) => {
    const { use, requests } = await open({ tools: [finder()] })
    const { ok, result } = await use(given)
    expect({ ok, requests }).toEqual({ ok: false, requests: [] })
    expect(JSON.stringify(result)).toMatch(why)
  })

  test.each<[string, Answer, unknown]>([
    ['text', { text: ' Table 4 \n' }, 'Table 4'],
    ['nothing', { status: 204 }, 'done'],
    ['a JSON text', { text: '"yes"', headers: { 'content-type': 'application/json' } }, 'yes'],
  ])('may answer with %s', async (_, answer, result) => {
    const { use } = await open({ tools: [finder()] }, () => answer)
    expect(await use({ day: 'Friday' })).toEqual({ ok: true, result })
  })

  test.each<[string, Answer, RegExp]>([
    ['a refusal', { status: 404, text: 'no such customer' }, /find_table failed: the server answered 404: no such/],
    ['a redirect', { status: 302 }, /answered 302/],
    ['broken JSON', { text: '{"a":', headers: { 'content-type': 'application/json; charset=utf-8' } }, /broken/],
    ['too much', { text: 'x'.repeat(70_000) }, /too long/],
  ])('that answers with %s gives the model a sentence', async (_, answer, why) => {
    const { use } = await open({ tools: [finder()] }, () => answer)
    const { ok, result } = await use({ day: 'Friday' })
    expect(ok).toBe(false)
    expect(JSON.stringify(result)).toMatch(why)
  })

  test('that cannot be reached gives a sentence, without the secrets that were sent', async () => {
    const { use } = await open({ tools: [finder()] }, () => {
      throw new OffhookError('address.blocked', `refused with ${token}`)
    })
    const outcome = await use({ day: 'Friday' })
    expect(outcome).toMatchObject({ ok: false, result: { error: 'find_table failed: refused with [redacted]' } })
  })

  test('that repeats the secret it was sent does not give it to the model', async () => {
    const { use } = await open({ tools: [finder()] }, () => ({ text: JSON.stringify({ echo: [token] }) }))
    expect(JSON.stringify(await use({ day: 'Friday' }))).not.toContain('sk-0123456789abcdef')
  })
})

describe('a kit', () => {
  test('offers its tools with what is said meanwhile', async () => {
    const { kit } = await open({ tools: [finder({ filler: 'One moment.', fillerAfter: 500 }), finder({ name: 'b' })] })
    expect(kit.tools.map(({ name }) => name)).toEqual(['find_table', 'b'])
    expect(kit.fillers).toEqual({ find_table: { text: 'One moment.', after: 500 } })
  })

  test('answers a tool that there is not', async () => {
    const { use } = await open({})
    expect(await use({}, 'fly')).toEqual({ ok: false, result: { error: "there is no tool 'fly'" } })
  })

  test('leaves out a server that is not there, and says which without its path', async () => {
    const { kit, failures } = await open({ mcp: [{ url: 'https://mcp.example/secret-path' }] })
    expect(kit.tools).toEqual([])
    expect(failures).toMatchObject([{ code: 'tool.failed' }])
    expect(failures[0]!.message).toMatch(/https:\/\/mcp\.example are left out: .*nobody there/)
    expect(failures[0]!.message).not.toContain('secret-path')
  })
})

describe('settings', () => {
  const faults = (tools: readonly object[]) =>
    kitFields.tools.safeParse(tools).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

  test.each<[string, readonly object[], RegExp]>([
    ['name of an own tool', [finder({ name: 'hang_up' })], /^0\.name: "hang_up" is a tool of the gateway/],
    ['name given twice', [finder(), finder()], /^1\.name: there is another/],
    ['name models do not take', [finder({ name: 'find table' })], /^0\.name/],
    ['schema of no object', [finder({ parameters: { type: 'string' } })], /^0\.parameters: .*"object"/],
    [
      'schema that means nothing',
      [finder({ parameters: { type: 'object', properties: { a: { type: 'strin' } } } })],
      /^0\.parameters/,
    ],
    ['address of a file', [finder({ url: 'file:///etc/passwd' })], /^0\.url: an address that begins/],
    ['header with a line break', [finder({ headers: { a: 'b\r\nc: d' } })], /^0\.headers\.a/],
  ])('refuse a %s when saved', (_, tools, fault) => {
    expect(faults(tools).join('\n')).toMatch(fault)
  })

  test('need nothing', () => {
    expect(kitSettings({})).toEqual({ tools: [], mcp: [], guardrails: [], toolSecret: '' })
  })
})
