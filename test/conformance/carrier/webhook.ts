/** Webhooks: only the carrier is believed, its words become lawful reports, and nothing it can be sent makes it throw. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Report, Webhook } from '../../../src/spec/carrier.ts'
import { codes, OffhookError, type ErrorCode } from '../../../src/spec/errors.ts'
import type { InboundRequest, Reply } from '../../../src/spec/http.ts'
import { configOf, inbound, leakIn, now, type CarrierFixture, type ExampleRequest } from './fixture.ts'

const day = 86_400_000

type Wire<S extends z.ZodObject> = NonNullable<CarrierFixture<S>['webhook']>

export function describeWebhook<S extends z.ZodObject>(fixture: CarrierFixture<S>): void {
  const { spec } = fixture
  if (!spec.webhook) return
  const webhook = spec.webhook
  describe('webhook', () => {
    const wire = fixture.webhook
    if (!wire) return test('has a fixture', () => expect.fail('the spec has webhooks, the fixture has none'))
    describe.each(wire.examples)('$name', (example) => {
      describeExample(fixture, webhook, wire, example)
    })
    describeAnything(fixture, webhook, wire)
  })
}

function describeExample<S extends z.ZodObject>(
  fixture: CarrierFixture<S>,
  webhook: Webhook<z.output<S>>,
  wire: Wire<S>,
  example: ExampleRequest,
): void {
  const config = configOf(fixture)
  const bare = inbound(fixture.spec.name, example)
  const signed = wire.sign(bare, config)
  const believes = (request: InboundRequest, settings = config) => webhook.verify(request, settings, now)

  test('is believed when the carrier signed it, and named the same when it comes again', () => {
    const verdict = believes(signed)
    expect(verdict).toMatchObject({ ok: true })
    expect(believes(wire.sign(inbound(fixture.spec.name, example), config))).toEqual(verdict)
  })

  test('is refused unsigned', () => expect(believes(bare)).toMatchObject({ ok: false, message: expect.any(String) }))

  test('is refused when somebody else signed it', () => {
    expect(believes(wire.sign(bare, fixture.spec.settings.parse(wire.foreign)))).toMatchObject({ ok: false })
  })

  test('is refused altered', () => {
    expect(believes((wire.alter ?? altered)(signed))).toMatchObject({ ok: false })
  })

  if (wire.dated)
    test.each(['before', 'after'])('is stale a day %s its time', (side) => {
      const time = now.time + (side === 'after' ? day : -day)
      expect(webhook.verify(signed, config, { ...now, time })).toMatchObject({ ok: false, why: 'stale' })
    })

  test('is refused while the secret is missing, whatever signed it', () => {
    const empty = { ...config, ...Object.fromEntries(wire.credentials.map((name) => [name, ''])) }
    expect(believes(signed, empty)).toMatchObject({ ok: false })
    expect(believes(wire.sign(bare, empty), empty)).toMatchObject({ ok: false })
  })

  test('says what the fixture says, lawfully', () => {
    const reports = webhook.decode(signed)
    expect(reports).toEqual(example.reports)
    for (const report of reports) lawful.parse(report)
  })

  test('shows whose it is before it is believed', () => {
    const { account, number, ref } = webhook.identify(bare)
    expect(account ?? number ?? ref).toBeTypeOf('string')
  })

  test('is answered without a secret', () => {
    expectReply(fixture, webhook.acknowledge(signed))
    for (const code of Object.keys(codes)) expectReply(fixture, webhook.refuse(errorOf(code as ErrorCode), signed)) // keys of the table are codes
  })
}

function describeAnything<S extends z.ZodObject>(
  fixture: CarrierFixture<S>,
  webhook: Webhook<z.output<S>>,
  wire: Wire<S>,
): void {
  const config = configOf(fixture)
  const signed = wire.examples.map((one) => wire.sign(inbound(fixture.spec.name, one), config))
  const headers = [...new Set(signed.flatMap((one) => Object.keys(one.headers)))]
  const requests = arbitraryRequest(fixture.spec.name, wire.examples, headers)

  test('whatever comes: no function throws, nothing is believed, all reports are lawful', () => {
    fc.assert(
      fc.property(requests, (request) => {
        webhook.identify(request)
        expect(webhook.verify(request, config, now).ok).toBe(false)
        for (const report of webhook.decode(request)) lawful.parse(report)
        expectReply(fixture, webhook.acknowledge(request))
        expectReply(fixture, webhook.refuse(errorOf('signature.invalid'), request))
      }),
      { numRuns: 300 },
    )
  })
}

/** Known purposes and field names with anything in them, and anything at all. */
function arbitraryRequest(
  carrier: string,
  examples: readonly ExampleRequest[],
  headers: readonly string[],
): fc.Arbitrary<InboundRequest> {
  const purpose = fc.oneof(
    fc.constantFrom(...examples.map((one) => one.purpose)),
    fc.webPath().map((path) => path.slice(1)),
  )
  const known = [
    ...new Set(examples.flatMap((one) => Object.keys({ ...one.form, ...(one.json as object | undefined) }))),
  ]
  const values = examples.flatMap((one) => Object.values(one.form ?? {}))
  const name = fc.oneof(fc.constantFrom(...known, '__proto__'), fc.string())
  const value = fc.oneof(fc.constantFrom('', ...values), fc.string({ unit: 'binary' }))
  const header = fc.dictionary(fc.constantFrom('x-other', ...headers), fc.string())
  const form = fc.dictionary(name, value)
  const json = fc.option(fc.oneof(fc.jsonValue(), fc.dictionary(name, fc.jsonValue())), { nil: undefined })
  const method = fc.constantFrom('GET' as const, 'POST' as const)
  return fc
    .record({ purpose, form, json, headers: header, method, body: fc.option(fc.uint8Array()) })
    .map(({ body, ...parts }) => ({ ...inbound(carrier, parts), ...(body ? { body } : {}) }))
}

