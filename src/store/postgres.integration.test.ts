/** A PostgreSQL server: the contract, and what is its own. */
import { Client } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { startPostgres } from '../../test/services/postgres.ts'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { createLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { openStore } from './open.ts'
import type { Journaled } from '../spec/event.ts'
import { storeSuite } from './suite.ts'
import { tenants } from './suite/fixtures.ts'

const surroundings = { clock: realClock, ids: randomIds, logger: createLogger({ level: 'silent' }) }
const server = new Scope('server')
const postgres = await startPostgres(server)
afterAll(() => server.close())

function open(scope: Scope, databaseUrl: string, secretKey = 'ab'.repeat(32)) {
  return openStore({ ...surroundings, scope, databaseUrl, secretKey })
}

describe.skipIf(!postgres)('PostgreSQL', () => {
  storeSuite('server', async (scope) => open(scope, await postgres!.database()))

  test('several processes may start on an empty database at once', async () => {
    await using scope = new Scope('together')
    const url = await postgres!.database()
    const stores = await Promise.all([open(scope, url), open(scope, url), open(scope, url)])
    const { id } = await tenants(stores[0], 'together')()
    for (const store of stores) expect(await store.organizations.get(id)).toBeDefined()
  })

  test('all must have the same key', async () => {
    await using scope = new Scope('key')
    const url = await postgres!.database()
    await open(scope, url)
    await expect(open(scope, url, 'cd'.repeat(32))).rejects.toMatchObject({ code: 'store.secret-key' })
  })

  test('a reader who follows the journal misses nothing that several processes write', async () => {
    await using scope = new Scope('order')
    const url = await postgres!.database()
    const writers = await Promise.all([open(scope, url), open(scope, url), open(scope, url)])
    const reader = await open(scope, url)
    const tenant = await tenants(reader, 'order')()
    const calls = await Promise.all(writers.map(() => tenant.call()))
    const each = 400
    const writing = Promise.all(
      writers.map(async ({ journal }, index) => {
        for (let sequence = 1; sequence <= each; sequence++) {
          const appended = journal.append(tenant.entry(calls[index]!.id, sequence))
          if (sequence % 5 === 0) await appended
        }
      }),
    )
    const seen: Journaled[] = []
    while (seen.length < each * writers.length) {
      const batch = await reader.journal.after(seen.at(-1)?.position ?? 0)
      seen.push(...batch)
      if (batch.length === 0) await realClock.sleep(2)
    }
    await writing
    expect(seen).toEqual(await reader.journal.after(0, { limit: 5000 }))
  })

  test('the journal outlives broken connections and writes nothing twice', async () => {
    await using scope = new Scope('broken')
    const store = await open(scope, await postgres!.database())
    const tenant = await tenants(store, 'broken')()
    const { id } = await tenant.call()
    const heard: number[] = []
    store.journal.watch(({ sequence }) => heard.push(sequence))
    const appended: Promise<Journaled>[] = []
    for (let sequence = 1; sequence <= 120; sequence++) {
      appended.push(store.journal.append(tenant.entry(id, sequence)))
      if (sequence % 40 === 0) await postgres!.disconnectAll()
      await realClock.sleep(1)
    }
    const written = await Promise.all(appended)
    expect(heard).toEqual(written.map(({ sequence }) => sequence))
    expect(await store.journal.history(id)).toEqual(written)
  })

  test('a database of a newer version is left alone', async () => {
    await using scope = new Scope('newer')
    const url = await postgres!.database()
    await (await open(scope, url))[Symbol.asyncDispose]()
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query("insert into migrations (made, hash) values (9e15, 'from the future')")
    await client.end()
    await expect(open(scope, url)).rejects.toThrow(/another version/)
  })

  test('a server that is not there is named without its password', async () => {
    await using scope = new Scope('none')
    const error = await open(scope, 'postgresql://me:hunter2@127.0.0.1:1/db').catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'store.failed' })
    expect(String(error)).toMatch(/ECONNREFUSED/)
    expect(JSON.stringify([String(error), error])).not.toContain('hunter2')
  })
})
