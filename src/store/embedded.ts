/** The driver for the embedded database: PostgreSQL as WebAssembly. It blocks its thread, so it runs in the store's own. */
import { PGlite, types } from '@electric-sql/pglite'
import type { Transaction } from '@electric-sql/pglite'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readCell } from './driver.ts'
import type { Driver, Run } from './driver.ts'
import { plantSeed, seedArchive } from './seed.ts'

const parsers = Object.fromEntries(
  Object.values(types)
    .filter((type) => typeof type === 'number')
    .map((type) => [type, readCell(type)]),
)

/** In `directory`, or in memory without one. */
export async function openEmbedded(directory: string | undefined): Promise<Driver> {
  const database = await (directory === undefined ? openInMemory() : openInFolder(join(directory, 'database')))
  return {
    alone: true,
    run: runOn(database),
    transaction: (work) => database.transaction((transaction) => work(runOn(transaction))),
    jobs: { backend: 'pglite', open: async () => (await import('pg-boss')).fromPglite(database) },
    [Symbol.asyncDispose]: () => database.close(),
  }
}

async function openInMemory(): Promise<PGlite> {
  return PGlite.create({ dataDir: 'memory://', loadDataDir: new Blob([await seedArchive()]) })
}

async function openInFolder(folder: string): Promise<PGlite> {
  if (!existsSync(folder)) await plantSeed(folder)
  return PGlite.create({ dataDir: folder })
}

function runOn(client: PGlite | Transaction): Run {
  return async (text, values) => (await client.query<unknown[]>(text, [...values], { rowMode: 'array', parsers })).rows
}
