/** Sessions of the console, by the hash of their cookie. */
import { and, eq, gte, lt, ne } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Session, Sessions, SignedIn } from '../contract/people.ts'
import type { Database } from '../database.ts'
import { hashOf } from '../keys.ts'
import { present, without } from '../record.ts'
import { keys, sessions as table, users } from '../schema.ts'
import { keyOf } from './keys.ts'
import { userOf } from './users.ts'

const minute = 60_000

interface Found {
  readonly session: typeof table.$inferSelect
  readonly user: typeof users.$inferSelect | null
  readonly key: typeof keys.$inferSelect | null
}

export function sessions({ sql }: Database): Sessions {
  const find = async (where: SQL | undefined): Promise<SignedIn | undefined> => {
    const rows: readonly Found[] = await sql
      .select({ session: table, user: users, key: keys })
      .from(table)
      .leftJoin(users, eq(users.id, table.user))
      .leftJoin(keys, eq(keys.id, table.key))
      .where(where)
    return rows[0] && signedIn(rows[0])
  }
  return {
    async create(session, secret) {
      await sql.insert(table).values({ ...session, hash: hashOf(secret) })
    },
    async authenticate(secret, now, idleSince) {
      const found = await find(and(eq(table.hash, hashOf(secret)), gte(table.seenAt, idleSince)))
      if (!found || found.session.seenAt > now - minute) return found
      await sql.update(table).set({ seenAt: now }).where(eq(table.id, found.session.id))
      if (found.kind === 'user') await sql.update(users).set({ lastSeenAt: now }).where(eq(users.id, found.user.id))
      return { ...found, session: { ...found.session, seenAt: now } }
    },
    async standing(id, idleSince) {
      return (await find(and(eq(table.id, id), gte(table.seenAt, idleSince)))) !== undefined
    },
    async remove(id) {
      return (await sql.delete(table).where(eq(table.id, id)).returning({ id: table.id })).length > 0
    },
    async removeOf(organization, user, except) {
      const theirs = and(eq(table.organization, organization), eq(table.user, user))
      const where = except === undefined ? theirs : and(theirs, ne(table.id, except))
      return (await sql.delete(table).where(where).returning({ id: table.id })).map(({ id }) => id)
    },
    async sweep(idleSince) {
      return (await sql.delete(table).where(lt(table.seenAt, idleSince)).returning({ id: table.id })).length
    },
  }
}

/** A session whose key was revoked is none. */
function signedIn({ session: row, user, key }: Found): SignedIn | undefined {
  const session: Session = present(without(row, 'hash'))
  if (user) return { session, kind: 'user', user: userOf(user) }
  if (row.user !== null) return undefined
  if (row.key === null) return { session, kind: 'code' }
  return key && key.revokedAt === null ? { session, kind: 'key', key: keyOf(key) } : undefined
}
