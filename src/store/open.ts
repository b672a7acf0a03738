/** The door of the store: opens the database, the coordination and the media tokens that the settings name. */
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { Coordination, Store } from './contract.ts'
import { MemoryCoordination } from './coordination/memory.ts'
import { GroupCommit } from './journal.ts'
import { lately } from './lately.ts'
import { lockDirectory } from './lock.ts'
import { openRemote } from './remote.ts'
import { recordsThrough } from './surface.ts'

export { mediaTokens } from './tokens.ts'

/** ms between transactions: fifty a second do for any number of calls. Effects wait for theirs, live sound for none. */
const spacing = 20

export interface Surroundings {
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  /** Closing it closes what was opened. */
  readonly scope: Scope
}

export interface StoreOptions extends Surroundings {
  /** A PostgreSQL server. Without it: the embedded database. */
  readonly databaseUrl?: string
  /** Of the embedded database and the key file. Without it (and without a URL) everything is in memory. */
  readonly dataDir?: string
  /** 32 bytes as hex or base64, or a passphrase. Without it: `<dataDir>/secret.key`, drawn on the first start. */
  readonly secretKey?: string
}

/** Rejects with `store.locked`, `store.secret-key` or `store.failed`, each saying what to do. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, dataDir, secretKey, clock, ids, logger } = options
  const scope = options.scope.child('store')
  try {
    const embedded = databaseUrl === undefined && dataDir !== undefined
    if (embedded) scope.use(await lockDirectory(dataDir, { clock, ids }))
    const directory = dataDir === undefined ? undefined : { directory: dataDir }
    const remote = scope.use(
      await openRemote(
        {
          ...(databaseUrl !== undefined && { databaseUrl }),
          ...directory,
          ...(secretKey !== undefined && { secretKey }),
        },
        logger,
      ),
    )
    const records = recordsThrough(remote.call)
    const journal = scope.use(new GroupCommit({ records: records.journal, clock, logger, spacing }))
    return { ...records, ...lately(records, clock), journal, [Symbol.asyncDispose]: () => scope.close() }
  } catch (error) {
    await scope.close(error)
    throw error
  }
}

export interface CoordinationOptions extends Surroundings {
  /** A Redis or Valkey server. Without it: within this process. */
  readonly redisUrl?: string
}

/** Redis need not answer yet: requests wait for it, each for its own while. */
export async function openCoordination(options: CoordinationOptions): Promise<Coordination> {
  const { redisUrl, clock, ids, logger, scope } = options
  if (redisUrl === undefined) return scope.use(new MemoryCoordination({ clock, logger }))
  // The client is loaded only where there is a server to talk to.
  const { RedisCoordination } = await import('./coordination/redis.ts')
  return scope.use(new RedisCoordination({ url: redisUrl, clock, ids, logger }))
}
