import { describe, expect, test } from 'vitest'
import { request, responseTo } from '../message/build.ts'
import type { SipHeader } from '../message/message.ts'
import { answer, Pair } from './pair.ts'
import { asking, giveUpAfter, grant, refreshAfter, sessionExpires, settled } from './session-timer.ts'

const asked = (...headers: readonly SipHeader[]) =>
  request({
    method: 'INVITE',
    uri: 'sip:b@h',
    from: '<sip:a@h>;tag=a',
    to: '<sip:b@h>',
    callId: 'c',
    cseq: { number: 1, method: 'INVITE' },
    headers,
  })
const named = (name: string, value: string): SipHeader => ({ name, value })
const timer = named('Supported', 'timer')
const wish = { interval: 1800, minimum: 90 }

describe('what we grant', () => {
  test.for([
    ['nothing to who knows no timers', [], {}, undefined, []],
    [
      'our own interval, refreshed by us, to who did not ask',
      [timer],
      {},
      { interval: 1800, refresher: 'us' },
      ['1800;refresher=uas'],
    ],
    [
      'what was asked, refreshed by who was named',
      [timer, named('x', '600;refresher=uac')],
      {},
      { interval: 600, refresher: 'peer' },
      ['600;refresher=uac', 'timer'],
    ],
    [
      'us as the refresher where nobody was named',
      [timer, named('Session-Expires', '600')],
      {},
      { interval: 600, refresher: 'us' },
      ['600;refresher=uas'],
    ],
    [
      'a shorter interval than was asked',
      [timer, named('Session-Expires', '7200')],
      {},
      { interval: 1800, refresher: 'us' },
      ['1800;refresher=uas'],
    ],
    [
      'no shorter one than the peer bears',
      [timer, named('Session-Expires', '7200'), named('Min-SE', '3600')],
      {},
      { interval: 3600, refresher: 'us' },
      ['3600;refresher=uas'],
    ],
    [
      'what a proxy asked for a caller that knows no timers: we refresh',
      [named('Session-Expires', '60')],
      {},
      { interval: 90, refresher: 'us' },
      ['90;refresher=uas'],
    ],
    ['nothing of our own where none is wished', [timer], { interval: 0 }, undefined, []],
  ] as const)('%s', ([, headers, ours, terms, values]) => {
    const granted = grant(asked(...headers), { ...wish, ...ours })
    expect(granted).toMatchObject({ ok: true })
    expect(granted.ok && granted.terms).toEqual(terms)
    expect(granted.ok && granted.headers.map(({ value }) => value)).toEqual(values)
  })

  test('422 to an interval below our minimum', () => {
    expect(grant(asked(timer, named('Session-Expires', '89')), wish)).toEqual({ ok: false, minimum: 90 })
    expect(grant(asked(timer, named('Session-Expires', '90')), wish)).toMatchObject({ ok: true })
  })
})

describe('what a 2xx settles', () => {
  test.for([
    ['1800;refresher=uac', { interval: 1800, refresher: 'us' }],
    ['1800;refresher=uas', { interval: 1800, refresher: 'peer' }],
    ['1800', { interval: 1800, refresher: 'us' }],
    ['20;refresher=uac', { interval: 90, refresher: 'us' }],
    ['soon', undefined],
    [undefined, undefined],
  ] as const)('%s', ([value, terms]) => {
    const headers = value === undefined ? [] : [named('Session-Expires', value)]
    expect(settled(responseTo(asked(), 200, { headers }))).toEqual(terms)
  })
})

test('a refresh keeps the terms and names its refresher as seen from the request', () => {
  const values = (...args: Parameters<typeof asking>) => asking(...args).map(({ value }) => value)
  expect(values(wish)).toEqual(['1800', '90'])
  expect(values(wish, { interval: 600, refresher: 'us' })).toEqual(['600;refresher=uac', '90'])
  expect(values(wish, { interval: 600, refresher: 'peer' })).toEqual(['600;refresher=uas', '90'])
  expect(values({ interval: 0, minimum: 90 })).toEqual([])
  expect(values({ interval: 100, minimum: 720 })).toEqual(['720', '720'])
})

test('the alarms: half of it for who refreshes, a third or 32 s before its end for who gives up', () => {
  expect(refreshAfter({ interval: 1800, refresher: 'us' })).toBe(900_000)
  expect(giveUpAfter({ interval: 1800, refresher: 'peer' })).toBe(1_768_000)
  expect(giveUpAfter({ interval: 90, refresher: 'peer' })).toBe(60_000)
})

