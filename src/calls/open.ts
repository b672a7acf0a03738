/** Opens the calls room: puts together what takes calls on, finds them, and carries out what they need. */
import { OffhookError } from '../spec/errors.ts'
import type { Connection } from '../store/contract.ts'
import { openDispatch } from './dispatch.ts'
import { carrierOf, type Engine, type EngineParts } from './engine.ts'
import { carryOut } from './commands.ts'
import { finishCall } from './finish.ts'
import type { LiveCall, World } from './live.ts'
import { lookUp } from './lookup.ts'
import { openTalk } from './talk.ts'
import { useKit } from './own-tools.ts'
import { Ownership } from './ownership.ts'
import { openPeers } from './peers.ts'

export function openEngine(parts: EngineParts): Engine {
  const ownership = new Ownership(() => engine, openPeers(parts), world)
  const { live } = ownership
  const engine: Engine = {
    ...parts,
    dispatch: openDispatch(() => engine),
    live,
    offers: new Map(),
    listeners: new Map(),
    byRef: refs(live),
    carrier: (name) => carrierOf(parts.carriers, name),
    connection: connectionReader(parts),
    start: (call) => ownership.start(call),
    adopt: (id) => ownership.adopt(id),
    held: (id) => ownership.held(id),
    take: (id) => ownership.take(id),
    reach: (id, request) => ownership.reach(id, request),
    tell: async (id, event) => void (await ownership.reach(id, { type: 'event', event })),
  }
  return engine
}

/** Every webhook asks for its call: who was found once is not looked for among all the others again. Only ids are kept. */
function refs(live: ReadonlyMap<string, LiveCall>): (connection: string, ref: string) => LiveCall | undefined {
  const known = new Map<string, string>()
  const is = (one: LiveCall | undefined, connection: string, ref: string): boolean =>
    one?.running.call.ref === ref && one.running.call.plan.connection === connection
  return (connection, ref) => {
    const name = `${connection} ${ref}`
    const before = live.get(known.get(name) ?? '')
    if (is(before, connection, ref)) return before
    for (const [id, one] of live) {
      if (!is(one, connection, ref)) continue
      if (known.size > 2 * live.size) known.clear()
      known.set(name, id)
      return one
    }
    return undefined
  }
}

export { fold } from './fold.ts'

const world: World = {
  carryOut,
  lookUp,
  openTalk,
  useTool: useKit,
  finish: finishCall,
  turn: (live, ids, run) => live.inputs.take('effects', () => [...ids], run),
}

function connectionReader({ store }: EngineParts): (id: string) => Promise<Connection> {
  return async (id) => {
    const connection = await store.lately.connection(id)
    if (!connection) throw new OffhookError('not-found', `Connection "${id}" no longer exists`)
    return connection
  }
}
