import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { field } from '../spec/provider.ts'
import { accountOf, mask, maskSettings, parseSettings, restoreSecrets } from './settings.ts'

const schema = z.object({
  account: field(z.string(), { title: 'Account', account: true }),
  token: field(z.string().min(1), { title: 'Token', secret: true }),
  key: field(z.string().optional(), { title: 'Key', secret: true, multiline: true }),
})

describe('secrets', () => {
  test('show their last four characters; short ones show nothing', () => {
    expect(mask('0123456789abcdef')).toBe('••••cdef')
    expect(mask('short')).toBe('••••')
  })

  test('are masked, other settings are not', () => {
    expect(maskSettings(schema, { account: 'AC1', token: '0123456789abcdef' })).toEqual({
      account: 'AC1',
      token: '••••cdef',
    })
  })

  test('come back when their mask is submitted, also without the newline that ended a key', () => {
    const stored = { account: 'AC1', token: '0123456789abcdef', key: '-----BEGIN-----\nabcdefgh\n' }
    const submitted = { account: 'AC2', token: '••••cdef', key: mask(stored.key) }
    expect(restoreSecrets(schema, submitted, stored)).toEqual({ ...stored, account: 'AC2' })
  })

  test('a mask that matches nothing is refused', () => {
    expect(() => restoreSecrets(schema, { token: '••••zzzz' }, { token: '0123456789abcdef' })).toThrow(
      /matches no stored/,
    )
    expect(() => restoreSecrets(schema, { token: '••••' }, undefined)).toThrow(/token/)
  })
})

describe('settings', () => {
  test('unknown fields and wrong types are refused by name', () => {
    expect(() => parseSettings(schema, { account: 'AC1', token: 't', extra: 1 })).toThrow(/extra/)
    expect(() => parseSettings(schema, { account: 5, token: 't' })).toThrow(/account/)
  })

  test('rules across fields are kept', () => {
    const ruled = schema.refine((value) => value.account !== value.token, 'account and token must differ')
    expect(() => parseSettings(ruled, { account: 'same', token: 'same' })).toThrow(/must differ/)
  })

  test('name their account', () => {
    expect(accountOf(schema, { account: 'AC1' })).toBe('AC1')
  })
})
