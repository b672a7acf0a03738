/** One-shot grants: whoever holds one may place one call to one agent, once. Only their hashes are kept. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Engine } from '../calls/engine.ts'
import { OffhookError } from '../spec/errors.ts'
import type { Principal } from '../spec/listen.ts'

const prefix = 'ohg_'

/** A call that was begun with a grant may go on signalling with it for so long, ms. */
const claimedLife = 86_400_000

const bound = z.object({
  organization: z.string(),
  connection: z.string(),
  agent: z.string(),
  variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  metadata: z.record(z.string(), z.unknown()),
  claimed: z.boolean(),
})

export type Bound = Omit<z.output<typeof bound>, 'claimed'>

/** Draws a grant that is good for `ttl` ms. */
export async function issueGrant({ coordination, ids }: Engine, to: Bound, ttl: number): Promise<string> {
  const grant = `${prefix}${ids.token()}`
  await coordination.set(keyOf(grant), JSON.stringify({ ...to, claimed: false }), ttl)
  return grant
}

/** Who asks with a grant; undefined when the header holds none. Rejects with `auth.invalid` for one that is unknown or has run out. */
export async function grantOf(engine: Engine, header: string | undefined): Promise<Principal | undefined> {
  const grant = /^bearer\s+(\S+)$/i.exec(header ?? '')?.[1]
  if (!grant?.startsWith(prefix)) return undefined
  const { coordination } = engine
  const key = keyOf(grant)
  const value = await coordination.get(key)
  if (value === undefined)
    throw new OffhookError('auth.invalid', 'This grant is unknown or has run out: ask for another')
  const { organization, claimed, ...rest } = bound.parse(JSON.parse(value))
  return {
    organization,
    name: key,
    grant: {
      ...rest,
      async claim() {
        const after = JSON.stringify({ organization, ...rest, claimed: true })
        if (!claimed && (await coordination.swap(key, value, after, claimedLife))) return
        throw new OffhookError('auth.invalid', 'This grant was used before: it is good for one call')
      },
    },
  }
}

function keyOf(grant: string): string {
  return `grant:${createHash('sha256').update(grant).digest('hex')}`
}
