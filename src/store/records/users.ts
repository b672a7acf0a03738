/** People of an organization; one of them is always an owner. */
import { and, asc, count, eq } from 'drizzle-orm'
import { OffhookError } from '../../spec/errors.ts'
import type { User, Users } from '../contract/people.ts'
import type { Database, Sql } from '../database.ts'
import { orNull, present, without } from '../record.ts'
import { users as table } from '../schema.ts'
import { lockOrganization } from './organizations.ts'

type Row = typeof table.$inferSelect

export function users({ sql, transaction }: Database): Users {
  return {
    async create(user, password) {
      await sql.insert(table).values({ ...user, password: orNull(password) })
    },
    async get(organization, id) {
      return (await sql.select().from(table).where(own(organization, id))).map(userOf)[0]
    },
    async list(organization) {
      const theirs = eq(table.organization, organization)
      return (await sql.select().from(table).where(theirs).orderBy(asc(table.createdAt), asc(table.id))).map(userOf)
    },
    async credentials(email) {
      const row = (await sql.select().from(table).where(eq(table.email, email)))[0]
      return row && { user: userOf(row), ...(row.password === null ? {} : { password: row.password }) }
    },
    update: ({ organization, id, email, name, role }) =>
      transaction(async (sql) => {
        await lockOrganization(sql, organization)
        if (role !== 'owner' && !(await hasOtherOwner(sql, organization, id))) return false
        const changed = await sql.update(table).set({ email, name, role }).where(own(organization, id)).returning()
        if (changed.length === 0) throw new OffhookError('not-found', `there is no user ${id} in this organization`)
        return true
      }),
    async setPassword(organization, id, password) {
      return (await sql.update(table).set({ password }).where(own(organization, id)).returning()).length > 0
    },
    remove: (organization, id) =>
      transaction(async (sql) => {
        await lockOrganization(sql, organization)
        const user = (await sql.select().from(table).where(own(organization, id)))[0]
        if (!user) return 'unknown'
        if (user.role === 'owner' && !(await hasOtherOwner(sql, organization, id))) return 'last-owner'
        await sql.delete(table).where(own(organization, id))
        return 'removed'
      }),
    async count() {
      return (await sql.select({ count: count() }).from(table))[0]?.count ?? 0
    },
  }
}

/** Is there an owner beside this user? A user who is none needs no other. */
async function hasOtherOwner(sql: Sql, organization: string, id: string): Promise<boolean> {
  const owners = and(eq(table.organization, organization), eq(table.role, 'owner'))
  const all = await sql.select({ id: table.id }).from(table).where(owners)
  return all.some((one) => one.id !== id) || !all.some((one) => one.id === id)
}

export function userOf(row: Row): User {
  return present(without(row, 'password'))
}

function own(organization: string, id: string) {
  return and(eq(table.organization, organization), eq(table.id, id))
}
