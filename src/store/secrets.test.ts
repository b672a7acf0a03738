import { describe, expect, test } from 'vitest'
import { seededIds } from '../lib/ids.ts'
import { createSecrets, keyFrom } from './secrets.ts'

const place = { organization: 'org_1', table: 'connections', record: 'con_1', field: 'settings' }
const secrets = createSecrets(new Uint8Array(32).fill(1), seededIds('secrets'))

describe('a sealed secret', () => {
  test('opens where it was sealed, and shows nothing of itself', () => {
    const sealed = secrets.seal('{"token":"öffne"}', place)
    expect(secrets.open(sealed, place)).toBe('{"token":"öffne"}')
    expect(sealed).toMatch(new RegExp(`^v1\\.${secrets.keyId}\\.[\\w-]{16}\\.[\\w-]+$`))
    expect(secrets.seal('{"token":"öffne"}', place)).not.toBe(sealed)
  })

  test.each(['organization', 'table', 'record', 'field'])('does not open in another %s', (part) => {
    const sealed = secrets.seal('secret', place)
    expect(() => secrets.open(sealed, { ...place, [part]: 'other' })).toThrow(/cannot be decrypted/)
  })

  test('does not open when it was altered anywhere', () => {
    const [version, id, ...parts] = secrets.seal('secret', place).split('.')
    for (const [index, part] of parts.entries()) {
      const bytes = Buffer.from(part, 'base64url')
      for (let at = 0; at < bytes.length; at++) {
        const altered = Buffer.from(bytes)
        altered[at]! ^= 1
        const text = [version, id, ...parts.with(index, altered.toString('base64url'))].join('.')
        expect(() => secrets.open(text, place)).toThrow(/cannot be decrypted/)
      }
    }
  })

  test.each(['', 'v1', 'v1.a.b', 'v2.a.b.c', `v1.${secrets.keyId}..`])('that is none does not open: %j', (text) => {
    expect(() => secrets.open(text, place)).toThrow(/cannot be decrypted/)
  })

  test('sealed with another key, says which keys and what to do, and no secret', () => {
    const other = createSecrets(new Uint8Array(32).fill(2), seededIds('other'))
    const message = new RegExp(`key ${other.keyId}.*${secrets.keyId}.*OFFHOOK_SECRET_KEY`, 's')
    expect(() => secrets.open(other.seal('secret', place), place)).toThrow(message)
  })
})

describe('a key', () => {
  const hex = 'ab'.repeat(32)

  test('is 32 bytes in hex or base64', () => {
    const bytes = Buffer.from(hex, 'hex')
    for (const text of [
      hex,
      hex.toUpperCase(),
      ` ${hex}\n`,
      bytes.toString('base64'),
      bytes.toString('base64').slice(0, -1),
    ])
      expect(Buffer.from(keyFrom(text)).toString('hex')).toBe(hex)
  })

  test('made of a passphrase is always the same, whatever form its letters have', () => {
    const key = keyFrom('correct horse batterÿ staple')
    expect(key).toHaveLength(32)
    expect(keyFrom('correct horse battery\u0308 staple')).toEqual(key)
    expect(keyFrom('correct horse battery staple')).not.toEqual(key)
  })

  test('of a short passphrase is refused without quoting it', () => {
    expect(() => keyFrom('hunter2hunter2')).toThrow(/^(?!.*hunter2).*14 characters/)
  })
})
