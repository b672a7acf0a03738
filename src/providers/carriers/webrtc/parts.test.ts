import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../lib/clock.ts'
import { seededIds } from '../../../lib/ids.ts'
import { OffhookError } from '../../../spec/errors.ts'
import { Admission } from './admission.ts'
import { Allowance } from './allowance.ts'
import { readCandidates, readOfferBody, readStart } from './bodies.ts'
import { iceServers, portsOf, takesPrivate } from './ice.ts'
import { Sessions } from './sessions.ts'
import { settings } from './settings.ts'
import { readStats } from './stats.ts'
import { variablesOf } from './variables.ts'

const config = (values: object = {}) => settings.parse(values)
const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'nothing'
  } catch (error) {
    return error instanceof OffhookError ? error.code : String(error)
  }
}

describe('bodies', () => {
  test('an offer may say its data in both spellings; a session’s lies under it', () => {
    const offer = { sdp: 'v=0', type: 'offer', pc_id: null, restart_pc: false }
    expect(readOfferBody({ ...offer, requestData: { a: 1 }, unknown: 1 }, { a: 0, b: 2 })).toEqual({
      sdp: 'v=0',
      restart: false,
      data: { a: 1, b: 2 },
    })
    expect(readOfferBody({ ...offer, pc_id: 'pc_1', restart_pc: true, request_data: { a: 1 } })).toEqual({
      sdp: 'v=0',
      id: 'pc_1',
      restart: true,
      data: { a: 1 },
    })
  })

  test('candidates keep where they belong; an empty one says that no more come', () => {
    const candidates = [
      { candidate: 'candidate:1', sdp_mid: '0', sdp_mline_index: 0 },
      { candidate: '', sdp_mid: null },
    ]
    expect(readCandidates({ pc_id: 'x', candidates })).toEqual({
      id: 'x',
      candidates: [{ candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 }, { candidate: '' }],
    })
  })

  test.each([
    ['no JSON', undefined, 'request.malformed'],
    ['text', 'x', 'request.invalid'],
    ['an id that is too long', { pc_id: 'x'.repeat(201), candidates: [] }, 'request.invalid'],
    [
      'too many candidates',
      { pc_id: 'x', candidates: Array.from({ length: 51 }, () => ({ candidate: '' })) },
      'request.invalid',
    ],
    ['a candidate as long as a book', { pc_id: 'x', candidates: [{ candidate: 'x'.repeat(1001) }] }, 'request.invalid'],
  ])('%s are no candidates', (_, json, code) => {
    expect(codeOf(() => readCandidates(json))).toBe(code)
  })

  test('a start may ask for nothing, or for another transport, which is not here', () => {
    expect(readStart(undefined)).toEqual({ iceServers: false, data: {} })
    expect(readStart({ transport: 'webrtc', enableDefaultIceServers: true, body: { a: 1 } })).toEqual({
      iceServers: true,
      data: { a: 1 },
    })
    expect(codeOf(() => readStart({ transport: 'daily' }))).toBe('request.invalid')
  })
})

test('plain values become variables, the rest metadata; a grant’s count more', async () => {
  const grant = {
    connection: 'c',
    agent: 'a',
    variables: { plan: 'gold' },
    metadata: { order: 7 },
    claim: async () => undefined,
  }
  expect(variablesOf({ name: 'Ada', plan: 'free', list: [1], agent: 'x', from: 'me' }, grant)).toEqual({
    ...{ from: 'me', to: 'browser', agent: 'x' },
    variables: { name: 'Ada', plan: 'gold' },
    metadata: { requestData: { list: [1] }, order: 7 },
  })
  expect(codeOf(() => variablesOf({ text: 'x'.repeat(20_000) }))).toBe('request.too-large')
})

describe('who comes in', () => {
  const limits = { callers: 3, callersPerAddress: 2, offersPerMinute: 2, mode: 'multiple' } as const

  test('is limited by address and in all, until somebody leaves', () => {
    const admission = new Admission(new VirtualClock())
    const first = admission.enter('a', limits)
    admission.enter('a', limits)
    expect(codeOf(() => admission.enter('a', limits))).toBe('request.rate-limited')
    admission.enter('b', limits)
    expect(codeOf(() => admission.enter('c', limits))).toBe('overloaded')
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    admission.enter('a', limits)
    expect(codeOf(() => admission.enter('c', limits))).toBe('overloaded')
  })

  test('is one at a time on a single line', () => {
    const admission = new Admission(new VirtualClock())
    admission.enter('a', { ...limits, mode: 'single' })
    expect(codeOf(() => admission.enter('b', { ...limits, mode: 'single' }))).toBe('request.invalid')
  })

  test('may offer so often a minute', () => {
    const clock = new VirtualClock()
    const admission = new Admission(clock)
    admission.knock('a', limits)
    admission.knock('a', limits)
    expect(codeOf(() => admission.knock('a', limits))).toBe('request.rate-limited')
    expect(codeOf(() => admission.knock('b', limits))).toBe('nothing')
    clock.advance(60_001)
    expect(codeOf(() => admission.knock('a', limits))).toBe('nothing')
  })
})

