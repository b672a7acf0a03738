/** A recogniser and a voice without models: every turn of the caller says the next line, every sentence is a tone. */
import { z } from 'zod'
import { sine } from '../../src/media/tones.ts'
import type { RecogniserSpec, SpeakerSpec } from '../../src/spec/speech.ts'

const none = z.object({})
const voice = z.object({ voice: z.string().optional() })

export interface Parts {
  readonly recogniser: RecogniserSpec<typeof none>
  readonly speaker: SpeakerSpec<typeof voice>
  /** Every sentence that was spoken, in order. */
  readonly spoken: readonly string[]
}

/** `lines`: what the caller's turns say, one after the other; then the last one for ever. */
export function fakeParts(lines: readonly string[]): Parts {
  const left = [...lines]
  const spoken: string[] = []
  return {
    spoken,
    recogniser: {
      ...{ kind: 'stt', name: 'local', label: 'Lines', settings: none },
      open: () => ({
        rate: 16_000,
        recognise: async () => (left.length > 1 ? left.shift() : left[0]) ?? '',
        [Symbol.asyncDispose]: async () => undefined,
      }),
    },
    speaker: {
      ...{ kind: 'tts', name: 'local', label: 'Tones', settings: voice },
      open: () => ({
        rate: 16_000,
        async *speak(text) {
          spoken.push(text)
          yield sine(700, { rate: 16_000, ms: 250 })
        },
        [Symbol.asyncDispose]: async () => undefined,
      }),
    },
  }
}
