import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { lockDirectory } from './lock.ts'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-lock-'))
  path = join(folder, 'store.lock')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const lock = () => lockDirectory(folder, { clock: realClock, ids: randomIds })
const holder = { pid: process.pid, host: hostname(), began: '', token: 'theirs' }

test('a folder is held once, and free again when it was let go', async () => {
  const first = await lock()
  await expect(lock()).rejects.toMatchObject({ code: 'store.locked', details: { directory: folder, pid: process.pid } })
  await first[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
  await using _second = await lock()
})

test('letting go takes nothing from who holds it by then', async () => {
  const first = await lock()
  await rm(path)
  await using _second = await lock()
  await first[Symbol.asyncDispose]()
  await expect(lock()).rejects.toMatchObject({ code: 'store.locked' })
})

test('a lock of a process that is gone is taken over', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  await writeFile(path, JSON.stringify({ ...holder, pid: child.pid }))
  await using _lock = await lock()
  expect(await readFile(path, 'utf8')).toContain(`"pid":${process.pid}`)
})

test('a lock of a former process with a living one’s pid is taken over', async () => {
  await writeFile(path, JSON.stringify({ ...holder, began: '1' }))
  await using _lock = await lock()
  expect(await readFile(path, 'utf8')).not.toContain(holder.token)
})

test('a lock of a living process is not, where nothing tells when it began', async () => {
  await writeFile(path, JSON.stringify(holder))
  await expect(lock()).rejects.toMatchObject({ code: 'store.locked' })
})

test('a lock of another machine counts while it is kept fresh', async () => {
  await writeFile(path, JSON.stringify({ ...holder, host: 'elsewhere' }))
  await expect(lock()).rejects.toThrow(/on elsewhere/)
  const longAgo = realClock.now() / 1000 - 61
  await utimes(path, longAgo, longAgo)
  await using _lock = await lock()
})

test('a lock nobody finished writing counts for a moment only', async () => {
  await writeFile(path, '')
  await expect(lock()).rejects.toMatchObject({ code: 'store.locked' })
  const before = realClock.now() / 1000 - 6
  await utimes(path, before, before)
  await using _lock = await lock()
})

test('a takeover that its process did not outlive holds nobody up for long', async () => {
  await writeFile(path, JSON.stringify({ ...holder, began: '1' }))
  await writeFile(`${path}.takeover`, '')
  await expect(lock()).rejects.toMatchObject({ code: 'store.locked' })
  const before = realClock.now() / 1000 - 6
  await utimes(`${path}.takeover`, before, before)
  await using _lock = await lock()
  expect(await readdir(folder)).toEqual(['store.lock'])
})

test('a lock that another took between judging and taking over is respected', async () => {
  await writeFile(path, JSON.stringify({ ...holder, began: '1' }))
  const now = () => {
    writeFileSync(path, JSON.stringify({ ...holder, token: 'faster' }))
    return realClock.now()
  }
  const slower = lockDirectory(folder, { clock: { ...realClock, now }, ids: randomIds })
  await expect(slower).rejects.toMatchObject({ code: 'store.locked' })
  expect(await readFile(path, 'utf8')).toContain('faster')
  expect(await readdir(folder)).toEqual(['store.lock'])
})

test('of many who find a stale lock one takes it, however late the others are', async () => {
  for (let round = 0; round < 40; round++) {
    await writeFile(path, JSON.stringify({ ...holder, began: '1' }))
    const late = async (contender: number) => {
      for (let turn = 0; turn < contender * (round % 8); turn++) await new Promise((resolve) => setImmediate(resolve))
      return lock()
    }
    const taken = await Promise.allSettled(Array.from({ length: 8 }, (_, contender) => late(contender)))
    const held = taken.filter((outcome) => outcome.status === 'fulfilled')
    expect(held).toHaveLength(1)
    await held[0]!.value[Symbol.asyncDispose]()
    expect(await readdir(folder)).toEqual([])
  }
})
