/** Keeps what organizations want kept and removes the rest: once an hour, some at a time, by one process. */
import { houseOf } from '../api/privacy.ts'
import { idleLimit } from '../api/session/cookie.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { Coordination, Store } from '../store/contract.ts'

export interface SweeperOptions {
  readonly store: Store
  readonly coordination: Coordination
  readonly clock: Clock
  readonly logger: Logger
  readonly scope: Scope
  /** This process's name among its peers. */
  readonly node: string
  /** Removes the files of a call's recording; fine when there are none. */
  readonly removeRecording: (call: string) => Promise<void>
}

/** ms */
const hour = 3_600_000
const day = 24 * hour
/** After the start the calls come first, ms. */
const firstAfter = 60_000
/** Removed at once: the store's thread serves others in between. */
const together = 100
/** Rounds of one kind in one sweep: what is left waits an hour. */
const mostRounds = 1_000

/** Runs until the scope closes. */
export function startSweeper(options: SweeperOptions): void {
  const { clock, scope, logger } = options
  let timer: Timer = clock.timer(firstAfter, () => void run())
  const run = async (): Promise<void> => {
    try {
      await sweep(options)
    } catch (error) {
      if (!scope.closed) logger.error('what is too old could not be removed; it is tried again in an hour', { error })
    }
    if (!scope.closed) timer = clock.timer(hour, () => void run())
  }
  scope.defer(() => timer.cancel())
}

/** One round through everything; nothing where another process does it. */
export async function sweep(options: SweeperOptions): Promise<void> {
  const { store, coordination, clock, node } = options
  if (!(await coordination.claim('sweep', node, hour / 2))) return
  await store.sessions.sweep(clock.now() - idleLimit)
  for (const { id } of await store.organizations.list()) await sweepOf(options, id)
}

async function sweepOf(options: SweeperOptions, organization: string): Promise<void> {
  const { store, clock, logger, removeRecording } = options
  const { retention } = await houseOf({ store }, organization)
  const { recordingsDays, transcriptsDays, callsDays, wireDays } = retention
  const now = clock.now()
  const before = (days: number): number => now - days * day
  const { retention: old } = store
  const removed: Record<string, number> = {}
  const clear = async (what: string, days: number, some: (before: number) => Promise<number>): Promise<void> => {
    if (days > 0) removed[what] = await inRounds(options, () => some(before(days)))
  }
  const forget = async (call: string): Promise<void> => {
    // The file first: a record without a file is harmless, a file without a record is never found again.
    await removeRecording(call)
    await old.forgetRecording(organization, call)
  }
  await clear('recordings', recordingsDays, async (limit) =>
    each(await old.recordings(organization, limit, together), ({ id }) => forget(id)),
  )
  await clear('transcripts', transcriptsDays, async (limit) =>
    each(await old.worded(organization, limit, together), (id) => old.removeTranscript(organization, id, now)),
  )
  await clear('wire', wireDays, (limit) => old.wire(organization, limit, together))
  await clear('calls', callsDays, async (limit) =>
    each(await old.calls(organization, limit, together), async ({ id }) => {
      await forget(id)
      await old.removeCall(organization, id)
    }),
  )
  const shortest = Math.min(...[transcriptsDays, callsDays].filter((days) => days > 0))
  if (Number.isFinite(shortest))
    await clear('deliveries', shortest, (limit) => old.deliveries(organization, limit, together))
  if (Object.values(removed).some((count) => count > 0)) logger.info('removed what was too old', removed)
}

async function each<T>(some: readonly T[], remove: (one: T) => Promise<void>): Promise<number> {
  for (const one of some) await remove(one)
  return some.length
}

/** Until there is no more; how many in all. */
async function inRounds({ scope }: SweeperOptions, some: () => Promise<number>): Promise<number> {
  let all = 0
  for (let round = 0; round < mostRounds && !scope.closed; round++) {
    const count = await some()
    all += count
    if (count < together) break
  }
  return all
}
