/** Brings a database up to the tables of this version, once, whoever else starts at the same time. */
import { fileURLToPath } from 'node:url'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { OffhookError } from '../spec/errors.ts'
import type { Driver, Run } from './driver.ts'

const folder = fileURLToPath(new URL('./migrations', import.meta.url))

/** Advisory locks of ours, apart from any other program's in the same database ("OFFH"). */
export const locks = { family: 0x4f464648, migration: 1, journal: 2 } as const

const lock = `select pg_advisory_xact_lock(${locks.family}, ${locks.migration})`

/** All pending migrations in one transaction; resolves to how many there were. */
export function migrate(driver: Pick<Driver, 'transaction'>): Promise<number> {
  const known = readMigrationFiles({ migrationsFolder: folder })
  return driver.transaction(async (run) => {
    await run(lock, [])
    await run('create table if not exists migrations (made bigint primary key, hash text not null)', [])
    const applied = await run('select made, hash from migrations order by made', [])
    applied.forEach(([, hash], index) => checkKnown(String(hash), known[index]?.hash))
    const pending = known.slice(applied.length)
    for (const migration of pending) await apply(run, migration)
    return pending.length
  })
}

function checkKnown(applied: string, known: string | undefined): void {
  if (applied === known) return
  throw new OffhookError(
    'store.failed',
    'the database was made by another version of Offhook: start that version or a newer one, or give this one its own database',
    { details: { transient: false } },
  )
}

async function apply(
  run: Run,
  {
    sql,
    folderMillis,
    hash,
  }: { readonly sql: readonly string[]; readonly folderMillis: number; readonly hash: string },
): Promise<void> {
  for (const statement of sql) await run(statement, [])
  await run('insert into migrations (made, hash) values ($1, $2)', [folderMillis, hash])
}