test('an interval that is no number is none', () => {
  expect(sessionExpires(asked(named('Session-Expires', '-5')))).toBeUndefined()
  expect(sessionExpires(asked(named('Session-Expires', ' 90 ; refresher=UAS')))).toEqual({
    interval: 90,
    refresher: 'uas',
  })
})

describe('a call of 30 minutes', () => {
  const refreshes = (pair: Pair) => pair.ladder.slice(3).filter((line) => /^[<>] (UPDATE|INVITE)$/.test(line))

  test('with 600 s is refreshed by the callee with UPDATE, and lives', async () => {
    const pair = new Pair()
    const { ours, theirs } = await pair.talk({ sessionExpires: 600 })
    await pair.clock.advanceAsync(1_800_000)
    expect([ours.state, theirs.state]).toEqual(['established', 'established'])
    expect(refreshes(pair)).toEqual(Array.from({ length: 6 }, () => '< UPDATE'))
    theirs.end()
    await pair.settle()
    expect(pair.alive).toBe(0)
    expect(pair.clock.pending).toBe(0)
  })

  test('is refreshed by us where the callee names us', async () => {
    const pair = new Pair()
    const bob = pair.scripted('192.0.2.1')
    bob.answer = (one) => {
      if (one.method === 'ACK') return
      const headers = [
        named('Contact', '<sip:bob@192.0.2.9>'),
        named('Content-Type', 'application/sdp'),
        named('Session-Expires', '600;refresher=uac'),
      ]
      bob.respond(one, 200, { toTag: 'b', headers, body: Buffer.from(answer) })
    }
    const session = pair.call({ uri: 'sip:bob@192.0.2.9', sessionExpires: 600 })
    await pair.clock.advanceAsync(1_800_000)
    // It never said Allow: UPDATE, so the last description goes again by INVITE.
    expect(refreshes(pair)).toEqual(Array.from({ length: 5 }, () => '> INVITE'))
    expect(session.state).toBe('established')
    session.end()
    await pair.settle()
    expect(pair.alive).toBe(0)
  })

  test('ends a little before the interval does when the peer is gone without a word', async () => {
    const pair = new Pair()
    await pair.talk({ sessionExpires: 600 })
    pair.passed.swallow = () => true
    await pair.clock.advanceAsync(590_000)
    expect(pair.alice.events.at(-1)).toMatchObject({
      type: 'ended',
      end: { by: 'timeout', reason: expect.stringContaining('600 seconds') },
    })
    expect(pair.bob.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'timeout' } })
    await pair.settle()
    expect(pair.alive).toBe(0)
  })

  test('survives refreshes that are refused for the moment, and an UPDATE that is not allowed after all', async () => {
    const pair = new Pair()
    const bob = pair.scripted('192.0.2.1')
    const refusals = [491, 500, 405]
    bob.answer = (one) => {
      if (one.method === 'ACK') return
      const refusal = one.method === 'UPDATE' ? refusals.shift() : undefined
      if (refusal) return bob.respond(one, refusal, { headers: refusal === 500 ? [named('Retry-After', '3')] : [] })
      const headers = [
        ...[named('Contact', '<sip:bob@192.0.2.9>'), named('Allow', 'INVITE, UPDATE, BYE')],
        ...[named('Content-Type', 'application/sdp'), named('Session-Expires', '600;refresher=uac')],
      ]
      bob.respond(one, 200, { toTag: 'b', headers, body: Buffer.from(answer) })
    }
    const session = pair.call({ uri: 'sip:bob@192.0.2.9', sessionExpires: 600 })
    await pair.clock.advanceAsync(1_000_000)
    expect(refreshes(pair)).toEqual(['> UPDATE', '> UPDATE', '> UPDATE', '> INVITE', '> INVITE', '> INVITE'])
    expect(session.state).toBe('established')
    session.end()
    await pair.settle()
    expect(pair.alive).toBe(0)
  })

  test('without timers where we wish none and the peer neither', async () => {
    const pair = new Pair()
    const bob = pair.scripted('192.0.2.1')
    bob.answer = (one) => {
      const headers = [named('Contact', '<sip:bob@192.0.2.9>'), named('Content-Type', 'application/sdp')]
      if (one.method !== 'ACK') bob.respond(one, 200, { toTag: 'b', headers, body: Buffer.from(answer) })
    }
    const session = pair.call({ uri: 'sip:bob@192.0.2.9', sessionExpires: 0 })
    await pair.clock.advanceAsync(7_200_000)
    expect(session.state).toBe('established')
    expect(refreshes(pair)).toEqual([])
    expect(pair.alice.agent.alive.timers).toBe(0)
  })
})
