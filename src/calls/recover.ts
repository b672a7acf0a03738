/** After a restart: calls that were running are taken up again, and what was in doubt is asked of the carrier. */
import { grantOf } from './commands.ts'
import type { Engine } from './engine.ts'
import type { LiveCall } from './live.ts'
import { askHowItIs } from './lookup.ts'
import { limits } from './machine.ts'

/** Calls whose process died are looked for this often, ms: less often than a living process renews its leases. */
const lookEvery = 7_500

/** Takes up every open call that no process holds. Resolves to how many. */
export async function recoverCalls(engine: Engine): Promise<number> {
  return takeUp(engine, await openElsewhere(engine))
}

/** Looks for calls whose process died, until the engine's scope closes. */
export async function lookAfterCalls(engine: Engine): Promise<void> {
  const { signal } = engine.scope
  let before: ReadonlySet<string> = new Set()
  while (!signal.aborted) {
    await engine.clock.sleep(lookEvery, signal).catch(() => undefined) // aborted: the loop ends
    if (signal.aborted) return
    before = await lookOnce(engine, before).catch((error: unknown) => {
      engine.logger.error('abandoned calls could not be looked for', { error })
      return new Set()
    })
  }
}

/** Free now and at the look before: a Redis that forgot its leases does not yet make a call an orphan. Resolves to what is free now. */
async function lookOnce(engine: Engine, before: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const free: string[] = []
  for (const id of await openElsewhere(engine)) if (!(await engine.held(id))) free.push(id)
  const count = await takeUp(
    engine,
    free.filter((id) => before.has(id)),
  )
  if (count > 0) engine.logger.warn('calls of a process that is gone were taken up', { calls: count })
  return new Set(free)
}

async function openElsewhere(engine: Engine): Promise<readonly string[]> {
  const open = await engine.store.calls.open()
  return open.map(({ id }) => id).filter((id) => !engine.live.has(id))
}

async function takeUp(engine: Engine, ids: readonly string[]): Promise<number> {
  let count = 0
  for (const id of ids) if (!engine.scope.closed && (await engine.adopt(id))) count++
  return count
}

/** A call that comes from its journal goes on: what it waited for is waited for again. */
export async function resume(live: LiveCall): Promise<void> {
  const { running } = live
  const { plan, sequence, pending, status, media, ending, transfer, untold } = running.call
  // The process died between recording the call and its first event: nobody was told of it, so it begins now or not at all.
  if (sequence === 0) {
    const begin = plan.direction === 'outbound'
    const turn = running.call.waiting ? { waiting: true as const } : {}
    return live.post(
      begin ? { type: 'call.queued', ...turn } : { type: 'call.ended', status: 'failed', reason: 'shutdown' },
    )
  }
  if (running.call.waiting) return
  // The other leg ended with its process.
  if (running.call.joined) await live.post({ type: 'transfer.ended', result: 'failed' })
  if (!plan.agent) return void live.ask({ type: 'hangup', reason: 'shutdown' }, 'engine')
  await restoreInvitations(live)
  for (const { id } of pending) await live.post({ type: 'command.uncertain', id })
  if (running.ended) return
  if (media === 'open') await live.post({ type: 'media.lost', cause: 'this process was restarted' })
  if (status === 'queued' && pending.length === 0 && plan.direction === 'outbound') await dialNow(live)
  live.remind('max-duration', remaining(live))
  if (ending) live.remind('hangup', limits.hangup)
  remindOfMedia(live)
  // A caller who is elsewhere needs no agent; one who comes back from there gets theirs with their stream.
  if (!transfer && !untold) live.reopenTalk()
  askHowItIs(live).catch((error: unknown) =>
    live.engine.logger.error('a call could not be looked up', { call: running.id, error }),
  )
}

/** Addresses that the carrier was told lead here again: a callee may pick up, a lost stream may come back. */
async function restoreInvitations(live: LiveCall): Promise<void> {
  const { engine, running } = live
  const { invited = [], media, endedAt } = running.call
  if (endedAt !== undefined) return
  const least = media === 'open' || media === 'lost' ? limits.mediaReturn : 0
  for (const { hash, until } of invited) {
    const left = Math.max(until - engine.clock.now(), least)
    if (left > 0) await engine.tokens.restore(hash, grantOf(live), left)
  }
}

/** Queued and never asked for: the process died in between. */
function dialNow(live: LiveCall): Promise<void> {
  const id = `${live.running.id}/resumed-dial`
  return live.post({ type: 'command.requested', id, command: { type: 'dial' }, origin: 'engine' })
}

/** Whoever waited for media waits anew; a caller who was sent elsewhere is not waited for. */
function remindOfMedia(live: LiveCall): void {
  const { media, transfer, voicemail, answeredAt, plan } = live.running.call
  if (media === 'none') {
    if (answeredAt !== undefined || plan.direction === 'inbound') return live.remind('media', limits.mediaOpen)
    const ringing = plan.createdAt + plan.ringTimeout + limits.ringMargin - live.engine.clock.now()
    return live.remind('ring', Math.max(limits.ringMargin, ringing))
  }
  if (transfer || voicemail) return
  live.remind('media-lost', media === 'closed' ? limits.mediaClosed : limits.mediaReturn)
}

function remaining(live: LiveCall): number {
  const { plan, answeredAt } = live.running.call
  const since = answeredAt ?? live.engine.clock.now()
  return Math.max(0, plan.maxDuration - (live.engine.clock.now() - since))
}