/** A form field, a byte of the body, or the URL: whatever the request has. */
function altered(request: InboundRequest): InboundRequest {
  const [first] = request.form
  if (request.method !== 'GET' && first) {
    const form = new URLSearchParams(request.form)
    form.set(first[0], `${first[1]}0`)
    return { ...request, form, body: Buffer.from(form.toString()) }
  }
  if (request.body.length === 0) return { ...request, urls: request.urls.map((url) => `${url}0`) }
  return { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) }
}

function expectReply<S extends z.ZodObject>(fixture: CarrierFixture<S>, reply: Reply): void {
  expect(reply.status).toBeGreaterThanOrEqual(200)
  expect(reply.status).toBeLessThan(600)
  expect(leakIn(fixture, JSON.stringify(reply))).toBeUndefined()
}

function errorOf(code: ErrorCode): OffhookError {
  return new OffhookError(code, 'for the conformance suite')
}

const status = z.enum([
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
])
const ref = z.string().min(1)
const count = z.int().min(0).optional()

const lawful: z.ZodType<Report> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('call.offered'),
    ref,
    from: z.string(),
    to: z.string().min(1),
    account: z.string().exactOptional(),
    variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).exactOptional(),
  }),
  z.strictObject({ type: z.literal('answer.requested'), ref, raw: z.string().min(1) }),
  z.strictObject({
    type: z.literal('call.status'),
    ref,
    status,
    raw: z.string().min(1),
    sequence: count,
    cause: z.string().min(1).optional(),
    durationSeconds: count,
  }),
  z.strictObject({
    type: z.literal('machine.detected'),
    ref,
    result: z.enum(['human', 'machine', 'fax', 'unknown']),
    raw: z.string().min(1),
    messageEnded: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('recording.changed'),
    ref,
    call: z.string().min(1).exactOptional(),
    recording: z.string().min(1),
    status: z.enum(['in-progress', 'completed', 'failed']),
    durationSeconds: z.number().min(0).optional(),
    channels: count,
  }),
  z.strictObject({ type: z.literal('message.ended'), ref, raw: z.string().min(1) }),
  z.strictObject({ type: z.literal('cost.known'), ref, amount: z.number().min(0), currency: z.string().length(3) }),
  z.strictObject({ type: z.literal('call.returned'), ref }),
  z.strictObject({ type: z.literal('transfer.started'), ref, raw: z.string().min(1) }),
  z.strictObject({ type: z.literal('transfer.ended'), ref, result: status, raw: z.string().min(1) }),
  z.strictObject({
    type: z.literal('stream.changed'),
    ref,
    status: z.enum(['started', 'stopped', 'failed']),
    cause: z.string().min(1).optional(),
  }),
])
