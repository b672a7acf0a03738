/** Accounts at providers, their settings sealed, with one default per provider. */
import { and, asc, eq, ne } from 'drizzle-orm'
import { OffhookError } from '../../spec/errors.ts'
import type { Connection, Store } from '../contract.ts'
import type { Database, Sql } from '../database.ts'
import { from, limitOf, newest, pageOf } from '../page.ts'
import { orNull, present } from '../record.ts'
import { connections as table } from '../schema.ts'
import type { Secrets } from '../secrets.ts'
import { lockOrganization } from './organizations.ts'
import { openSettings, sealSettings } from './settings.ts'

type Row = typeof table.$inferSelect
type Family = Pick<Connection, 'organization' | 'kind' | 'provider'>

export function connections(database: Database, secrets: Secrets): Store['connections'] {
  return { ...changes(database, secrets), ...lookups(database, secrets) }
}

type Changes = Pick<Store['connections'], 'create' | 'update' | 'makeDefault' | 'remove'>

function changes({ sql, transaction }: Database, secrets: Secrets): Changes {
  const sealed = (connection: Connection) => sealSettings(secrets, connection.settings, placeOf(connection))
  return {
    create: (connection) =>
      transaction(async (sql) => {
        await lockOrganization(sql, connection.organization)
        const isDefault = connection.isDefault || !(await hasDefault(sql, connection))
        if (isDefault) await dropDefault(sql, connection)
        await sql.insert(table).values({ ...connection, isDefault, settings: sealed(connection) })
      }),
    async update(connection) {
      const { organization, id, name, account, source, setUp, updatedAt } = connection
      const values = {
        ...{ name, account: orNull(account), source, setUp: orNull(setUp), updatedAt },
        settings: sealed(connection),
      }
      const changed = await sql.update(table).set(values).where(own(organization, id)).returning({ id: table.id })
      if (changed.length === 0) throw missing(id)
    },
    makeDefault: (organization, id) =>
      transaction(async (sql) => {
        await lockOrganization(sql, organization)
        const row = (await sql.select().from(table).where(own(organization, id)))[0]
        if (!row) throw missing(id)
        await dropDefault(sql, row)
        await sql.update(table).set({ isDefault: true }).where(own(organization, id))
      }),
    remove: (organization, id) =>
      transaction(async (sql) => {
        await lockOrganization(sql, organization)
        const row = (await sql.delete(table).where(own(organization, id)).returning())[0]
        if (row?.isDefault) await promoteOldest(sql, row)
        return row !== undefined
      }),
  }
}

function lookups({ sql }: Database, secrets: Secrets): Omit<Store['connections'], keyof Changes> {
  const recordOf = (row: Row): Connection => ({
    ...present(row),
    settings: openSettings(secrets, row.settings, placeOf(row)),
  })
  return {
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
    async find(id) {
      return (await sql.select().from(table).where(eq(table.id, id))).map(recordOf)[0]
    },
    async findByAccount(provider, account) {
      const where = and(eq(table.provider, provider), eq(table.account, account))
      return (await sql.select().from(table).where(where).orderBy(asc(table.createdAt), asc(table.id))).map(recordOf)
    },
    async default(organization, kind, provider) {
      const named = provider === undefined ? undefined : eq(table.provider, provider)
      const where = and(eq(table.organization, organization), eq(table.kind, kind), named, eq(table.isDefault, true))
      const rows = await sql.select().from(table).where(where).orderBy(asc(table.createdAt), asc(table.id)).limit(1)
      return rows.map(recordOf)[0]
    },
  }
}

function placeOf({ organization, id }: Pick<Row, 'organization' | 'id'>) {
  return { organization, table: 'connections', record: id, field: 'settings' }
}

function own(organization: string, id: string) {
  return and(eq(table.organization, organization), eq(table.id, id))
}

function family({ organization, kind, provider }: Family) {
  return and(eq(table.organization, organization), eq(table.kind, kind), eq(table.provider, provider))
}

async function hasDefault(sql: Sql, connection: Family): Promise<boolean> {
  const standing = and(family(connection), eq(table.isDefault, true))
  return (await sql.select({ id: table.id }).from(table).where(standing)).length > 0
}

async function dropDefault(sql: Sql, connection: Family): Promise<void> {
  await sql
    .update(table)
    .set({ isDefault: false })
    .where(and(family(connection), eq(table.isDefault, true)))
}

async function promoteOldest(sql: Sql, gone: Row): Promise<void> {
  const heirs = sql
    .select({ id: table.id })
    .from(table)
    .where(and(family(gone), ne(table.id, gone.id)))
  const heir = (await heirs.orderBy(asc(table.createdAt), asc(table.id)).limit(1))[0]
  if (heir) await sql.update(table).set({ isDefault: true }).where(eq(table.id, heir.id))
}

function missing(id: string): OffhookError {
  return new OffhookError('not-found', `there is no connection ${id} in this organization`)
}
