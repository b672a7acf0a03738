/** What was said and what was measured in a call. */
import { and, asc, eq } from 'drizzle-orm'
import type { Store } from '../contract.ts'
import type { Database } from '../database.ts'
import { present, without } from '../record.ts'
import { messages as messageTable, metrics as metricTable } from '../schema.ts'

export function messages({ sql }: Database): Store['messages'] {
  return {
    async list(organization, call) {
      const where = and(eq(messageTable.organization, organization), eq(messageTable.call, call))
      const rows = await sql.select().from(messageTable).where(where).orderBy(asc(messageTable.position))
      return rows.map((row) => present(without(row, 'organization', 'position')))
    },
  }
}

export function metrics({ sql }: Database): Store['metrics'] {
  return {
    async add(organization, metrics) {
      if (metrics.length === 0) return
      await sql.insert(metricTable).values(metrics.map((metric) => ({ ...metric, organization })))
    },
    async list(organization, call) {
      const where = and(eq(metricTable.organization, organization), eq(metricTable.call, call))
      const rows = await sql.select().from(metricTable).where(where).orderBy(asc(metricTable.id))
      return rows.map((row) => present(without(row, 'organization', 'id')))
    },
  }
}
