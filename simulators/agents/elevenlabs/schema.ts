/** What a client may say. Unknown fields and values are refused. */
import { z } from 'zod'

const text = z.string()

const start = z.strictObject({
  type: z.literal('conversation_initiation_client_data'),
  conversation_config_override: z
    .strictObject({
      agent: z
        .strictObject({
          prompt: z.strictObject({ prompt: text }).optional(),
          first_message: text.optional(),
          language: text.optional(),
        })
        .optional(),
      tts: z
        .strictObject({
          voice_id: text.optional(),
          speed: z.number().min(0.7).max(1.2).optional(),
          stability: z.number().min(0).max(1).optional(),
          similarity_boost: z.number().min(0).max(1).optional(),
        })
        .optional(),
      conversation: z
        .strictObject({ text_only: z.boolean().optional(), client_events: z.array(text).optional() })
        .optional(),
    })
    .optional(),
  dynamic_variables: z.record(text.regex(/^(?!system__)/), z.union([text, z.number(), z.boolean()])).optional(),
  custom_llm_extra_body: z.record(text, z.unknown()).optional(),
  user_id: text.optional(),
})

const typed = z.discriminatedUnion('type', [
  start,
  z.strictObject({ type: z.literal('pong'), event_id: z.int() }),
  z.strictObject({
    type: z.literal('client_tool_result'),
    tool_call_id: text,
    result: text,
    is_error: z.boolean(),
  }),
  z.strictObject({ type: z.literal('contextual_update'), text, context_id: text.optional() }),
  z.strictObject({ type: z.literal('user_message'), text }),
  z.strictObject({ type: z.literal('user_activity') }),
])

const audio = z.strictObject({ user_audio_chunk: text })

export type Initiation = z.output<typeof start>
export type ClientMessage = z.output<typeof typed> | z.output<typeof audio>

/** The message, or what is wrong with it. */
export function readMessage(said: string): ClientMessage | string {
  let value: unknown
  try {
    value = JSON.parse(said)
  } catch {
    return 'The message is no JSON.'
  }
  // The only message without a type.
  const { data, error } = ('type' in Object(value) ? typed : audio).safeParse(value)
  return data ?? z.prettifyError(error)
}
