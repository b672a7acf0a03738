/** The offline voice at telephone rate: what simulated callers and carriers say. */
import { resample } from '../media/resample.ts'
import { concat } from '../media/tones.ts'
import { OffhookError } from '../spec/errors.ts'
import type { PartHost, SpeakerSpec } from '../spec/speech.ts'

/** A woman's voice, so that caller and agent can be told apart in a recording. */
const callers = 'slt'
/** A man's, for what we leave on machines. */
export const ours = 'rms'

/** Text to sound at 8 kHz with the speaker provider `local`. */
export function telephoneVoice(
  speakers: readonly SpeakerSpec[],
  host: PartHost,
  voice = callers,
): (text: string) => Promise<Int16Array> {
  return async (text) => {
    const spec = speakers.find(({ name }) => name === 'local')
    if (!spec || !('open' in spec))
      throw new OffhookError('provider.unknown', 'There is no local voice: give a recording instead')
    const speaker = await spec.open(spec.settings.parse({ voice }), host)
    const parts: Int16Array[] = []
    const sink = resample(
      speaker.rate,
      8_000,
    )({ rate: 8_000, write: (pcm) => void parts.push(pcm.slice()), toString: () => 'memory' })
    for await (const pcm of speaker.speak(text, host.scope.signal)) sink.write(pcm)
    sink.flush?.()
    return concat(...parts)
  }
}
