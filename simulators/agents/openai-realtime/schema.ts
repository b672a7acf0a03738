/** What a client may say, in either generation. Unknown fields and values are refused, as the vendor does. */
import { z } from 'zod'

const event_id = z.string().min(1).max(512).optional()
const text = z.string()

const tool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  description: text.optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
})

const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.strictObject({ type: z.literal('function'), name: text }),
])

const mostTokens = z.union([z.int().min(1).max(4096), z.literal('inf')])

const acts = { create_response: z.boolean().optional(), interrupt_response: z.boolean().optional() }

const detection = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('server_vad'),
      threshold: z.number().min(0).max(1).optional(),
      prefix_padding_ms: z.int().min(0).optional(),
      silence_duration_ms: z.int().min(0).optional(),
      idle_timeout_ms: z.int().min(5000).max(30_000).nullish(),
      ...acts,
    }),
    z.strictObject({
      type: z.literal('semantic_vad'),
      eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
      ...acts,
    }),
  ])
  .nullish()

const gaFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000).optional() }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
])

const betaFormat = z.enum(['pcm16', 'g711_ulaw', 'g711_alaw'])

const older = ['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse'] as const
const gaVoice = z.union([z.enum([...older, 'marin', 'cedar']), z.strictObject({ id: z.string().startsWith('voice_') })])

const transcription = z.strictObject({
  model: z.enum(['gpt-transcribe', 'gpt-live-transcribe', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe', 'whisper-1']),
  language: text.optional(),
  prompt: text.optional(),
})

const noise = z.strictObject({ type: z.enum(['near_field', 'far_field']) }).nullish()
const speed = z.number().min(0.25).max(1.5).optional()
const tools = z.array(tool).optional()

const gaSession = z.strictObject({
  type: z.literal('realtime'),
  model: text.optional(),
  output_modalities: z
    .array(z.enum(['audio', 'text']))
    .length(1)
    .optional(),
  instructions: text.optional(),
  max_output_tokens: mostTokens.optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: gaFormat.optional(),
          transcription: transcription.nullish(),
          noise_reduction: noise,
          turn_detection: detection,
        })
        .optional(),
      output: z.strictObject({ format: gaFormat.optional(), voice: gaVoice.optional(), speed }).optional(),
    })
    .optional(),
  reasoning: z.strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']) }).optional(),
  tools,
  tool_choice: toolChoice.optional(),
  truncation: z.enum(['auto', 'disabled']).optional(),
  tracing: z.literal('auto').nullish(),
})

const betaSession = z.strictObject({
  model: text.optional(),
  modalities: z.array(z.enum(['audio', 'text'])).optional(),
  instructions: text.optional(),
  voice: z.enum(older).optional(),
  input_audio_format: betaFormat.optional(),
  output_audio_format: betaFormat.optional(),
  input_audio_transcription: transcription.nullish(),
  input_audio_noise_reduction: noise,
  turn_detection: detection,
  tools,
  tool_choice: toolChoice.optional(),
  temperature: z.number().min(0.6).max(1.2).optional(),
  max_response_output_tokens: mostTokens.optional(),
  speed,
})

const id = z.string().max(32).optional()

const item = z.union([
  z.strictObject({
    type: z.literal('message'),
    id,
    role: z.enum(['user', 'system']),
    content: z.array(z.strictObject({ type: z.literal('input_text'), text })).length(1),
  }),
  z.strictObject({
    type: z.literal('message'),
    id,
    role: z.literal('assistant'),
    content: z.array(z.strictObject({ type: z.enum(['output_text', 'text']), text })).length(1),
  }),
  z.strictObject({ type: z.literal('function_call'), id, call_id: text, name: text, arguments: text }),
  z.strictObject({ type: z.literal('function_call_output'), id, call_id: text, output: text }),
])

const ofResponse = {
  instructions: text.optional(),
  tools,
  tool_choice: toolChoice.optional(),
  conversation: z.enum(['auto', 'none']).optional(),
  metadata: z.record(z.string(), text).optional(),
  input: z.array(item).optional(),
}

const gaResponse = z.strictObject({
  ...ofResponse,
  output_modalities: z
    .array(z.enum(['audio', 'text']))
    .length(1)
    .optional(),
  max_output_tokens: mostTokens.optional(),
  audio: z
    .strictObject({ output: z.strictObject({ voice: gaVoice.optional(), format: gaFormat.optional() }) })
    .optional(),
})

const betaResponse = z.strictObject({
  ...ofResponse,
  modalities: z.array(z.enum(['audio', 'text'])).optional(),
  voice: z.enum(older).optional(),
  output_audio_format: betaFormat.optional(),
})

const common = [
  z.strictObject({ type: z.literal('input_audio_buffer.append'), event_id, audio: text }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), event_id }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), event_id }),
  z.strictObject({
    type: z.literal('conversation.item.create'),
    event_id,
    previous_item_id: text.optional(),
    item,
  }),
  z.strictObject({
    type: z.literal('conversation.item.truncate'),
    event_id,
    item_id: text,
    content_index: z.literal(0),
    audio_end_ms: z.int().min(0),
  }),
  z.strictObject({ type: z.literal('conversation.item.delete'), event_id, item_id: text }),
  z.strictObject({ type: z.literal('response.cancel'), event_id, response_id: text.optional() }),
] as const

const ga = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.update'), event_id, session: gaSession }),
  z.strictObject({ type: z.literal('response.create'), event_id, response: gaResponse.optional() }),
  ...common,
])

const beta = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.update'), event_id, session: betaSession }),
  z.strictObject({ type: z.literal('response.create'), event_id, response: betaResponse.optional() }),
  ...common,
])

export type Generation = 'ga' | 'beta'
export type GaSession = z.output<typeof gaSession>
export type BetaSession = z.output<typeof betaSession>
export type ClientEvent = z.output<typeof ga> | z.output<typeof beta>
export type NewItem = z.output<typeof item>

export interface Fault {
  readonly code: string
  readonly message: string
  readonly param: string | null
}

/** The event, or what is wrong with it in the vendor's words. */
export function readEvent(value: unknown, generation: Generation): ClientEvent | Fault {
  const { data, error } = (generation === 'ga' ? ga : beta).safeParse(value)
  if (data) return data
  const issue = error?.issues[0]
  const path = issue?.path.map(String) ?? []
  if (issue?.code === 'unrecognized_keys') {
    const param = [...path, issue.keys[0]].join('.')
    return { code: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param }
  }
  const param = path.join('.') || 'type'
  return { code: 'invalid_value', message: `Invalid value for '${param}': ${issue?.message ?? 'not an event'}.`, param }
}
