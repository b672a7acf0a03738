/** A PostgreSQL server: the contract, and what is its own. */
import { afterAll, describe } from 'vitest'
import { startPostgres } from '../../test/services/postgres.ts'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { createLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { openStore } from './open.ts'
import { storeSuite } from './suite.ts'

const surroundings = { clock: realClock, ids: randomIds, logger: createLogger({ level: 'silent' }) }
const server = new Scope('server')
const postgres = await startPostgres(server)
afterAll(() => server.close())

describe.skipIf(!postgres)('PostgreSQL', () => {
  storeSuite('server', async (scope) =>
    openStore({ ...surroundings, scope, databaseUrl: await postgres!.database(), secretKey: 'ab'.repeat(32) }),
  )
})
