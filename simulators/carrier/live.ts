/** Keeps a media stream going while the call wants it: loses its socket when a fault says so, and opens another. */
import type { Timer } from '../../src/lib/clock.ts'
import type { SimulatedCall } from './call.ts'
import { orAbort } from './steps.ts'
import type { MediaStream } from './stream.ts'

/** Calls whose socket was lost once already. */
const lost = new WeakSet<object>()

/** Resolves with the stream that ended for good: the first, or after a loss the one that took its place. */
export async function liveStream(
  call: SimulatedCall,
  open: () => MediaStream,
  signal: AbortSignal,
  told: (stream: MediaStream) => void = () => undefined,
): Promise<MediaStream> {
  const { clock, faults } = call.world
  const stream = open()
  const loss = faults.loseSocketAfterMs
  const cut = () => {
    if (!stream.open) return
    lost.add(call)
    told(stream)
    stream.lose()
  }
  let timer: Timer | undefined
  if (loss !== undefined && !lost.has(call)) void stream.begun.then(() => (timer = clock.timer(loss, cut)))
  const end = await orAbort(stream.ended, signal).finally(() => timer?.cancel())
  if (end !== 'lost' || faults.reconnectAfterMs === undefined) return stream
  await clock.sleep(faults.reconnectAfterMs, signal)
  return liveStream(call, open, signal, told)
}
