/** A database as the records see it: Drizzle over whichever driver stands behind, with the same cells from both. */
import { drizzle } from 'drizzle-orm/pg-proxy'
import type { PgRemoteDatabase } from 'drizzle-orm/pg-proxy'
import type { Driver, Run } from './driver.ts'

export type Sql = PgRemoteDatabase

export interface Database {
  readonly alone: Driver['alone']
  readonly sql: Sql
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
}

export function openDatabase(driver: Driver): Database {
  return {
    alone: driver.alone,
    sql: through(driver.run),
    transaction: (work) => driver.transaction((run) => work(through(run))),
  }
}

function through(run: Run): Sql {
  return drizzle(async (text, parameters) => ({ rows: [...(await run(text, parameters.map(storable)))] }), {
    casing: 'snake_case',
  })
}

/** PostgreSQL text cannot hold NUL; what callers' systems send may. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
}
