/** What a client may say in a transcription session. Unknown fields are refused, as the vendor does. */
import { z } from 'zod'

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000).optional() }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
])

const transcription = z.strictObject({
  model: z.enum([
    ...(['gpt-transcribe', 'gpt-live-transcribe', 'gpt-realtime-whisper', 'whisper-1'] as const),
    ...(['gpt-4o-transcribe', 'gpt-4o-mini-transcribe', 'gpt-4o-transcribe-diarize'] as const),
  ]),
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/)
    .optional(),
  languages: z.array(z.string()).optional(),
  prompt: z.string().optional(),
  keywords: z.array(z.string()).optional(),
  delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
})

const turnDetection = z.strictObject({
  type: z.literal('server_vad'),
  threshold: z.number().min(0).max(1).optional(),
  prefix_padding_ms: z.int().optional(),
  silence_duration_ms: z.int().optional(),
  idle_timeout_ms: z.int().nullish(),
})

const session = z.strictObject({
  type: z.literal('transcription'),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).optional(),
  audio: z.strictObject({
    input: z.strictObject({
      format: format.optional(),
      noise_reduction: z.strictObject({ type: z.enum(['near_field', 'far_field']) }).nullish(),
      transcription: transcription.nullish(),
      turn_detection: turnDetection.nullish(),
    }),
  }),
})

export type Session = z.output<typeof session>

const event_id = z.string().optional()

export const clientEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.update'), event_id, session }),
  z.strictObject({ type: z.literal('input_audio_buffer.append'), event_id, audio: z.base64() }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), event_id }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), event_id }),
])

/** What goes together with the model, and what does not. */
export function modelFault({ audio: { input } }: Session): string | undefined {
  const { transcription: wanted, turn_detection: vad } = input
  if (!wanted) return undefined
  const { model } = wanted
  const live = model === 'gpt-live-transcribe' || model === 'gpt-realtime-whisper'
  if (live && vad !== null) return `turn_detection must be null with ${model}`
  if (wanted.delay && model !== 'gpt-realtime-whisper') return `delay is not supported by ${model}`
  if (wanted.prompt && model === 'gpt-realtime-whisper') return `prompt is not supported by ${model}`
  if (wanted.keywords && model !== 'gpt-transcribe' && model !== 'gpt-live-transcribe')
    return `keywords are not supported by ${model}`
  return undefined
}
