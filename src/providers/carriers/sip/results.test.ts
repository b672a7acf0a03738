import { describe, expect, test } from 'vitest'
import type { SessionEnd } from '../../../protocols/sip/ua/contract.ts'
import { ended, unanswered } from './results.ts'

const refused = (status: number, q850?: number): SessionEnd => ({
  ...{ by: 'peer', status, reason: 'refused' },
  ...(q850 === undefined ? {} : { q850 }),
})

describe('a call that was never answered', () => {
  test.each([
    [486, undefined, 'busy'],
    [600, undefined, 'busy'],
    [408, undefined, 'no-answer'],
    [480, undefined, 'no-answer'],
    [487, undefined, 'canceled'],
    [603, undefined, 'failed'],
    [404, undefined, 'failed'],
    [503, undefined, 'failed'],
    [599, undefined, 'failed'],
    [503, 17, 'busy'],
    [480, 19, 'no-answer'],
    [480, 1, 'failed'],
    [486, 16, 'busy'],
  ] as const)('with %s and Q.850 %s is %s', (status, q850, expected) =>
    expect(unanswered(refused(status, q850), false).status).toBe(expected),
  )

  test('says why in a sentence, with the numbers', () =>
    expect(unanswered(refused(503, 34), false)).toEqual({
      ...{ status: 'failed', raw: '503 Service Unavailable' },
      cause: 'the network has no free circuit (SIP 503, Q.850 cause 34)',
    }))

  test('is taken back when we did it, whatever the peer says to that', () =>
    expect([487, 408, 486].map((status) => unanswered(refused(status), true).status)).toEqual(
      Array(3).fill('canceled'),
    ))

  test('that reached nobody says so', () =>
    expect(unanswered({ by: 'timeout', reason: 'no response in 32 s' }, false)).toMatchObject({
      ...{ status: 'failed', cause: 'the peer did not answer: no response in 32 s' },
    }))
})

describe('a call that was answered or came in', () => {
  test('is completed by whoever hangs up', () => {
    expect(ended({ by: 'peer', reason: 'BYE' }, true)).toMatchObject({
      status: 'completed',
      cause: 'the other side hung up',
    })
    expect(ended({ by: 'us', reason: 'we hung up' }, true).status).toBe('completed')
  })
  test('is canceled when the caller leaves before the answer', () =>
    expect(ended({ by: 'peer', status: 487, reason: 'CANCEL' }, false)).toMatchObject({
      ...{ status: 'canceled', cause: 'the caller hung up before the answer' },
    }))
  test('fails when nobody answers for it any more', () =>
    expect(ended({ by: 'timeout', reason: 'the session timer ran out' }, true)).toMatchObject({
      ...{ status: 'failed', cause: 'the call was lost: the session timer ran out' },
    }))
})
