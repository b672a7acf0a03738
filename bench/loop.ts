/** How long the event loop is held up, looked at every few ms: by its own work, and by everything, the machine's other work included. */
import { spread, type Spread } from './statistics.ts'

export interface Stalls {
  /** Between two looks, ms: time that passed, and the thread's own CPU time in it. */
  readonly wall: Spread
  readonly own: Spread
}

const look = 5

/** Returns what tells, and begins anew. The timer keeps no process alive. */
export function watchLoop(): () => Stalls {
  let [wall, own]: number[][] = [[], []]
  let at = performance.now()
  let cpu = process.threadCpuUsage()
  setInterval(() => {
    const now = performance.now()
    const { user, system } = process.threadCpuUsage(cpu)
    cpu = process.threadCpuUsage()
    wall!.push(now - at)
    own!.push((user + system) / 1000)
    at = now
  }, look).unref()
  return () => {
    const stalls = { wall: spread(wall!), own: spread(own!) }
    ;[wall, own] = [[], []]
    return stalls
  }
}
