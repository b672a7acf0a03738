/** Hearing a running call: both sides as one stereo stream, in real time, the caller left, what they hear right. */
import { createRecorder } from '../media/recorder.ts'
import type { Engine } from './engine.ts'
import type { LiveCall } from './live.ts'

export interface ListenIn {
  readonly rate: number
  /** Resolves when the call's sound is over, or the listener is. */
  readonly over: Promise<void>
}

/** Sound per piece, and how long the two sides wait for each other, ms: together the delay of whoever listens. */
const pieceMs = 100
const togetherMs = 150

/**
 * `write` gets s16le stereo as it is spoken; it may never wait. Resolves once there is sound to come; undefined when the call ended, or
 * the signal aborted, before there was any.
 */
export async function listenIn(
  engine: Engine,
  live: LiveCall,
  write: (pieces: Uint8Array) => void,
  signal: AbortSignal,
): Promise<ListenIn | undefined> {
  const rate = await opened(live, signal)
  if (rate === undefined) return undefined
  let header = true
  const recorder = createRecorder({
    ...{ clock: engine.clock, rate, blockMs: pieceMs, lookAheadMs: togetherMs },
    file: {
      // The first piece is a file's header: nobody needs one here.
      async write(bytes) {
        if (!header) write(bytes)
        header = false
      },
      patch: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  })
  const ear = live.ears.listen({ said: (pcm) => recorder.caller.write(pcm), heard: recorder.agent })
  const over = Promise.withResolvers<void>()
  const stop = (): void => {
    ear[Symbol.dispose]()
    recorder.close().then(over.resolve, over.reject)
  }
  // A line of another rate cannot go on in the same stream.
  const lines = live.ears.onOpen((next) => (next === rate ? undefined : stop()))
  void live.over.promise.then(stop)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  return { rate, over: over.promise.finally(() => lines[Symbol.dispose]()) }
}

/** The rate of the line, once it is open. */
function opened(live: LiveCall, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    const settle = (rate: number | undefined): void => {
      resolve(rate)
      queueMicrotask(() => waiting[Symbol.dispose]())
    }
    const waiting = live.ears.onOpen(settle)
    if (signal.aborted) settle(undefined)
    signal.addEventListener('abort', () => settle(undefined), { once: true })
    void live.over.promise.then(() => settle(undefined))
  })
}
