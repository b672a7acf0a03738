/** After a restart: calls that were running are taken up again, and what was in doubt is asked of the carrier. */
import type { Engine } from './engine.ts'
import type { LiveCall } from './live.ts'
import { limits } from './machine.ts'

/** Takes up every open call that no other process holds. Resolves to how many. */
export async function recoverCalls(engine: Engine): Promise<number> {
  let count = 0
  for (const record of await engine.store.calls.open()) {
    if (engine.live.has(record.id)) continue
    const live = await engine.adopt(record.id)
    if (!live) continue
    count++
    await resume(live)
  }
  return count
}

async function resume(live: LiveCall): Promise<void> {
  const { running } = live
  const { call } = running
  // The process died between recording the call and its first event: nobody was told of it, so it begins now or not at all.
  if (call.sequence === 0) {
    const begin = call.plan.direction === 'outbound'
    return live.post(begin ? { type: 'call.queued' } : { type: 'call.ended', status: 'failed', reason: 'shutdown' })
  }
  for (const { id } of call.pending) await live.post({ type: 'command.uncertain', id })
  if (running.ended) return
  if (call.status === 'queued' && call.pending.length === 0 && call.plan.direction === 'outbound')
    return live.post({
      type: 'command.requested',
      id: `${call.plan.id}/resumed-dial`,
      command: { type: 'dial' },
      origin: 'engine',
    })
  if (call.media === 'open') await live.post({ type: 'media.lost', cause: 'this process was restarted' })
  live.remind('max-duration', remaining(live))
  if (call.media === 'lost') live.remind('media-lost', limits.mediaReturn)
  if (call.media === 'closed') live.remind('media-lost', limits.mediaClosed)
  if (call.media === 'none')
    live.remind(
      call.answeredAt === undefined && call.plan.direction === 'outbound' ? 'ring' : 'media',
      limits.mediaOpen,
    )
  if (call.ending) live.remind('hangup', limits.hangup)
  live.reopenTalk()
}

function remaining(live: LiveCall): number {
  const { plan, answeredAt } = live.running.call
  const since = answeredAt ?? live.engine.clock.now()
  return Math.max(0, plan.maxDuration - (live.engine.clock.now() - since))
}
