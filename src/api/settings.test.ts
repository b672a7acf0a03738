import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { field } from '../spec/provider.ts'
import {
  accountOf,
  givenSettings,
  managedSettings,
  mask,
  maskSettings,
  parseSettings,
  restoreSecrets,
} from './settings.ts'

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

describe('a secret that is an object', () => {
  const nested = z.object({ part: field(z.record(z.string(), z.unknown()), { title: 'Part', secret: true }) })
  const stored = { part: { url: 'http://127.0.0.1:9', key: '0123456789abcdef', speed: 2 } }

  test('is masked text by text, and its masks are restored', () => {
    const shown = maskSettings(nested, stored)
    expect(JSON.stringify(shown)).not.toContain('0123456789abcdef')
    expect(shown).toMatchObject({ part: { key: '••••cdef', speed: 2 } })
    expect(restoreSecrets(nested, shown, stored)).toEqual(stored)
  })

  test('refuses a mask at a place that stores nothing', () => {
    expect(() => restoreSecrets(nested, { part: { other: '••••cdef' } }, stored)).toThrow(/part\.other/)
    expect(() => restoreSecrets(nested, { part: { constructor: '••••' } }, stored)).toThrow(/matches no stored/)
  })
})

describe('what we keep ourselves', () => {
  const kept = schema.extend({ made: field(z.string().optional(), { title: 'Made by us', managed: true }) })
  const stored = { account: 'AC1', token: '0123456789abcdef', made: 'app_1' }

  test('is neither shown nor taken, and carried over', () => {
    expect(maskSettings(kept, stored)).toEqual({ account: 'AC1', token: '••••cdef' })
    expect(() => parseSettings(givenSettings(kept), stored, kept)).toThrow(/made/)
    expect(managedSettings(kept, stored)).toEqual({ made: 'app_1' })
    expect(managedSettings(kept, { account: 'AC1' })).toEqual({})
  })

  test('changes nothing for a provider that has none of it', () => {
    expect(givenSettings(schema)).toBe(schema)
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

  test('a form made from a schema keeps the rules of that schema', () => {
    const ruled = schema.refine((value) => value.account !== value.token, 'account and token must differ')
    const form = z.object({ ...schema.shape, greeting: z.string().default('hello') })
    expect(() => parseSettings(form, { account: 'same', token: 'same' }, ruled)).toThrow(/must differ/)
    expect(parseSettings(form, { account: 'a', token: 'b' }, ruled)).toEqual({
      account: 'a',
      token: 'b',
      greeting: 'hello',
    })
  })

  test('name their account', () => {
    expect(accountOf(schema, { account: 'AC1' })).toBe('AC1')
  })
})

describe('secrets in the items of a list', () => {
  const listed = z.object({
    tools: field(
      z
        .array(
          z.object({
            name: z.string(),
            url: z.string(),
            headers: field(z.record(z.string(), z.string()).default({}), { title: 'Headers', secret: true }),
          }),
        )
        .default([]),
      { title: 'Tools' },
    ),
  })
  const tool = (name: string, url = 'https://one.example/a', secret = '0123456789abcdef') => ({
    ...{ name, url, headers: { authorization: secret } },
  })
  const stored = { tools: [tool('one'), tool('two', 'https://two.example/b', 'fedcba9876543210')] }
  const shown = maskSettings(listed, stored) as typeof stored

  test('are masked', () => {
    expect(shown).toEqual({
      tools: [tool('one', undefined, '••••cdef'), tool('two', 'https://two.example/b', '••••3210')],
    })
  })

  test('come back to their item wherever it stands now, and at another path of the same server', () => {
    const [one, two] = shown.tools
    expect(restoreSecrets(listed, { tools: [{ ...two, url: 'https://two.example/c' }, one] }, stored)).toEqual({
      tools: [tool('two', 'https://two.example/c', 'fedcba9876543210'), tool('one')],
    })
  })

  test('do not follow an item to another server, and are refused by name', () => {
    const [one] = shown.tools
    const moved = { tools: [{ ...one, url: 'https://evil.example/a' }] }
    expect(() => restoreSecrets(listed, moved, stored)).toThrow(/tools\.0\.headers\.authorization/)
    expect(() => restoreSecrets(listed, { tools: [tool('new', undefined, '••••cdef')] }, stored)).toThrow(/no stored/)
  })
})
