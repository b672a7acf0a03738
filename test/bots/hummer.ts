/** A voice for tests: 200 ms of a tone for every word. */
import { z } from 'zod'
import { tone } from '../../simulators/index.ts'
import type { RequestSpeakerSpec } from '../../src/spec/speech.ts'

export const hummer: RequestSpeakerSpec = {
  kind: 'tts',
  name: 'hummer',
  label: 'Hummer',
  settings: z.object({}),
  open: () => ({
    rate: 8000,
    async *speak(text) {
      for (const _ of text.split(' ')) yield Int16Array.from(tone(1000, 200))
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
}
