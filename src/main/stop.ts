/** An orderly stop: running calls are ended at their carriers before the process goes. */
import type { Engine } from '../calls/engine.ts'

/** Longest wait for carriers to confirm, ms. */
const patience = 8_000

export async function drain(engine: Engine): Promise<void> {
  const running = [...engine.live.values()].filter((live) => !live.running.ended)
  if (running.length === 0) return
  const ended = running.map((live) => live.ask({ type: 'hangup', reason: 'shutdown' }, 'engine'))
  const enough = new AbortController()
  await Promise.race([
    Promise.all(ended),
    engine.clock.sleep(patience, enough.signal).catch(() => undefined), // aborted when all have ended
  ])
  enough.abort()
}
