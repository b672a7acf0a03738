/** Holds the secret key against the one the database was first used with, so that a wrong one stops the start and not a call. */
import { eq } from 'drizzle-orm'
import type { Database } from './database.ts'
import { state } from './schema.ts'
import { wrongKey } from './secrets.ts'
import type { Secrets } from './secrets.ts'

const name = 'secret.key'

/** Rejects with `store.secret-key` when the database knows another key. */
export async function checkKey({ sql }: Database, { keyId }: Pick<Secrets, 'keyId'>): Promise<void> {
  await sql.insert(state).values({ key: name, value: keyId }).onConflictDoNothing()
  const kept = (await sql.select().from(state).where(eq(state.key, name)))[0]
  if (kept && kept.value !== keyId) throw wrongKey(kept.value, keyId)
}
