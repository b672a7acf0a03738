/** What organizations have chosen: one value each. */
import { eq } from 'drizzle-orm'
import type { HouseSettingsRecords } from '../contract/retention.ts'
import type { Database } from '../database.ts'
import { settings as table } from '../schema.ts'

export function houseSettings({ sql }: Database): HouseSettingsRecords {
  return {
    async get(organization) {
      return (await sql.select().from(table).where(eq(table.organization, organization)))[0]?.value
    },
    async put(organization, value, now) {
      const values = { organization, value, updatedAt: now }
      await sql
        .insert(table)
        .values(values)
        .onConflictDoUpdate({ target: table.organization, set: { value, updatedAt: now } })
    },
  }
}
