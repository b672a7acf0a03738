/** Media tokens: issued with an answer, claimed by the stream that answers it, kept only as a hash. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Ids } from '../lib/ids.ts'
import { OffhookError } from '../spec/errors.ts'
import type { Coordination, MediaGrant, MediaTokens } from './contract.ts'

const Kept = z.object({
  grant: z.object({
    call: z.string(),
    organization: z.string(),
    carrier: z.string(),
    connection: z.string(),
    ref: z.string().optional(),
  }),
  /** The carrier's call id it is bound to, once claimed. */
  ref: z.string().optional(),
})
type Kept = z.infer<typeof Kept>

export interface TokenOptions {
  /** How long a claimed token may be claimed again by its call, counted from the last claim, ms. Default a day; `revoke` ends it at once. */
  readonly hold?: number
}

const day = 86_400_000
/** How long after its end a token is still told from one that never was, ms. */
const remembered = 600_000
/** Two claims may meet; the loser reads again and learns who won. */
const attempts = 3

export function mediaTokens(
  coordination: Coordination,
  ids: Pick<Ids, 'token'>,
  { hold = day }: TokenOptions = {},
): MediaTokens {
  const absent = async (hash: string) => ((await coordination.get(traceOf(hash))) ? 'expired' : 'unknown')
  const keep = async (hash: string, grant: MediaGrant, ttl: number) => {
    await coordination.set(traceOf(hash), '1', ttl + remembered)
    await coordination.set(keyOf(hash), JSON.stringify({ grant }), ttl)
  }
  return {
    async issue(grant: MediaGrant, ttl: number) {
      const token = ids.token()
      await keep(hashOf(token), grant, ttl)
      return token
    },
    async claim(token, { carrier, ref }) {
      const hash = hashOf(token)
      for (let attempt = 0; attempt < attempts; attempt++) {
        const value = await coordination.get(keyOf(hash))
        if (value === undefined) return { ok: false, why: await absent(hash) }
        const kept = read(value)
        // A carrier whose stream names no call has only the token to go by.
        const own = ref ?? kept.grant.ref ?? kept.grant.call
        if (kept.grant.carrier !== carrier || (kept.grant.ref ?? own) !== own) return { ok: false, why: 'foreign' }
        if (kept.ref !== undefined && kept.ref !== own) return { ok: false, why: 'used' }
        const bound = JSON.stringify({ grant: kept.grant, ref: own })
        if (await coordination.swap(keyOf(hash), value, bound, hold)) return { ok: true, grant: kept.grant }
      }
      return { ok: false, why: 'used' }
    },
    async known(token) {
      return (await coordination.get(keyOf(hashOf(token)))) !== undefined
    },
    async carrier(token) {
      const value = await coordination.get(keyOf(hashOf(token)))
      return value === undefined ? undefined : read(value).grant.carrier
    },
    async revoke(token) {
      const hash = hashOf(token)
      await coordination.remove(keyOf(hash))
      await coordination.remove(traceOf(hash))
    },
    hash: hashOf,
    restore: keep,
  }
}

function keyOf(hash: string): string {
  return `media:${hash}`
}

function traceOf(hash: string): string {
  return `media-trace:${hash}`
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function read(value: string): Kept {
  const kept = Kept.safeParse(JSON.parse(value))
  if (kept.success) return kept.data
  throw new OffhookError('store.failed', 'a media token was kept by another version of Offhook: place the call again')
}
