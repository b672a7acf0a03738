/** The built-in recogniser: Moonshine tiny in a worker thread. No account, no key, no network. */
import { z } from 'zod'
import type { Clock } from '../../../lib/clock.ts'
import type { Scope } from '../../../lib/scope.ts'
import { OffhookError } from '../../../spec/errors.ts'
import { field } from '../../../spec/provider.ts'
import type { SegmentRecogniserSpec } from '../../../spec/speech.ts'
import { Thread, workerBeside, type ThreadFault } from '../../../lib/thread.ts'
import { rate } from './utterance.ts'
import type { Utterance } from './utterance.ts'
import type { Understood } from './worker.ts'

const settings = z.object({
  silence: field(z.number().min(-90).max(-20).default(-50), {
    title: 'Silence below (dBFS)',
    description: 'Sound that never gets louder than this is taken for silence.',
  }),
})

export const localRecogniser: SegmentRecogniserSpec<typeof settings> = {
  kind: 'stt',
  name: 'local',
  label: 'Local recogniser',
  about: 'Understands English on this machine with Moonshine tiny; needs no account and no network.',
  settings,
  open({ silence }, host) {
    const thread = threadOf(host)
    thread.start()
    return {
      rate,
      async recognise(pcm, signal) {
        const own = new Int16Array(pcm)
        const { text } = await thread.ask({ pcm: own, silence }, signal, [own.buffer])
        return text
      },
      async [Symbol.asyncDispose]() {
        // The thread is everybody's: it goes with the host's scope.
      },
    }
  },
}

type HearingThread = Thread<Utterance, Understood>
const threads = new WeakMap<Scope, HearingThread>()

/** One thread per process, shared by all calls: the model takes some 490 MB and a fifteenth of real time. */
export function threadOf(host: { readonly scope: Scope; readonly clock: Clock }): HearingThread {
  const found = threads.get(host.scope)
  if (found) return found
  const options = {
    name: 'The local recogniser',
    entry: workerBeside(import.meta.url),
    error: errorOf,
    limit: 64,
    deadline: 60_000,
  }
  const thread: HearingThread = new Thread(host.scope, host.clock, options)
  threads.set(host.scope, thread)
  return thread
}

const codes = { refused: 'vendor.failed', unavailable: 'provider.unavailable', overloaded: 'overloaded' } as const

function errorOf(fault: ThreadFault, message: string, cause?: unknown): OffhookError {
  return new OffhookError(codes[fault], message, { cause })
}
