/** The embedded database: the contract, and what is its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { createLogger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import { openStore } from './open.ts'
import { storeSuite } from './suite.ts'

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
