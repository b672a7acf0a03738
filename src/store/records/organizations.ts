/** Tenants. */
import { asc, eq } from 'drizzle-orm'
import { OffhookError } from '../../spec/errors.ts'
import type { Organization, Store } from '../contract.ts'
import type { Database, Sql } from '../database.ts'
import { organizations as table } from '../schema.ts'

export function organizations({ sql }: Database): Store['organizations'] {
  return {
    async create(organization) {
      await sql.insert(table).values(organization)
    },
    async get(id): Promise<Organization | undefined> {
      return (await sql.select().from(table).where(eq(table.id, id)))[0]
    },
    list: () => sql.select().from(table).orderBy(asc(table.createdAt), asc(table.id)),
  }
}

/** Makes changes of one organization's configuration wait for each other; references to it do not wait. */
export async function lockOrganization(sql: Sql, id: string): Promise<void> {
  const rows = await sql.select({ id: table.id }).from(table).where(eq(table.id, id)).for('no key update')
  if (rows.length === 0) throw new OffhookError('not-found', `there is no organization ${id}`)
}
