/** Outgoing webhooks that wait, and how far the journal has been turned into them. */
import { and, asc, eq, lte, sql as raw } from 'drizzle-orm'
import type { Delivery, Store } from '../contract.ts'
import type { Database } from '../database.ts'
import { from, limitOf, newest, pageOf } from '../page.ts'
import { orNull, present } from '../record.ts'
import { deliveries as table, state, subscriptions } from '../schema.ts'

type Row = typeof table.$inferSelect

const cursorKey = 'spool.cursor'

export function deliveries({ sql, transaction }: Database): Store['deliveries'] {
  return {
    enqueue: (delivery) =>
      transaction(async (sql) => {
        const { organization, subscription } = delivery
        const theirs = and(eq(subscriptions.organization, organization), eq(subscriptions.id, subscription))
        // Locked so that it cannot go away before the insert. Gone already: nobody to deliver to.
        const rows = await sql.select({ id: subscriptions.id }).from(subscriptions).where(theirs).for('key share')
        if (rows.length === 0) return
        await sql
          .insert(table)
          .values(delivery)
          .onConflictDoNothing({ target: [table.subscription, table.position] })
      }),
    async claim(now, limit, lease) {
      const due = and(eq(table.status, 'waiting'), lte(table.nextAt, now))
      const free = sql.select({ id: table.id }).from(table).where(due).orderBy(asc(table.nextAt), asc(table.position))
      // As an array it is read once; as a join the planner may read it again and pass the limit.
      const chosen = free.limit(limit).for('update', { skipLocked: true })
      const claimed = await sql
        .update(table)
        .set({ nextAt: now + lease })
        .where(raw`${table.id} = any(array(${chosen}))`)
        .returning()
      return claimed.toSorted((a, b) => a.position - b.position).map(recordOf)
    },
    async settle({ organization, id, attempts, status, nextAt, lastStatus, lastError }) {
      const values = { attempts, status, nextAt, lastStatus: orNull(lastStatus), lastError: orNull(lastError) }
      await sql
        .update(table)
        .set(values)
        .where(and(eq(table.organization, organization), eq(table.id, id)))
    },
    async get(organization, subscription, id) {
      const where = and(eq(table.organization, organization), eq(table.subscription, subscription), eq(table.id, id))
      return (await sql.select().from(table).where(where)).map(recordOf)[0]
    },
    async list(organization, subscription, page = {}) {
      const limit = limitOf(page)
      const theirs = [eq(table.organization, organization), eq(table.subscription, subscription)]
      const where = from(table, page, ...theirs)
      const rows = await sql
        .select()
        .from(table)
        .where(where)
        .orderBy(...newest(table))
        .limit(limit + 1)
      return pageOf(rows.map(recordOf), limit)
    },
    async cursor() {
      const rows = await sql.select().from(state).where(eq(state.key, cursorKey))
      return Number(rows[0]?.value ?? 0)
    },
    async advance(position) {
      // Never backwards: two processes may spool at once, and the slower one must not undo the other's step.
      const further = raw`greatest(${state.value}::bigint, excluded.value::bigint)::text`
      await sql
        .insert(state)
        .values({ key: cursorKey, value: String(position) })
        .onConflictDoUpdate({ target: state.key, set: { value: further } })
    },
  }
}

function recordOf(row: Row): Delivery {
  return present(row)
}
