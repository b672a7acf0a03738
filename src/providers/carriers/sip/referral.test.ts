import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../lib/clock.ts'
import type { OutgoingSession, SessionEvent } from '../../../protocols/sip/ua/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import { leave, Referral } from './referral.ts'
import type { Sound } from './sound.ts'

const answer = 'v=0 with a codec of ours'

/** Somebody who can be called, and everything that is said on the way. */
function open(prepare: 'call' | 'forbidden' | 'unreachable' = 'call') {
  const log: string[] = []
  const clock = new VirtualClock()
  let tell: (event: SessionEvent) => void = () => undefined
  const session = {
    onEvent: (listener: typeof tell) => void (tell = listener),
    end: () => void log.push('end'),
  } as unknown as OutgoingSession // what a referral asks of it
  const media = {
    answered: (sdp: string) => (sdp === answer ? { ok: true, sdp } : { ok: false, status: 488, why: 'no codec' }),
    close: () => void log.push('close'),
  }
  const sound = { media } as unknown as Sound // as above
  const onward = { session, sound }
  const referral = new Referral({
    clock,
    refer: {
      ...{ type: 'refer', to: 'sip:2@h' },
      accept: () => (
        log.push('202'),
        { notify: (status: number, reason: string) => void log.push(`notify ${status} ${reason}`) }
      ),
      refuse: (status) => void log.push(`refuse ${status}`),
    },
    prepare: async () => {
      if (prepare === 'forbidden') throw new OffhookError('target.forbidden', 'not them')
      return async () => {
        if (prepare === 'unreachable') throw new OffhookError('overloaded', 'no port is left')
        return onward
      }
    },
    answered: (given) => void log.push(given.session === session ? 'answered' : 'somebody else'),
    failed: (status, says) => void log.push(`failed ${status} ${says}`),
  })
  return { log, clock, referral, tell: (event: SessionEvent) => tell(event) }
}

const progress = (status: number): SessionEvent => ({
  ...{ type: 'progress', status, reason: 'their words', tag: 't' },
  response: { type: 'response', status, reason: '', headers: [], body: new Uint8Array() },
})
const established = (sdp: string): SessionEvent => ({ type: 'established', tag: 't', sdp })
const over = (status: number): SessionEvent => ({ type: 'ended', end: { by: 'peer', status, reason: 'over' } })

describe('a transfer that the peer asks for', () => {
  test('is accepted, reported, and hands over whoever answers', async () => {
    const { log, referral, tell, clock } = open()
    await referral.begin()
    expect(referral.underWay).toBe(true)
    tell(progress(100))
    tell(progress(180))
    tell(established(answer))
    tell(over(200))
    referral.close()
    expect(log).toEqual(['202', 'notify 180 Ringing', 'notify 200 OK', 'answered'])
    expect([referral.underWay, clock.pending]).toEqual([false, 0])
  })

  test('to somebody who may not be called is refused, and nobody is called', async () => {
    const { log, referral } = open('forbidden')
    await referral.begin()
    expect(log).toEqual(['refuse 403', 'failed 403 not them'])
  })

  test.each([
    ['is busy', over(486), ['notify 486 Busy Here', 'end', 'close', 'failed 486 over']],
    [
      'speaks no codec of ours',
      established('video'),
      ['notify 488 Not Acceptable Here', 'end', 'close', 'failed 488 no codec'],
    ],
  ] as const)('to somebody who %s is reported as failed', async (_, event, said) => {
    const { log, referral, tell, clock } = open()
    await referral.begin()
    tell(event)
    tell(established(answer))
    expect(log.slice(1)).toEqual(said)
    expect(clock.pending).toBe(0)
  })

  test('that nobody answers is given up', async () => {
    const { log, referral, clock } = open()
    await referral.begin()
    clock.advance(45_000)
    expect(log.slice(1)).toEqual([
      ...['notify 408 Request Timeout', 'end', 'close'],
      'failed 408 nobody answered within 45 s',
    ])
  })

  test('for which there is no room is reported as failed', async () => {
    const { log, referral } = open('unreachable')
    await referral.begin()
    expect(log).toEqual(['202', 'notify 503 Service Unavailable', 'failed 503 no port is left'])
  })

  test('ends with the call, also while it begins', async () => {
    const ringing = open()
    await ringing.referral.begin()
    ringing.referral.close()
    ringing.tell(established(answer))
    expect(ringing.log.slice(1)).toEqual(['refuse 603', 'notify 487 Request Terminated', 'end', 'close'])
    const fresh = open()
    const begun = fresh.referral.begin()
    fresh.referral.close()
    await begun
    expect(fresh.log).toEqual(['refuse 603'])
  })
})

test('a session that was transferred is left by us where the peer stays', () => {
  const clock = new VirtualClock()
  const ends: number[] = []
  let tell: (event: SessionEvent) => void = () => undefined
  const session = {
    onEvent: (listener: typeof tell) => void (tell = listener),
    end: () => void ends.push(clock.monotonic()),
  } as unknown as OutgoingSession // what is asked of it
  const since = clock.monotonic()
  leave(session, clock)
  clock.advance(3_000)
  expect(ends).toEqual([since + 3_000])
  leave(session, clock)
  tell(over(200))
  expect(clock.pending).toBe(0)
})
