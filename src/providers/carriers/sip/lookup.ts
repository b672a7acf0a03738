/** Names of SIP peers, asked of the system's resolver and the DNS (RFC 3263 needs NAPTR and SRV, which only the DNS has). */
import { lookup as systemLookup, resolveNaptr, resolveSrv } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Lookup } from '../../../protocols/sip/transport/resolve.ts'

/** Says nobody could be asked; anything else is an answer. */
const noAnswer: ReadonlySet<string> = new Set(['ETIMEOUT', 'ECONNREFUSED', 'ESERVFAIL', 'EAI_AGAIN', 'ECANCELLED'])

export const systemNames: Lookup = {
  naptr: (domain) => records(() => resolveNaptr(domain)),
  srv: async (name) => {
    const found = await records(() => resolveSrv(name))
    return found.map(({ name: target, ...rest }) => ({ ...rest, target }))
  },
  addresses: addressesOf,
}

/** Every address of a name; the name itself when it is one. Empty where it has none. */
export async function addressesOf(name: string): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name]
  const found = await records(() => systemLookup(name, { all: true }))
  return found.map(({ address }) => address)
}

async function records<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await ask()
  } catch (error) {
    const code = String((error as { readonly code?: unknown }).code) // node's errors carry one
    if (noAnswer.has(code)) throw error
    return []
  }
}
