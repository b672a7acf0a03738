/** API keys by the hash of their secret. */
import { and, desc, eq, isNull, lt, or } from 'drizzle-orm'
import type { ApiKey, Store } from '../contract.ts'
import type { Database } from '../database.ts'
import { hashOf } from '../keys.ts'
import { present, without } from '../record.ts'
import { keys as table } from '../schema.ts'

const minute = 60_000

export function keys({ sql }: Database): Store['keys'] {
  return {
    async create(key, secret) {
      await sql.insert(table).values({ ...key, hash: hashOf(secret) })
    },
    async authenticate(secret, now) {
      const valid = and(eq(table.hash, hashOf(secret)), isNull(table.revokedAt))
      const row = (await sql.select().from(table).where(valid))[0]
      if (!row) return undefined
      if ((row.lastUsedAt ?? -Infinity) > now - minute) return keyOf(row)
      const old = or(isNull(table.lastUsedAt), lt(table.lastUsedAt, now))
      await sql
        .update(table)
        .set({ lastUsedAt: now })
        .where(and(eq(table.id, row.id), old))
      return keyOf({ ...row, lastUsedAt: now })
    },
    async list(organization) {
      const own = eq(table.organization, organization)
      return (await sql.select().from(table).where(own).orderBy(desc(table.createdAt), desc(table.id))).map(keyOf)
    },
    async revoke(organization, id, now) {
      const active = and(eq(table.organization, organization), eq(table.id, id), isNull(table.revokedAt))
      return (await sql.update(table).set({ revokedAt: now }).where(active).returning({ id: table.id })).length > 0
    },
  }
}

export function keyOf(row: typeof table.$inferSelect): ApiKey {
  return present(without(row, 'hash'))
}
