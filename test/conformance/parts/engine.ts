/** Parts as the engine opens them, over real sockets: for suites against a vendor's simulator. */
import { realClock } from '../../../src/lib/clock.ts'
import { randomIds } from '../../../src/lib/ids.ts'
import { silentLogger } from '../../../src/lib/log.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { openNetwork } from '../../../src/main/network.ts'
import type { AgentParts } from '../../../src/conversation/agents.ts'

export type Needs = Pick<AgentParts, 'host' | 'connect' | 'logger'> & { readonly scope: Scope }

export function realNeeds(): Needs {
  const scope = new Scope('conformance')
  const network = openNetwork({ clock: realClock, ids: randomIds, scope, allowHosts: () => ['127.0.0.0/8'] })
  const host = { scope, clock: realClock, ids: randomIds, stream: network.stream }
  return { scope, host, connect: network.connect, logger: silentLogger }
}

/** Resolves once `done()`; rejects with what was seen instead. */
export async function until(what: string, done: () => boolean, limit = 10_000): Promise<void> {
  const end = realClock.monotonic() + limit
  while (!done()) {
    if (realClock.monotonic() > end) throw new Error(`${what} did not come about within ${limit} ms`)
    await realClock.sleep(5)
  }
}
