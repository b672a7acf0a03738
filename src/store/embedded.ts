/** The driver for the embedded database: PostgreSQL as WebAssembly. It blocks its thread, so it runs in the store's own. */
import { PGlite, types } from '@electric-sql/pglite'
import type { Transaction } from '@electric-sql/pglite'
import type { fromPglite } from 'pg-boss'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readCell } from './driver.ts'
import type { Driver, Run } from './driver.ts'
import { plantSeed, seedArchive } from './seed.ts'

type PGliteLike = Parameters<typeof fromPglite>[0]

/** Given once: given with a query they would be merged with the database's own for each query. */
const parsers = Object.fromEntries(
  Object.values(types)
    .filter((type) => typeof type === 'number')
    .map((type) => [type, readCell(type)]),
)

/** The default prepares 128 MB at each start; what does not fit is read again, from memory or from the system's cache. */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB']

/** In `directory`, or in memory without one. */
export async function openEmbedded(directory: string | undefined): Promise<Driver> {
  const database = await (directory === undefined ? openInMemory() : openInFolder(join(directory, 'database')))
  return {
    alone: true,
    run: runOn(database),
    transaction: (work) => database.transaction((transaction) => work(runOn(transaction))),
    jobs: { backend: 'pglite', open: async () => (await import('pg-boss')).fromPglite(typed(database)) },
    [Symbol.asyncDispose]: () => database.close(),
  }
}

/** The queue wants cells as JavaScript values. */
function typed(database: PGlite): PGliteLike {
  return {
    query: (text, values) => database.query(text, values, { parsers: types.parsers }),
    exec: (text) => database.exec(text, { parsers: types.parsers }),
    listen: (channel, heard) => database.listen(channel, heard),
  }
}

async function openInMemory(): Promise<PGlite> {
  return PGlite.create({ dataDir: 'memory://', loadDataDir: new Blob([await seedArchive()]), parsers, startParams })
}

async function openInFolder(folder: string): Promise<PGlite> {
  if (!existsSync(folder)) await plantSeed(folder)
  return PGlite.create({ dataDir: folder, parsers, startParams })
}

function runOn(client: PGlite | Transaction): Run {
  return async (text, values) => (await client.query<unknown[]>(text, [...values], { rowMode: 'array' })).rows
}
