/** The embedded database: the contract, and what is its own. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { start } from '../../test/services/process.ts'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { createLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { openStore } from './open.ts'
import { storeSuite } from './suite.ts'
import { tenants } from './suite/fixtures.ts'

const surroundings = { clock: realClock, ids: randomIds, logger: createLogger({ level: 'silent' }) }

storeSuite('embedded, in memory', (scope) => openStore({ ...surroundings, scope }))

storeSuite('embedded, in a folder', async (scope) =>
  openStore({ ...surroundings, scope, dataDir: await temporary(scope) }),
)

async function temporary(scope: Scope): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-store-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const appender = fileURLToPath(new URL('./suite/appender.ts', import.meta.url))

describe('an embedded store', () => {
  test('keeps what it was given when it is opened again, secrets sealed', async () => {
    await using scope = new Scope('again')
    const dataDir = await temporary(scope)
    const first = await openStore({ ...surroundings, scope, dataDir })
    const tenant = await tenants(first, 'again')()
    const connection = await tenant.connection({ settings: { token: 'plainly visible' } })
    await first[Symbol.asyncDispose]()
    expect(await occurrences(dataDir, connection.id)).toBeGreaterThan(0)
    expect(await occurrences(dataDir, 'plainly visible')).toBe(0)
    const again = await openStore({ ...surroundings, scope, dataDir })
    expect(await again.connections.find(connection.id)).toEqual({ ...connection, isDefault: true })
  })

  test('does not open with another key, and says so', async () => {
    await using scope = new Scope('key')
    const dataDir = await temporary(scope)
    await (await openStore({ ...surroundings, scope, dataDir }))[Symbol.asyncDispose]()
    const other = openStore({ ...surroundings, scope, dataDir, secretKey: 'ab'.repeat(32) })
    await expect(other).rejects.toMatchObject({ code: 'store.secret-key' })
    await openStore({ ...surroundings, scope, dataDir })
  })

  test('is refused to a second store, of this process or of another, until it is free', async () => {
    await using scope = new Scope('twice')
    const dataDir = await temporary(scope)
    const open = () => openStore({ ...surroundings, scope, dataDir })
    const first = await open()
    await expect(open()).rejects.toMatchObject({ code: 'store.locked', details: { pid: process.pid } })
    await first[Symbol.asyncDispose]()
    const { child, end, acknowledged } = startAppender(scope, dataDir, 'twice')
    await acknowledged(1)
    await expect(open()).rejects.toMatchObject({ code: 'store.locked', details: { pid: child.pid } })
    await end('SIGKILL')
    await open()
  })

  test('loses nothing it has acknowledged when its process is killed', async () => {
    await using scope = new Scope('killed')
    const dataDir = await temporary(scope)
    for (let round = 0; round < 3; round++) {
      const { end, acknowledged, lines } = startAppender(scope, dataDir, `round ${round}`)
      await acknowledged(60 + 41 * round)
      await end('SIGKILL')
      const store = await openStore({ ...surroundings, scope, dataDir })
      const call = lines()[0]!.split(' ')[0]!
      const kept = (await store.journal.history(call)).map(({ sequence }) => sequence)
      const owed = lines().map((line) => Number(line.split(' ')[1]))
      expect(owed.filter((sequence) => !kept.includes(sequence))).toEqual([])
      expect(kept).toEqual(kept.map((_, index) => index + 1))
      const { organization = '' } = (await store.calls.find(call)) ?? {}
      expect(await store.messages.list(organization, call)).toHaveLength(kept.length)
      await store[Symbol.asyncDispose]()
    }
  })

  test('starts over a first start that was killed half-way', async () => {
    await using scope = new Scope('half')
    const dataDir = await temporary(scope)
    await mkdir(join(dataDir, 'database.growing'))
    await writeFile(join(dataDir, 'database.growing', 'PG_VERSION'), 'half')
    const store = await openStore({ ...surroundings, scope, dataDir })
    expect(await store.organizations.list()).toEqual([])
    expect((await readdir(dataDir)).toSorted()).toEqual(['database', 'secret.key', 'store.lock'])
  })

  test('lets go of its folder when it cannot be opened', async () => {
    await using scope = new Scope('broken')
    const dataDir = await temporary(scope)
    const open = () => openStore({ ...surroundings, scope, dataDir })
    await mkdir(join(dataDir, 'database'))
    await writeFile(join(dataDir, 'database', 'PG_VERSION'), '7')
    await expect(open()).rejects.toMatchObject({ code: 'store.failed' })
    await rm(join(dataDir, 'database'), { recursive: true })
    await open()
  })

  test('refuses values that are no data without harm to others', async () => {
    await using scope = new Scope('data')
    const store = await openStore({ ...surroundings, scope })
    const tenant = await tenants(store, 'data')()
    const wrong = tenant.call({ metadata: { run: () => undefined } })
    const right = tenant.call()
    await expect(wrong).rejects.toMatchObject({ code: 'internal' })
    expect(await store.calls.find((await right).id)).toBeDefined()
  })
})

function startAppender(scope: Scope, dataDir: string, seed: string) {
  const started = start(scope, process.execPath, [appender, dataDir, seed])
  let said = ''
  started.child.stdout?.on('data', (data) => (said += data))
  // The last line may be cut.
  const lines = () => said.split('\n').slice(0, -1)
  const acknowledged = async (count: number): Promise<void> => {
    await expect.poll(() => lines().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count)
  }
  return { ...started, lines, acknowledged }
}

async function occurrences(folder: string, text: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const found = await Promise.all(
    files.map(async ({ parentPath, name }) => (await readFile(join(parentPath, name))).includes(text)),
  )
  return found.filter(Boolean).length
}
