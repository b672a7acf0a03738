import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { randomIds } from '../lib/ids.ts'
import { keyFile, keyFromFile } from './secrets.ts'

let folder = ''
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'offhook-key-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

test('the key is drawn once, kept, and readable by its owner only', async () => {
  const path = keyFile(join(folder, 'new'))
  const key = await keyFromFile(path, randomIds)
  expect(key).toHaveLength(32)
  expect(await keyFromFile(path, randomIds)).toEqual(key)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await readFile(path, 'utf8')).trim()).toBe(Buffer.from(key).toString('hex'))
})

test('of many who draw at once all get the same', async () => {
  for (let round = 0; round < 20; round++) {
    const path = keyFile(join(folder, `round ${round}`))
    const keys = await Promise.all(Array.from({ length: 8 }, () => keyFromFile(path, randomIds)))
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
    expect(await readdir(dirname(path))).toEqual(['secret.key'])
  }
})

test('a file that holds no key is never overwritten', async () => {
  await writeFile(keyFile(folder), 'something else')
  await expect(keyFromFile(keyFile(folder), randomIds)).rejects.toMatchObject({ code: 'store.secret-key' })
  expect(await readFile(keyFile(folder), 'utf8')).toBe('something else')
})
