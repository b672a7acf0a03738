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
  // For good, from the first moment: lent, a connection has no listener of the pool's, and what breaks it may be read with what lent it.
  pool.on('connect', (client) => client.on('error', ignore))
  return {
    alone: false,
    run: patient(runOn(pool)),
    transaction: async (work) => inTransaction(await begun(pool), work),
    jobs: { backend: 'postgres', open: async () => ({ executeSql: (text, values) => pool.query(text, values) }) },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

/** The server ended the connection before it took the statement: a restart, and no reason to trouble the caller. */
const dismissed = /^57P0[123]$/
const attempts = 3

function patient(run: Run): Run {
  return async (text, values) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run(text, values)
      } catch (error) {
        const known = error instanceof Error && 'code' in error && dismissed.test(String(error.code))
        if (!known || attempt >= attempts) throw error
      }
    }
  }
}

/** A connection of the pool may have died since it was last used; until something was written, another will do. */
async function begun(pool: Pool): Promise<PoolClient> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    try {
      await client.query('begin')
      return client
    } catch (error) {
      client.release(true)
      if (attempt >= attempts) throw error
    }
  }
}

function runOn(client: Pool | PoolClient): Run {
  return async (text, values) =>
    (await client.query<unknown[]>({ text, values: [...values], rowMode: 'array', types })).rows
}

/** A connection on loan that breaks between two statements says so twice: as an event, and by rejecting the next statement. */
function ignore(): void {}

async function inTransaction<T>(client: PoolClient, work: (run: Run) => Promise<T>): Promise<T> {
  let broken: Error | undefined
  try {
    const result = await work(runOn(client))
    await client.query('commit')
    return result
  } catch (error) {
    // A connection that cannot roll back is in an unknown state: the pool must not lend it again.
    await client.query('rollback').catch((failure: Error) => (broken = failure))
    throw error
  } finally {
    client.release(broken)
  }
}
