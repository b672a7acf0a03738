/** Spoiled webhooks over real HTTP, genuine and not: each gets an answer that its carrier understands, and nothing breaks. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signatureOf } from '../../../simulators/index.ts'
import { fuzzHouse, newCallSid, offerOf, type FuzzHouse } from './house.ts'
import { runs, spoiledForm } from './seeds.ts'

let fuzz: FuzzHouse
beforeAll(async () => {
  fuzz = await fuzzHouse()
})
afterAll(() => fuzz[Symbol.asyncDispose]())

/** Most of what comes is nearly right: what is all wrong is turned away at the first door. */
function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
}

const purpose = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'voice',
      'status',
      'status/call_00000000000000000000',
      'amd/call_1',
      'transfer/call_1',
      'back/call_1',
      'recording/call_1',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'stream/call_1',
      '',
      'voice/',
      'voice/voice',
      '..',
      '%2e%2e',
      '%zz',
      'status/%00',
      `status/${'a'.repeat(3_000)}`,
    ),
  },
  { weight: 1, arbitrary: fc.webPath({ size: 'small' }).map((path) => path.slice(1)) },
)

const request: fc.Arbitrary<Sent> = fc.record({
  purpose,
  method: mostly('POST', 'GET', 'PUT', 'DELETE'),
  form: spoiledForm,
  signature: mostly<Sent['signature']>('good', 'wrong', 'missing', 'junk'),
  type: mostly('application/x-www-form-urlencoded', 'application/json', 'text/plain', 'multipart/form-data', ''),
  body: fc.oneof<fc.WeightedArbitrary<Uint8Array | undefined>[]>(
    { weight: 16, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 1, arbitrary: fc.constantFrom(new Uint8Array(300_000), Buffer.from('%%%=%&&=='), Buffer.from('{"a":')) },
  ),
  headers: mostly<Record<string, string>>(
    {},
    { 'x-forwarded-for': '1.2.3.4, junk, ::::', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' },
    { 'x-twilio-signature': 'a'.repeat(4_000) },
    { 'i-twilio-idempotency-token': 'x' },
    { 'content-encoding': 'gzip' },
  ),
})

async function send(wanted: Sent): Promise<Response> {
  const address = fuzz.webhook(wanted.purpose)
  const { form, method } = wanted
  // Half of the account's own: what is spoiled is the rest.
  const fields = form.map(([name, value]) => [name, name === 'AccountSid' ? fuzz.accountSid : value] as const)
  const good = signatureOf(fuzz.token, address, method === 'GET' ? [] : fields)
  const signature = {
    good,
    wrong: signatureOf('0'.repeat(32), address, fields),
    junk: '\u00ff'.repeat(20),
    missing: '',
  }[wanted.signature]
  const body = wanted.body ?? Buffer.from(new URLSearchParams(fields.map(([name, value]) => [name, value])).toString())
  const headers: Record<string, string> = {
    ...(wanted.type ? { 'content-type': wanted.type } : {}),
    ...(signature ? { 'x-twilio-signature': signature } : {}),
    ...wanted.headers,
  }
  return fetch(address, { method, headers, ...(method === 'GET' ? {} : { body: new Uint8Array(body) }) })
}

interface Sent {
  readonly purpose: string
  readonly method: string
  readonly form: readonly (readonly [string, string])[]
  readonly signature: 'good' | 'wrong' | 'missing' | 'junk'
  readonly type: string
  readonly body: Uint8Array | undefined
  readonly headers: Record<string, string>
}

describe('spoiled webhooks', () => {
  test('are each answered by name, never with a failure of ours', async () => {
    const answers = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(request, async (wanted) => {
        const answer = await send(wanted)
        const text = await answer.text()
        answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1)
        expect(answer.status, `${wanted.method} ${wanted.purpose}: ${text.slice(0, 200)}`).toBeLessThan(500)
        // Whatever it says and wherever it goes: what the carrier did not sign is refused.
        if (wanted.signature !== 'good') {
          expect(
            answer.status,
            `${wanted.signature} signature, ${wanted.method} ${wanted.purpose}`,
          ).toBeGreaterThanOrEqual(400)
          expect(text).not.toContain('<Connect>')
        }
        if (answer.headers.get('content-type')?.startsWith('text/xml'))
          expect(text).toMatch(/^<\?xml [^>]*\?><Response(\/>|>.*<\/Response>)$/)
      }),
      { numRuns: runs(400) },
    )
    // Not all were turned away at the same door.
    expect(answers.size).toBeGreaterThanOrEqual(4)
    expect(answers.get(204)).toBeGreaterThan(10)
  })

  test('of one call at the same moment make one call', async () => {
    const sid = newCallSid()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fuzz.post('voice', offerOf(fuzz.accountSid, sid))),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const { data } = await fuzz.house.client.GET('/v1/calls', { params: { query: { limit: 200 } } })
    expect(data!.items.filter(({ ref }) => ref === sid)).toHaveLength(1)
  })

  test('left nothing behind that a good call would notice', async () => {
    const internal = fuzz.house.logger.lines.filter(({ level }) => level === 'error')
    expect(internal).toEqual([])
    expect(fuzz.house.gateway.engine.offers.size).toBe(0)
    await fuzz.expectGoodCall()
  })
})
