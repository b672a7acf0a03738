/** Queues of pg-boss in the same database. It is started by the first use: who never queues pays nothing for it. */
import type { Db, PgBoss } from 'pg-boss'
import type { Jobs } from '../contract/jobs.ts'

/** What a queue needs of a database: rows as objects, with types read. */
export interface JobDatabase {
  readonly backend: 'postgres' | 'pglite'
  open(): Promise<Db>
}

const schema = 'offhook_jobs'

/** Who takes a job settles it within milliseconds; a process that died in between is noticed by whoever reclaims. Seconds. */
const settledWithin = 300
/** A call that nobody took for so long is not wanted any more. Seconds. */
const keptWaiting = 14 * 86_400
/** Finished jobs tell nothing that the journal does not. Seconds. */
const keptFinished = 3_600

export interface OpenJobs {
  readonly jobs: Jobs
  stop(): Promise<void>
}

/** `warn` hears what its maintenance could not do; nothing is lost by it. */
export function jobs(database: JobDatabase, warn: (message: string) => void): OpenJobs {
  let started: Promise<PgBoss> | undefined
  const known = new Set<string>()
  const boss = (): Promise<PgBoss> => (started ??= start(database, warn))
  const queue = async (name: string): Promise<PgBoss> => {
    const running = await boss()
    if (!known.has(name)) {
      const times = { retentionSeconds: keptWaiting, deleteAfterSeconds: keptFinished, expireInSeconds: settledWithin }
      await running.createQueue(name, { ...times, retryLimit: 1_000_000, retryDelay: 0 })
      known.add(name)
    }
    return running
  }
  return {
    jobs: {
      async add(name, added) {
        const running = await queue(name)
        await running.insert(
          name,
          added.map(({ data, priority = 0 }) => ({ data, priority })),
        )
      },
      async take(name, limit) {
        const running = await queue(name)
        const options = { batchSize: limit, includeMetadata: true } as const
        const taken = await running.fetch<Readonly<Record<string, unknown>>>(name, options)
        // A batch comes in no order of its own.
        const due = taken.toSorted((a, b) => b.priority - a.priority || a.createdOn.getTime() - b.createdOn.getTime())
        return due.map(({ id, data }) => ({ id, data }))
      },
      async done(name, ids) {
        await (await queue(name)).complete(name, [...ids])
      },
      async reclaim(name) {
        const running = await queue(name)
        const active = `select id from ${schema}.job where name = $1 and state = 'active'`
        const { rows } = await running.getDb().executeSql(active, [name])
        const ids = rows.map(({ id }) => String(id))
        if (ids.length > 0) await running.fail(name, ids)
        return ids.length
      },
    },
    async stop() {
      await (await started?.catch(() => undefined))?.stop({ graceful: false, close: false })
    },
  }
}

/** Loaded only here: what most processes never need costs their start nothing. */
async function start({ backend, open }: JobDatabase, warn: (message: string) => void): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({ db: await open(), backend, schema, schedule: false })
  boss.on('error', (error) => warn(`the job queue: ${error.message}`))
  return boss.start()
}