test('messages come at a steady rate with bursts; whoever goes on and on is flooding', () => {
  const clock = new VirtualClock()
  const allowance = new Allowance(clock)
  const spend = (times: number) => Array.from({ length: times }, () => allowance.spend()).at(-1)
  expect([spend(200), spend(1), spend(999), spend(1)]).toEqual(['ok', 'over', 'over', 'flood'])
  clock.advance(1000)
  expect([spend(50), spend(1)]).toEqual(['ok', 'flood'])
})

describe('ways through networks', () => {
  test('STUN and TURN as configured, with fixed credentials', () => {
    const given = config({ stun: 'stun:a:1, stun:b:2', turn: 'turn:c:3', turnUser: 'u', turnPassword: 'p' })
    expect(iceServers(given, 0, 'x')).toEqual([
      { urls: ['stun:a:1', 'stun:b:2'] },
      { urls: ['turn:c:3'], username: 'u', credential: 'p' },
    ])
    expect(iceServers(config(), 0, 'x')).toEqual([])
  })

  test('a shared secret makes credentials that run out', () => {
    // openssl: printf %s '1767312000:call_1' | openssl dgst -sha1 -hmac north -binary | base64
    const given = config({ turn: 'turn:c:3', turnSecret: 'north', turnLifetime: 86_400 })
    expect(iceServers(given, 1_767_225_600_000, 'call_1')).toEqual([
      { urls: ['turn:c:3'], username: '1767312000:call_1', credential: 'dqQkAwDTrb1VFHdqNppjw0d2yLI=' },
    ])
  })

  test.each([
    ['auto', 'http://127.0.0.1:8080/', true],
    ['auto', 'http://localhost:8080/', true],
    ['auto', 'http://192.168.1.7:8080/', true],
    ['auto', 'http://[::1]:8080/', true],
    ['auto', 'https://voice.example.com/', false],
    ['auto', 'https://8.8.8.8/', false],
    ['allow', 'https://voice.example.com/', true],
    ['drop', 'http://127.0.0.1/', false],
  ])('private candidates with %s at %s: %s', (privateCandidates, url, taken) => {
    expect(takesPrivate(config({ privateCandidates }), new URL(url))).toBe(taken)
  })

  test('ports are a range that goes up', () => {
    expect([portsOf(config({ ports: '20000-20999' })), portsOf(config({ ports: '9-8' })), portsOf(config())]).toEqual([
      [20_000, 20_999],
      undefined,
      undefined,
    ])
  })
})

test('a session is found by its name until it runs out', () => {
  const clock = new VirtualClock()
  const sessions = new Sessions({ clock, ids: seededIds('sessions') })
  const session = { principal: { organization: 'o', name: 'n' }, data: {}, query: new URLSearchParams() }
  const name = sessions.open(session)
  expect([sessions.find(name)?.principal.name, sessions.find('other')]).toEqual(['n', undefined])
  clock.advance(4 * 3_600_000)
  expect(sessions.find(name)).toBeUndefined()
})

test('statistics say loss, jitter and round trip in milliseconds; what nobody measured is absent', () => {
  const report = (facts: readonly object[]) =>
    new Map(facts.map((fact, at) => [String(at), fact])) as unknown as Parameters<typeof readStats>[0] // a report is a map
  const full = [
    { type: 'inbound-rtp', kind: 'video', packetsReceived: 9 },
    { type: 'inbound-rtp', kind: 'audio', packetsReceived: 100, packetsLost: 3, jitter: 0.004 },
    { type: 'remote-inbound-rtp', kind: 'audio', packetsLost: 2, roundTripTime: 0.05 },
  ]
  expect(readStats(report(full))).toEqual({ received: 100, lost: 3, jitter: 4, roundTrip: 50, lostThere: 2 })
  expect(readStats(report([{ type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.01 }]))).toEqual({
    received: 0,
    lost: 0,
    jitter: 0,
    roundTrip: 10,
  })
})
