/** Who wants to be told of events, their signing secrets sealed. */
import { and, asc, eq } from 'drizzle-orm'
import { OffhookError } from '../../spec/errors.ts'
import type { Store, Subscription } from '../contract.ts'
import type { Database } from '../database.ts'
import { from, limitOf, newest, pageOf } from '../page.ts'
import { subscriptions as table } from '../schema.ts'
import type { Secrets } from '../secrets.ts'

type Row = typeof table.$inferSelect

export function subscriptions({ sql }: Database, secrets: Secrets): Store['subscriptions'] {
  const recordOf = (row: Row): Subscription => ({ ...row, secret: secrets.open(row.secret, placeOf(row)) })
  const sealed = (subscription: Subscription) => secrets.seal(subscription.secret, placeOf(subscription))
  return {
    async create(subscription) {
      await sql.insert(table).values({ ...subscription, secret: sealed(subscription) })
    },
    async update(subscription) {
      const { organization, id, url, events, enabled } = subscription
      const values = { url, events, enabled, secret: sealed(subscription) }
      const changed = await sql.update(table).set(values).where(own(organization, id)).returning({ id: table.id })
      if (changed.length === 0)
        throw new OffhookError('not-found', `there is no subscription ${id} in this organization`)
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
    async wanting(organization, type) {
      const enabled = and(eq(table.organization, organization), eq(table.enabled, true))
      const rows = await sql.select().from(table).where(enabled).orderBy(asc(table.createdAt), asc(table.id))
      return rows.filter(({ events }) => events.includes('*') || events.includes(type)).map(recordOf)
    },
  }
}

function placeOf({ organization, id }: Pick<Row, 'organization' | 'id'>) {
  return { organization, table: 'subscriptions', record: id, field: 'secret' }
}

function own(organization: string, id: string) {
  return and(eq(table.organization, organization), eq(table.id, id))
}
