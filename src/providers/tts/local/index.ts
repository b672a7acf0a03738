/** The built-in voice: flite in a worker thread. No account, no key, no network. */
import { z } from 'zod'
import { OffhookError } from '../../../spec/errors.ts'
import { field } from '../../../spec/provider.ts'
import type { PartHost, RequestSpeakerSpec } from '../../../spec/speech.ts'
import type { Scope } from '../../../lib/scope.ts'
import { rate, voices } from './flite.ts'
import type { Utterance } from './flite.ts'
import { spoken } from './spoken.ts'
import { Thread, workerBeside, type ThreadFault } from '../../../lib/thread.ts'

const settings = z.object({
  voice: field(z.enum(voices).default('rms'), {
    title: 'Voice',
    description: 'rms: a man, the clearest on the telephone; slt: a woman; awb: a Scot; kal16: old and quick.',
  }),
  speed: field(z.number().min(0.6).max(1.6).default(1), { title: 'Speed', description: '1 is natural.' }),
})

export const localSpeaker: RequestSpeakerSpec<typeof settings> = {
  kind: 'tts',
  name: 'local',
  label: 'Local voice',
  about: 'Speaks English on this machine with CMU flite; needs no account and no network.',
  settings,
  open({ voice, speed }, host) {
    const thread = threadOf(host)
    thread.start()
    return {
      rate,
      async *speak(text, signal) {
        for (const sentence of spoken(text)) yield await thread.ask({ text: sentence, voice, speed }, signal)
      },
      async [Symbol.asyncDispose]() {
        // The thread is everybody's: it goes with the host's scope.
      },
    }
  },
}

type SpeechThread = Thread<Utterance, Int16Array>
const threads = new WeakMap<Scope, SpeechThread>()

/** One thread per process: forty milliseconds a sentence serve some two hundred calls. */
function threadOf(host: PartHost): SpeechThread {
  const found = threads.get(host.scope)
  if (found) return found
  const options = {
    name: 'The local speaker',
    entry: workerBeside(import.meta.url),
    error: errorOf,
    limit: 64,
    deadline: 15_000,
  }
  const thread: SpeechThread = new Thread(host.scope, host.clock, options)
  threads.set(host.scope, thread)
  return thread
}

const codes = { refused: 'vendor.failed', unavailable: 'provider.unavailable', overloaded: 'overloaded' } as const

function errorOf(fault: ThreadFault, message: string, cause?: unknown): OffhookError {
  return new OffhookError(codes[fault], message, { cause })
}
