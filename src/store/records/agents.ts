/** Agents, their settings sealed. */
import { and, eq } from 'drizzle-orm'
import { OffhookError } from '../../spec/errors.ts'
import type { Agent, Store } from '../contract.ts'
import type { Database } from '../database.ts'
import { from, limitOf, newest, pageOf } from '../page.ts'
import { agents as table, numbers } from '../schema.ts'
import type { Secrets } from '../secrets.ts'
import { openSettings, sealSettings } from './settings.ts'

type Row = typeof table.$inferSelect

export function agents({ sql, transaction }: Database, secrets: Secrets): Store['agents'] {
  const recordOf = (row: Row): Agent => ({ ...row, settings: openSettings(secrets, row.settings, placeOf(row)) })
  const sealed = (agent: Agent) => sealSettings(secrets, agent.settings, placeOf(agent))
  return {
    async create(agent) {
      await sql.insert(table).values({ ...agent, settings: sealed(agent) })
    },
    async update(agent) {
      const { organization, id, name, provider, updatedAt } = agent
      const values = { name, provider, updatedAt, settings: sealed(agent) }
      const changed = await sql.update(table).set(values).where(own(organization, id)).returning({ id: table.id })
      if (changed.length === 0) throw new OffhookError('not-found', `there is no agent ${id} in this organization`)
    },
    remove: (organization, id) =>
      transaction(async (sql) => {
        const assigned = and(eq(numbers.organization, organization), eq(numbers.agent, id))
        await sql.update(numbers).set({ agent: null }).where(assigned)
        return (await sql.delete(table).where(own(organization, id)).returning({ id: table.id })).length > 0
      }),
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
  }
}

function placeOf({ organization, id }: Pick<Row, 'organization' | 'id'>) {
  return { organization, table: 'agents', record: id, field: 'settings' }
}

function own(organization: string, id: string) {
  return and(eq(table.organization, organization), eq(table.id, id))
}
