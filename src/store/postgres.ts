/** The driver for a PostgreSQL server, named by a URL. */
import { Pool } from 'pg'
import type { PoolClient } from 'pg'
import { readCell } from './driver.ts'
import type { Driver, Run } from './driver.ts'

export interface PostgresOptions {
  readonly url: string
  /** An idle connection broke; the pool replaces it. */
  readonly onIdleError: (error: Error) => void
}

const types = { getTypeParser: readCell }

export function openPostgres({ url, onIdleError }: PostgresOptions): Driver {
  const pool = new Pool({
    connectionString: url,
    application_name: 'offhook',
    max: 8,
    connectionTimeoutMillis: 5000,
    // A server that went away without a word: give up, and let the journal try on a new connection.
    query_timeout: 30_000,
    keepAlive: true,
  })
  pool.on('error', onIdleError)
  return {
    run: runOn(pool),
    transaction: async (work) => inTransaction(await pool.connect(), work),
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

function runOn(client: Pool | PoolClient): Run {
  return async (text, values) =>
    (await client.query<unknown[]>({ text, values: [...values], rowMode: 'array', types })).rows
}

/** For errors that another way of reporting covers. */
function ignore(): void {}

async function inTransaction<T>(client: PoolClient, work: (run: Run) => Promise<T>): Promise<T> {
  // A checked-out connection that breaks between two statements reports it here; the next statement rejects with the same.
  client.on('error', ignore)
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(runOn(client))
    await client.query('commit')
    return result
  } catch (error) {
    // A connection that cannot roll back is in an unknown state: the pool must not lend it again.
    await client.query('rollback').catch((failure: Error) => (broken = failure))
    throw error
  } finally {
    client.off('error', ignore)
    client.release(broken)
  }
}
