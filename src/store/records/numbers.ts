/** Telephone numbers: which connection brings them, which agent answers. */
import { and, eq } from 'drizzle-orm'
import { OffhookError } from '../../spec/errors.ts'
import type { PhoneNumber, Store } from '../contract.ts'
import type { Database } from '../database.ts'
import { from, limitOf, newest, pageOf } from '../page.ts'
import { orNull, present } from '../record.ts'
import { numbers as table } from '../schema.ts'

type Row = typeof table.$inferSelect

export function numbers({ sql }: Database): Store['numbers'] {
  return {
    async create(number) {
      await sql.insert(table).values(number)
    },
    async update({ organization, id, connection, number, display, agent, label, pointed, updatedAt }) {
      const optional = { agent: orNull(agent), label: orNull(label), pointed: orNull(pointed) }
      const values = { connection, number, display, ...optional, updatedAt }
      const changed = await sql.update(table).set(values).where(own(organization, id)).returning({ id: table.id })
      if (changed.length === 0) throw new OffhookError('not-found', `there is no number ${id} in this organization`)
    },
    async remove(organization, id) {
      return (await sql.delete(table).where(own(organization, id)).returning({ id: table.id })).length > 0
    },
    async get(organization, id) {
      return (await sql.select().from(table).where(own(organization, id))).map(recordOf)[0]
    },
    async list(organization, page = {}) {
      const limit = limitOf(page)
      const where = from(table, page, eq(table.organization, organization))
      const rows = await sql
        .select()
        .from(table)
        .where(where)
        .orderBy(...newest(table))
        .limit(limit + 1)
      return pageOf(rows.map(recordOf), limit)
    },
    async find(connection, number) {
      const where = and(eq(table.connection, connection), eq(table.number, number))
      return (await sql.select().from(table).where(where)).map(recordOf)[0]
    },
  }
}

function own(organization: string, id: string) {
  return and(eq(table.organization, organization), eq(table.id, id))
}

function recordOf(row: Row): PhoneNumber {
  return present(row)
}
