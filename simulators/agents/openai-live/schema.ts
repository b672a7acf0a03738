/** What a client may say. Unknown fields and values are refused, as the vendor does. */
import { z } from 'zod'

const text = z.string()
const event_id = text.nullish()

const voices = [
  ...(['alloy', 'ash', 'ballad', 'beacon', 'bossa', 'cedar', 'cinder', 'coral', 'delta', 'echo', 'gleam'] as const),
  ...(['marin', 'meridian', 'quartz', 'ripple', 'sage', 'shida', 'shimmer', 'stone', 'tempo', 'verse'] as const),
  ...(['vesper', 'willow'] as const),
] as const

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.union([z.literal(16_000), z.literal(24_000)]) }),
  z.strictObject({ type: z.literal('audio/pcmu'), rate: z.literal(8000) }),
  z.strictObject({ type: z.literal('audio/pcma'), rate: z.literal(8000) }),
])

const tool = z.strictObject({
  type: z.literal('function'),
  name: text.regex(/^[A-Za-z0-9_-]{1,64}$/),
  description: text.nullish(),
  parameters: z.record(text, z.unknown()).nullish(),
  strict: z.boolean().nullish(),
})

const delegation = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('client') }),
  z.strictObject({
    type: z.literal('responses'),
    acknowledgement_delay_ms: z.int().optional(),
    responses: z.strictObject({
      model: text.min(1),
      instructions: text.nullish(),
      tools: z.array(tool).optional(),
      tool_choice: z.enum(['auto', 'none', 'required']).optional(),
    }),
  }),
])

const message = <R extends string, T extends string>(role: R, type: T) =>
  z.strictObject({
    type: z.literal('message').optional(),
    id: text.nullish(),
    role: z.literal(role),
    status: z.enum(['incomplete', 'completed']).nullish(),
    content: z.tuple([z.strictObject({ type: z.literal(type), text: text.min(1) })]),
  })

/** 8192 tokens, at four letters each. */
const input = z
  .array(
    z.discriminatedUnion('role', [
      message('developer', 'input_text'),
      message('user', 'input_text'),
      message('assistant', 'output_text'),
    ]),
  )
  .max(128)
  .refine((all) => all.reduce((sum, { content: [{ text: words }] }) => sum + words.length, 0) <= 4 * 8192)

const session = z.strictObject({
  model: text,
  input: input.optional(),
  instructions: text.nullish(),
  audio: z
    .strictObject({
      format: format.optional(),
      output: z.strictObject({ voice: z.enum(voices).optional() }).optional(),
    })
    .optional(),
  delegation: delegation.nullish(),
  store: z.boolean().optional(),
})

/** Null is lawful, nothing is not. */
const delegation_id = text.nullable()

/** 500 tokens, at four letters each. */
const content = text.min(1).max(2000)

const events = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.start'), event_id, session }),
  z.strictObject({ type: z.literal('session.input_audio.append'), event_id, audio: text }),
  z.strictObject({ type: z.literal('session.commentary.append'), event_id, delegation_id, content }),
  z.strictObject({ type: z.literal('session.thinking.append'), event_id, delegation_id, content }),
  z.strictObject({ type: z.literal('session.instructions.append'), event_id, delegation_id, content }),
  z.strictObject({
    type: z.literal('response.item.create'),
    event_id,
    item: z.strictObject({ type: z.literal('function_call_output'), call_id: text, output: text }),
  }),
  z.strictObject({ type: z.literal('response.create'), event_id }),
  z.strictObject({ type: z.literal('session.close'), event_id }),
])

export type ClientEvent = z.output<typeof events>
export type SessionSetup = z.output<typeof session>

export interface Fault {
  readonly code: string
  readonly message: string
  readonly param?: string
}

/** The event, or what is wrong with it. */
export function readEvent(value: unknown): ClientEvent | Fault {
  const { data, error } = events.safeParse(value)
  if (data) return data
  const issue = error?.issues[0]
  const path = issue?.path.map(String) ?? []
  if (issue?.code === 'unrecognized_keys') {
    const param = [...path, issue.keys[0]].join('.')
    return { code: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param }
  }
  const param = path.join('.') || 'type'
  return { code: 'invalid_value', message: `Invalid value for '${param}': ${issue?.message ?? 'no event'}.`, param }
}
