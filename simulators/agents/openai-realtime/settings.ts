/** A session as it is set up, whichever generation's words it was set up in. */
import type { SoundFormat } from '../sound.ts'
import type { BetaSession, GaSession, Generation } from './schema.ts'

export interface Detection {
  readonly type: 'server_vad' | 'semantic_vad'
  /** ms */
  readonly silence: number
  readonly creates: boolean
  readonly interrupts: boolean
}

export interface Settings {
  readonly input: SoundFormat
  readonly output: SoundFormat
  readonly detection: Detection | undefined
  readonly transcribes: boolean
  readonly instructions: string
  readonly voice: string
  readonly tools: readonly { readonly name: string }[]
}

const pcm = { encoding: 'pcm', rate: 24_000 } as const
const ulaw = { encoding: 'pcmu', rate: 8000 } as const
const alaw = { encoding: 'pcma', rate: 8000 } as const

export const usual: Settings = {
  input: pcm,
  output: pcm,
  detection: { type: 'server_vad', silence: 500, creates: true, interrupts: true },
  transcribes: false,
  instructions: '',
  voice: 'marin',
  tools: [],
}

const formats = {
  ...{ 'audio/pcm': pcm, 'audio/pcmu': ulaw, 'audio/pcma': alaw },
  ...{ pcm16: pcm, g711_ulaw: ulaw, g711_alaw: alaw },
} as const

export function updated(settings: Settings, session: GaSession | BetaSession): Settings {
  return 'type' in session ? updatedGa(settings, session) : updatedBeta(settings, session)
}

function updatedGa(settings: Settings, session: GaSession): Settings {
  const { input = {}, output = {} } = session.audio ?? {}
  const voice = typeof output.voice === 'object' ? output.voice.id : output.voice
  return {
    ...settings,
    ...(input.format && { input: formats[input.format.type] }),
    ...(output.format && { output: formats[output.format.type] }),
    ...(input.turn_detection !== undefined && { detection: detectionOf(input.turn_detection) }),
    ...(input.transcription !== undefined && { transcribes: input.transcription !== null }),
    ...(voice && { voice }),
    ...shared(session),
  }
}

function updatedBeta(settings: Settings, session: BetaSession): Settings {
  const { input_audio_format: input, output_audio_format: output, turn_detection: detection } = session
  const { input_audio_transcription: transcription, voice } = session
  return {
    ...settings,
    ...(input && { input: formats[input] }),
    ...(output && { output: formats[output] }),
    ...(detection !== undefined && { detection: detectionOf(detection) }),
    ...(transcription !== undefined && { transcribes: transcription !== null }),
    ...(voice && { voice }),
    ...shared(session),
  }
}

function shared({ instructions, tools }: GaSession | BetaSession): Partial<Settings> {
  return { ...(instructions !== undefined && { instructions }), ...(tools && { tools }) }
}

type Given = NonNullable<NonNullable<GaSession['audio']>['input']>['turn_detection']

function detectionOf(given: Given): Detection | undefined {
  if (!given) return undefined
  const { create_response: creates = true, interrupt_response: interrupts = true } = given
  const silence = given.type === 'server_vad' ? (given.silence_duration_ms ?? 500) : 400
  return { type: given.type, silence, creates, interrupts }
}

/** As the server shows it. */
export function shown(settings: Settings, generation: Generation): object {
  const { input, output, detection, voice, instructions, tools } = settings
  const turn_detection = detection && {
    type: detection.type,
    ...(detection.type === 'server_vad' && { silence_duration_ms: detection.silence }),
    create_response: detection.creates,
    interrupt_response: detection.interrupts,
  }
  const transcription = settings.transcribes ? { model: 'gpt-transcribe' } : null
  if (generation === 'beta') {
    return {
      ...{ modalities: ['text', 'audio'], instructions, voice, tools, tool_choice: 'auto', temperature: 0.8 },
      input_audio_format: betaNames[input.encoding],
      output_audio_format: betaNames[output.encoding],
      input_audio_transcription: transcription,
      turn_detection: turn_detection ?? null,
    }
  }
  return {
    ...{ type: 'realtime', output_modalities: ['audio'], instructions, tools, tool_choice: 'auto' },
    audio: {
      input: { format: gaName(input), transcription, noise_reduction: null, turn_detection: turn_detection ?? null },
      output: { format: gaName(output), voice, speed: 1 },
    },
  }
}

const betaNames = { pcm: 'pcm16', pcmu: 'g711_ulaw', pcma: 'g711_alaw' } as const

function gaName({ encoding, rate }: SoundFormat): object {
  return encoding === 'pcm' ? { type: 'audio/pcm', rate } : { type: `audio/${encoding}` }
}
