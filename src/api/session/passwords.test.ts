import { expect, test } from 'vitest'
import { hashPassword, isPassword } from './passwords.ts'

test('a password is known by its hash, which is another each time', async () => {
  const [one, two] = [await hashPassword('correct horse'), await hashPassword('correct horse')]
  expect(one).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/)
  expect(one).not.toBe(two)
  expect([await isPassword('correct horse', one), await isPassword('correct horse', two)]).toEqual([true, true])
  expect([await isPassword('correct horsf', one), await isPassword('', one)]).toEqual([false, false])
})

test('letters that look the same are the same, however a keyboard writes them', async () => {
  expect(await isPassword('cafe\u0301', await hashPassword('caf\u00e9'))).toBe(true)
})

test('nobody has the password of nobody', async () => {
  expect(await isPassword('', undefined)).toBe(false)
})

test('what is kept in another form is no password, and says so', async () => {
  await expect(isPassword('x', 'plain')).rejects.toMatchObject({ code: 'store.failed' })
})

test('a flood of attempts is refused instead of waiting for ever', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => isPassword('x', 'scrypt$2$1$1$AA$AA')))
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  expect(refused.filter((code) => code === 'overloaded')).toHaveLength(8)
})
