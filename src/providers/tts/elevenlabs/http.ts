/** ElevenLabs with a request per sentence. */
import { soundOf } from '../../../protocols/speaker/sound.ts'
import { ask } from '../../../protocols/vendor/ask.ts'
import type { Vendor } from '../../../protocols/vendor/refusal.ts'
import type { RequestSpeakerSpec } from '../../../spec/speech.ts'
import { addressOf, explain, httpSettings, voiceSettings } from './settings.ts'

export const elevenlabsHttpSpeaker: RequestSpeakerSpec<typeof httpSettings> = {
  kind: 'tts',
  name: 'elevenlabs-http',
  label: 'ElevenLabs, by request',
  about:
    'The same voices with a request per sentence: slower to begin, but what a caller interrupts is not made at all.',
  settings: httpSettings,
  checklist: ['elevenlabs.io, Developers, API keys: Create key, with "Text to Speech".', 'Voices: copy the id of one.'],
  open(config, host) {
    const { key, model, language, rate } = config
    const vendor: Vendor = { name: 'ElevenLabs', secrets: [key], explain }
    const headers = { 'content-type': 'application/json', 'xi-api-key': key }
    host.warm?.(addressOf(config, 'stream', {}))
    return {
      rate,
      async *speak(text, signal) {
        if (text.trim() === '') return
        const language_code = language === undefined ? {} : { language_code: language }
        const body = JSON.stringify({ text, model_id: model, ...language_code, ...voiceSettings(config) })
        const answer = await ask(host, vendor, { url: addressOf(config, 'stream', {}), headers, body, signal })
        yield* soundOf(vendor.name, answer, rate)
      },
      async [Symbol.asyncDispose]() {
        // Every sentence is a request of its own: nothing stays open.
      },
    }
  },
}
