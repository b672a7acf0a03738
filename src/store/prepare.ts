/** Makes an opened database ready for use: its tables, its key, its records. */
import { openDatabase } from './database.ts'
import type { Driver } from './driver.ts'
import { checkKey } from './keyed.ts'
import { migrate } from './migrate.ts'
import { openRecords } from './records/all.ts'
import type { Secrets } from './secrets.ts'
import type { Records } from './surface.ts'

export async function prepare(driver: Driver, secrets: Secrets): Promise<Records> {
  await migrate(driver)
  const database = openDatabase(driver)
  await checkKey(database, secrets)
  return openRecords(database, secrets)
}
