/** API keys: drawn once, shown once, kept as a hash. */
import { createHash } from 'node:crypto'
import type { Ids } from '../lib/ids.ts'
import type { ApiKey, KeyScope, Store } from './contract.ts'

export interface KeyRequest {
  readonly organization: string
  readonly name: string
  readonly scopes: readonly KeyScope[]
  readonly now: number
}

/** Letters of a secret that its owner may recognise it by: `ohk_` and six more (36 of 256 bits). */
const prefixLength = 10

/** The secret is returned here and never again. */
export async function createKey(
  keys: Pick<Store['keys'], 'create'>,
  ids: Ids,
  { organization, name, scopes, now }: KeyRequest,
): Promise<{ readonly key: ApiKey; readonly secret: string }> {
  const secret = `ohk_${ids.token()}`
  const key = { id: ids.id('key'), organization, name, prefix: prefixOf(secret), scopes, createdAt: now }
  await keys.create(key, secret)
  return { key, secret }
}

function prefixOf(secret: string): string {
  return secret.slice(0, prefixLength)
}

/** A fast hash suffices: secrets are random, not chosen. Looked up by index, so the time tells nothing of the secret. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
