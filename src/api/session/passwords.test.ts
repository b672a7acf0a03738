import { scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashPassword, isPassword } from './passwords.ts'

/** Work for the processor, which others may want too. */
const patience = 60_000

/** As `hashPassword` keeps it, at next to no cost. */
function cheap(password: string): string {
  const key = scryptSync(password, Buffer.from('salt'), 32, { N: 2, r: 1, p: 1 })
  return ['scrypt', 2, 1, 1, Buffer.from('salt').toString('base64url'), key.toString('base64url')].join('$')
}

test(
  'a password is known by its hash, and no other is',
  async () => {
    const kept = await hashPassword('correct horse')
    expect(kept).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/)
    expect([await isPassword('correct horse', kept), await isPassword('correct horsf', kept)]).toEqual([true, false])
  },
  patience,
)

test('what was kept at another cost, or with other letters that look the same, is known too', async () => {
  expect(await isPassword('correct horse', cheap('correct horse'))).toBe(true)
  expect(await isPassword('cafe\u0301', cheap('caf\u00e9'))).toBe(true)
  expect(await isPassword('', cheap('x'))).toBe(false)
})

test('nobody has the password of nobody', async () => expect(await isPassword('', undefined)).toBe(false), patience)

test('what is kept in another form is no password, and says so', async () => {
  await expect(isPassword('x', 'plain')).rejects.toMatchObject({ code: 'store.failed' })
})

test('a flood of attempts is refused instead of waiting for ever', async () => {
  const kept = cheap('x')
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => isPassword('x', kept)))
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  expect(refused).toEqual(Array.from({ length: 8 }, () => 'overloaded'))
  expect(await isPassword('x', kept)).toBe(true)
})
