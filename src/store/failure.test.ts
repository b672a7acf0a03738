import { DrizzleQueryError } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { OffhookError } from '../spec/errors.ts'
import { flatten, isTransient, revive, storeFailure } from './failure.ts'

function said(code: string, constraint?: string): Error {
  return Object.assign(new Error('the server said so'), {
    code,
    constraint,
    detail: 'Key (name)=(theirs) already exists.',
  })
}

describe('what the database says', () => {
  test('never shows the parameters of the query', () => {
    const wrapped = new DrizzleQueryError('insert into x values ($1)', ['sk-secret'], said('23514'))
    const failure = flatten(wrapped)
    expect(JSON.stringify(failure)).not.toMatch(/sk-secret|theirs/)
    expect(failure).toMatchObject({ code: 'store.failed', message: 'the database refused: the server said so' })
  })

  test.each([
    ['23505', 'connections_account', 'conflict'],
    ['23505', 'calls_ref', 'conflict'],
    ['23505', 'calls_pkey', 'conflict'],
    ['23503', 'events_call', 'call.unknown'],
    ['23503', 'numbers_agent', 'not-found'],
    ['23503', 'keys_organization_organizations_id_fk', 'not-found'],
  ])('%s on %s is %s', (code, constraint, expected) => {
    expect(storeFailure(said(code, constraint)).code).toBe(expected)
  })

  test.each([
    ['57P01', true],
    ['08006', true],
    ['53300', true],
    ['40P01', true],
    ['ECONNREFUSED', true],
    ['22P05', false],
    ['42P01', false],
  ])('%s may pass by itself: %s', (code, transient) => {
    expect(isTransient(storeFailure(said(code)))).toBe(transient)
  })

  test('is the same error on the other side of the thread', () => {
    const error = new OffhookError('store.failed', 'what', { details: { transient: true }, cause: new Error('why') })
    const revived = revive(structuredClone(flatten(error)))
    expect(revived).toBeInstanceOf(OffhookError)
    expect([revived.code, revived.message, revived.details, (revived.cause as Error).message]).toEqual([
      'store.failed',
      'what',
      { transient: true },
      'why',
    ])
  })
})
