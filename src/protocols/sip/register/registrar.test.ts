import { describe, expect, test } from 'vitest'
import { request } from '../message/build.ts'
import type { SipHeader } from '../message/message.ts'
import type { Flow } from '../transport/contract.ts'
import { alive, type Bindings, register, type RegistrarRules } from './registrar.ts'

const flow = { id: 'udp 192.0.2.7', protocol: 'udp', listener: 'udp' } as Flow
const named = (name: string, value: string): SipHeader => ({ name, value })
const contact = (value: string) => named('Contact', value)

const message = (headers: readonly SipHeader[], cseq = 1, callId = 'phone') =>
  request({
    ...{ method: 'REGISTER', uri: 'sip:pbx', from: '<sip:101@pbx>;tag=x', to: '<sip:101@pbx>', callId },
    ...{ cseq: { number: cseq, method: 'REGISTER' }, headers },
  })

/** What is bound after each of these. */
const run = (
  bindings: Bindings,
  headers: readonly SipHeader[],
  now = 0,
  cseq = 1,
  rules: Partial<RegistrarRules> = {},
) => register(bindings, message(headers, cseq), { now, flow, rules })

const bound = ({ bindings }: { readonly bindings: Bindings }) =>
  bindings.map((one) => `${one.contact} ${one.expiresAt / 1000}`)
const values = ({ headers }: { readonly headers: readonly SipHeader[] }) =>
  headers.map(({ name, value }) => `${name}: ${value}`)

describe('how long a binding lasts', () => {
  test.for([
    ['its own word', [contact('<sip:101@192.0.2.7>;expires=120'), named('Expires', '600')], 120],
    ['that of the message', [contact('<sip:101@192.0.2.7>'), named('Expires', '600')], 600],
    ['the usual', [contact('<sip:101@192.0.2.7>')], 3600],
    ['the usual for nonsense', [contact('<sip:101@192.0.2.7>;expires=soon')], 3600],
    ['the longest we give', [contact('<sip:101@192.0.2.7>;expires=99999')], 3600],
  ] as const)('%s', ([, headers, seconds]) => {
    const result = run([], headers, 5000)
    expect(bound(result)).toEqual([`sip:101@192.0.2.7 ${seconds + 5}`])
    expect(values(result)).toEqual([`Contact: <sip:101@192.0.2.7>;expires=${seconds}`])
  })

  test('too short: 423 with what we want, and nothing changes', () => {
    const before = run([], [contact('<sip:101@192.0.2.7>')]).bindings
    const result = run(before, [contact('<sip:other@192.0.2.8>'), contact('<sip:101@192.0.2.9>;expires=30')], 0, 2)
    expect(result).toMatchObject({ status: 423, headers: [named('Min-Expires', '60')], bindings: before })
  })
})

test('a phone keeps who it is, how it came, by which way and how gladly it is called', () => {
  const headers = [
    contact('"Desk" <sip:101@10.0.0.4>;q=0.5;+sip.instance="<urn:uuid:1>";reg-id=1'),
    ...[named('Path', '<sip:edge;lr>'), named('Supported', 'path, outbound'), named('User-Agent', 'Phone 1.0')],
  ]
  const result = run([], headers)
  expect(result.bindings).toMatchObject([
    {
      contact: 'sip:101@10.0.0.4',
      flow,
      path: ['<sip:edge;lr>'],
      preference: 0.5,
      instance: '<urn:uuid:1> 1',
      product: 'Phone 1.0',
    },
  ])
  expect(values(result).slice(1)).toEqual(['Path: <sip:edge;lr>', 'Require: outbound'])
})

describe('what replaces what', () => {
  const first = run([], [contact('<sip:101@192.0.2.7>')]).bindings

  test('the same URI, in other letters', () => {
    expect(bound(run(first, [contact('<sip:101@192.0.2.7>;expires=90')], 0, 2))).toEqual(['sip:101@192.0.2.7 90'])
  })

  test('another phone is added; both are told', () => {
    const result = run(first, [contact('<sip:101@192.0.2.8>')], 0, 2)
    expect(bound(result)).toHaveLength(2)
    expect(values(result)).toHaveLength(2)
  })

  test('the same device at another address', () => {
    const device = (host: string) => [contact(`<sip:101@${host}>;+sip.instance="<urn:uuid:1>";reg-id=1`)]
    const before = run([], device('10.0.0.4')).bindings
    expect(bound(run(before, device('10.0.0.5'), 0, 2))).toEqual(['sip:101@10.0.0.5 3600'])
  })

  test('zero seconds takes it back; what never was is no fault', () => {
    expect(bound(run(first, [contact('<sip:101@192.0.2.7>;expires=0')], 0, 2))).toEqual([])
    expect(run(first, [contact('<sip:101@192.0.2.99>;expires=0')], 0, 2)).toMatchObject({
      status: 200,
      bindings: first,
    })
  })

  test('a star with Expires 0 takes all back, with anything else it is refused', () => {
    expect(run(first, [contact('*'), named('Expires', '0')], 0, 2)).toMatchObject({ status: 200, bindings: [] })
    expect(run(first, [contact('*')], 0, 2)).toMatchObject({ status: 400, bindings: first })
    expect(run(first, [contact('*'), named('Expires', '60')], 0, 2)).toMatchObject({ status: 400 })
    expect(run(first, [contact('*, <sip:101@192.0.2.7>'), named('Expires', '0')], 0, 2)).toMatchObject({ status: 400 })
  })

  test('what was overtaken changes nothing: the same Call-ID with a CSeq not higher', () => {
    const before = run([], [contact('<sip:101@192.0.2.7>')], 0, 5).bindings
    expect(run(before, [contact('<sip:101@192.0.2.7>;expires=0')], 0, 5)).toMatchObject({
      status: 500,
      bindings: before,
    })
    expect(run(before, [contact('*'), named('Expires', '0')], 0, 4)).toMatchObject({ status: 500, bindings: before })
    const rebooted = register(before, message([contact('<sip:101@192.0.2.7>')], 1, 'anew'), { now: 0, flow })
    expect(rebooted).toMatchObject({ status: 200, bindings: [{ callId: 'anew' }] })
  })

  test('a REGISTER without a Contact asks what there is', () => {
    expect(values(run(first, [], 600_000, 2))).toEqual(['Contact: <sip:101@192.0.2.7>;expires=3000'])
  })

  test('more than there may be: 403, all or nothing', () => {
    const many = Array.from({ length: 7 }, (_, at) => contact(`<sip:101@192.0.2.${at}>`))
    expect(run(first, many, 0, 2)).toMatchObject({ status: 403, bindings: first })
    expect(run(first, many.slice(0, 2), 0, 2, { contacts: 2 })).toMatchObject({ status: 403 })
  })

  test('a Contact that cannot be read refuses the whole message', () => {
    expect(run(first, [contact('<sip:101@192.0.2.8>'), contact('nonsense')], 0, 2)).toMatchObject({
      status: 400,
      bindings: first,
    })
  })

  test('the same Contact twice in one message is one', () => {
    expect(bound(run([], [contact('<sip:101@192.0.2.7>, <sip:101@192.0.2.7>')]))).toHaveLength(1)
  })
})

test('what has run out is gone', () => {
  const { bindings } = run([], [contact('<sip:101@192.0.2.7>;expires=60')])
  expect(alive(bindings, 59_999)).toHaveLength(1)
  expect(alive(bindings, 60_000)).toEqual([])
  expect(run(bindings, [], 60_000, 2)).toMatchObject({ status: 200, bindings: [], headers: [] })
})
