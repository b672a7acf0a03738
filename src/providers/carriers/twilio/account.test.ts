/** Prices, calls in doubt, recordings and credentials, as Twilio's REST API tells them. */
import { describe, expect, test } from 'vitest'
import { check, cost, lookup, recordings } from './account.ts'
import { answer, call, callSid, config, fixture, now, recordingSid, run, token } from './examples.ts'
import { sentBySdk, sentByUs } from './witness.ts'

const seen = fixture('call')

describe('cost', () => {
  test('a debit is a positive amount', async () => {
    const { result, asked } = run(cost(call, config), answer(seen))
    expect(result).toEqual({ amount: 0.0085, currency: 'USD' })
    expect(asked.map(sentByUs)).toEqual(await sentBySdk((client) => client.calls(callSid).fetch()))
  })

  test.each([
    [{ price: null }, undefined],
    [{ price: '' }, undefined],
    [{ price: 'free' }, undefined],
    [
      { price: '0', price_unit: 'usd' },
      { amount: 0, currency: 'USD' },
    ],
    [{ price: '-1.5', price_unit: null }, undefined],
  ])('%j', (fields, expected) => {
    expect(run(cost(call, config), answer({ ...seen, ...fields })).result).toEqual(expected)
  })

  test('of a call Twilio never had is unknown', () => {
    const { ref: _, ...unknown } = call
    expect(run(cost(unknown, config)).result).toBeUndefined()
  })
})

describe('lookup', () => {
  const { ref: _, ...doubtful } = call
  const other = (id: string, fields: object) => ({ ...seen, sid: `CA${id.repeat(32)}`, status: 'ringing', ...fields })

  test('by id', () => {
    expect(run(lookup(call, config), answer(seen)).result).toEqual({ ref: callSid, status: 'completed' })
    expect(run(lookup(call, config), answer(fixture('error-not-found'), 404)).result).toBe('unknown')
  })

  test('without an id: the first call between the numbers since ours was planned', async () => {
    const calls = [
      other('3', { date_created: 'Thu, 01 Jan 2026 00:00:09 +0000' }),
      other('2', { date_created: 'Thu, 01 Jan 2026 00:00:00 +0000' }),
      other('1', { date_created: 'Thu, 01 Jan 2026 00:00:00 +0000', direction: 'inbound' }),
      other('0', { date_created: 'Wed, 31 Dec 2025 23:59:59 +0000' }),
    ]
    const { result, asked } = run(lookup(doubtful, config), answer({ calls }))
    expect(result).toEqual({ ref: `CA${'2'.repeat(32)}`, status: 'ringing' })
    const query = { to: call.to, from: call.from, pageSize: 50 }
    expect(asked.map(sentByUs)).toEqual(await sentBySdk((client) => client.calls.page(query)))
  })

  test('none is unknown', () => {
    expect(run(lookup(doubtful, config), answer({ calls: [] })).result).toBe('unknown')
    expect(run(lookup(doubtful, config), answer({})).result).toBe('unknown')
  })
})

describe('recordings', () => {
  test('are fetched as WAV with credentials', () => {
    expect(recordings.fetch(recordingSid, call, config, now)).toEqual({
      url: `https://api.twilio.com/2010-04-01/Accounts/${config.accountSid}/Recordings/${recordingSid}.wav`,
      headers: { authorization: `Basic ${Buffer.from(`${config.accountSid}:${token}`).toString('base64')}` },
    })
  })

  test('a foreign id never reaches a path', () => {
    expect(() => recordings.fetch('../../x', call, config, now)).toThrow(/no Twilio id/)
  })
})

describe('check', () => {
  const account = { friendly_name: 'Acme', status: 'active', type: 'Full' }

  test('names the account', async () => {
    const { result, asked } = run(check(config), answer(account))
    expect(result).toBe('Signed in to the Twilio account "Acme" (Full).')
    expect(asked.map(sentByUs)).toEqual(
      await sentBySdk((client) => client.api.v2010.accounts(config.accountSid).fetch()),
    )
  })

  test('tries token and API key each by itself', () => {
    const key = { apiKeySid: `SK${'0'.repeat(32)}`, apiKeySecret: 'secret' }
    const { result, asked } = run(check({ ...config, ...key }), answer(account), answer({ calls: [] }))
    expect(result).toContain('with token and API key')
    expect(asked[0]!.headers['authorization']).not.toBe(asked[1]!.headers['authorization'])
    const refusal = answer({ code: 20003, message: 'Authenticate' }, 401)
    expect(() => run(check({ ...config, ...key }), answer(account), refusal)).toThrow(/API key SK0/)
  })

  test.each([
    [answer({ code: 20003, message: 'Authenticate' }, 401), /Check account SID, auth token/],
    [answer({ ...account, status: 'suspended' }), /account is suspended/],
  ])('says what is wrong: %#', (reply, message) => expect(() => run(check(config), reply)).toThrow(message))
})
