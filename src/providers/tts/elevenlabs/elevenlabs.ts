/** ElevenLabs over its multi-context WebSocket: a context per sentence. */
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { speakerSocket, type Heard } from '../../../protocols/speaker/socket.ts'
import { refusalOf } from '../../../protocols/vendor/refusal.ts'
import type { SocketSpeakerSpec } from '../../../spec/speech.ts'
import { addressOf, explain, socketSettings, voiceSettings, type Config } from './settings.ts'

export const elevenlabsSpeaker: SocketSpeakerSpec<typeof socketSettings> = {
  kind: 'tts',
  name: 'elevenlabs',
  label: 'ElevenLabs',
  about: 'Voices over ElevenLabs’ WebSocket: one connection for the whole call.',
  settings: socketSettings,
  checklist: ['elevenlabs.io, Developers, API keys: Create key, with "Text to Speech".', 'Voices: copy the id of one.'],
  socket: speakerSocket<Config>({
    rate: ({ rate }) => rate,
    // Five contexts are allowed, and one that is called off counts until its end.
    atOnce: 4,
    lingers: true,
    secrets: ({ key }) => [key],
    target: (config) => ({
      url: addressOf(config, 'multi-stream-input', {
        model_id: config.model,
        language_code: config.language,
        // Whole sentences are sent: nothing is gained by waiting for more text.
        auto_mode: true,
        inactivity_timeout: 180,
      }),
      headers: { 'xi-api-key': config.key },
    }),
    // Closing lets the vendor finish what it has, and then say that this was all. Settings are taken in the first frame only.
    speak: (config, context, said) => [
      { text: ' ', context_id: context, ...voiceSettings(config) },
      { text: `${said.trim()} `, context_id: context, flush: true },
      { context_id: context, close_context: true },
    ],
    // It is closing already, and a further message to it would cost the socket.
    cancel: () => [],
    heard,
    explain,
    explainClose,
    finish: () => [{ close_socket: true }],
  }),
}

function heard(_config: Config, message: Fields): readonly Heard[] {
  const context = text(message, 'contextId') ?? text(message, 'context_id')
  if (text(message, 'error') !== undefined) return [{ type: 'refused', context, refusal: refusal(message) }]
  if (context === undefined) return []
  const audio = text(message, 'audio')
  const over = message['isFinal'] === true || message['is_final'] === true
  return [
    ...(audio === undefined ? [] : [{ type: 'sound', context, base64: audio } as const]),
    ...(over ? [{ type: 'spoken', context } as const] : []),
  ]
}

/** 1008: it will have no more of this; the reason may be all that it says. */
function explainClose(code: number, reason: string) {
  const verdict = code === 1008 ? explain({ status: 0, message: reason, names: [] }) : undefined
  return verdict && { code: verdict[0], message: `it closed the connection: ${verdict[1]}` }
}

/** `error` is a name here, `message` the sentence. */
function refusal(message: Fields) {
  const { message: said } = refusalOf(0, { message: message['message'] ?? message['error'] })
  return { status: 0, message: said, names: [text(message, 'error')?.toLowerCase() ?? ''] }
}
