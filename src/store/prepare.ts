/** Makes an opened database ready for use: its tables, its key, its records. */
import { openDatabase } from './database.ts'
import type { Driver } from './driver.ts'
import { checkKey } from './keyed.ts'
import { migrate } from './migrate.ts'
import { openRecords } from './records/all.ts'
import { jobs } from './records/jobs.ts'
import type { Secrets } from './secrets.ts'
import type { Records } from './surface.ts'

export interface Prepared {
  readonly records: Records
  /** What runs beside the records; before the driver is closed. */
  stop(): Promise<void>
}

/** `warn` hears what no caller waits for. */
export async function prepare(driver: Driver, secrets: Secrets, warn: (message: string) => void): Promise<Prepared> {
  await migrate(driver)
  const database = openDatabase(driver)
  await checkKey(database, secrets)
  const queues = jobs(driver.jobs, warn)
  return { records: openRecords(database, secrets, queues.jobs), stop: queues.stop }
}
