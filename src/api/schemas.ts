/** The shapes that go over the API: one zod schema each, from which checks, OpenAPI and the typed client come. */
import { z } from 'zod'
import type { EndReason } from '../spec/call.ts'

const time = z.number().int().describe('ms since 1970')
export const open = z.record(z.string(), z.unknown())
const variables = z.record(z.string().max(100), z.union([z.string().max(4_000), z.number(), z.boolean(), z.null()]))

export const endReason = z.enum([
  'caller-hangup',
  'agent-hangup',
  'api-hangup',
  'transferred',
  'voicemail-left',
  'idle',
  'max-duration',
  'ring-timeout',
  'media-lost',
  'media-never-opened',
  'agent-failed',
  'carrier-failed',
  'rejected',
  'busy',
  'no-answer',
  'canceled',
  'shutdown',
  'completed',
]) satisfies z.ZodType<EndReason>

export const status = z.enum([
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
])

export const failure = z
  .object({
    error: z.object({
      code: z.string().describe('See docs/errors.md'),
      message: z.string().describe('What failed, with which value, and what to do'),
      details: open,
    }),
  })
  .meta({ id: 'Failure' })

export const provider = z
  .object({
    kind: z.enum(['carrier', 'agent', 'stt', 'llm', 'tts']),
    name: z.string(),
    label: z.string(),
    about: z.string().optional(),
    settings: open.describe('JSON Schema; fields carry title, secret, env, when'),
    checklist: z.array(z.string()),
    capabilities: z.array(z.string()),
    features: z
      .array(
        z.object({
          name: z.string(),
          label: z.string(),
          by: z.enum(['carrier', 'engine', 'nobody']).describe('Who does it; `engine`: Offhook, with its own means'),
          shown: z.boolean().describe('A whole call through the simulated carrier has shown it'),
          why: z.string().optional(),
        }),
      )
      .describe('Of carriers: what people ask of one'),
  })
  .meta({ id: 'Provider' })

const warning = z
  .object({ code: z.string().describe("An error's code, or a word of its own"), message: z.string() })
  .meta({ id: 'Warning' })

export const connection = z
  .object({
    id: z.string(),
    kind: z.enum(['carrier', 'agent', 'stt', 'llm', 'tts']),
    provider: z.string(),
    name: z.string(),
    settings: open.describe('Secrets are masked; a mask sent back keeps the stored secret'),
    isDefault: z.boolean(),
    source: z.enum(['api', 'environment', 'simulator']),
    webhooks: z.record(z.string(), z.string()).describe('Addresses to give to the carrier'),
    warnings: z.array(warning).describe('What will not work like this, and what to do'),
    setUp: z
      .object({ at: time, notes: z.array(z.string()) })
      .nullable()
      .describe('What was done at the carrier when this was last saved'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Connection' })

export const newConnection = z
  .strictObject({
    provider: z.string(),
    kind: z.enum(['carrier', 'agent', 'stt', 'llm', 'tts']).default('carrier'),
    name: z.string().min(1).max(200),
    settings: open,
  })
  .meta({ id: 'NewConnection' })

export const phoneNumber = z
  .object({
    id: z.string(),
    connection: z.string(),
    number: z.string().describe('E.164 with plus, SIP URI or extension'),
    display: z.string(),
    agent: z.string().nullable(),
    label: z.string().nullable(),
    pointed: z.boolean().describe('We set the carrier so that its calls reach us'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'PhoneNumber' })

export const newPhoneNumber = z
  .strictObject({
    connection: z.string(),
    number: z.string().min(1).max(255),
    agent: z.string().optional(),
    label: z.string().max(200).optional(),
    point: z.boolean().default(false).describe('Also set the carrier so that its calls reach us'),
  })
  .meta({ id: 'NewPhoneNumber' })

export const agent = z
  .object({
    id: z.string(),
    name: z.string(),
    provider: z.string(),
    settings: open,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Agent' })

export const newAgent = z
  .strictObject({ name: z.string().min(1).max(200), provider: z.string(), settings: open.default({}) })
  .meta({ id: 'NewAgent' })

export const call = z
  .object({
    id: z.string(),
    direction: z.enum(['inbound', 'outbound']),
    status,
    waiting: z.boolean().describe('Queued until the connection has a line free'),
    carrier: z.string(),
    connection: z.string(),
    ref: z.string().nullable().describe("The carrier's id of the call"),
    from: z.string(),
    to: z.string(),
    agent: z.string(),
    variables,
    metadata: open,
    endReason: z.string().nullable(),
    cause: z.string().nullable(),
    answeredBy: z.string().nullable(),
    recording: z.string().nullable(),
    cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    answeredAt: time.nullable(),
    endedAt: time.nullable(),
    redactedAt: time.nullable().describe('Since when all that tells of people is removed'),
    hidden: z.array(z.string()).describe('What you are not shown: numbers, transcripts, variables, recordings'),
  })
  .meta({ id: 'Call' })

const money = z.object({ amount: z.number(), currency: z.string() })

export const costs = z
  .object({
    parts: z.array(
      z.object({
        part: z.enum(['carrier', 'stt', 'llm', 'tts', 'agent']),
        provider: z.string(),
        model: z.string().nullable(),
        usage: z.record(z.string(), z.number()).describe('Tokens, characters, ms of audio'),
        cost: z.array(money).nullable().describe('One per currency; null while any of it is unknown'),
        unknown: z.array(z.string()).describe('Units used that have no price; `call`: the carrier has not said'),
      }),
    ),
    known: z.array(money).describe('The sum of what is known, one per currency'),
    complete: z.boolean().describe('Nothing is unknown'),
  })
  .meta({ id: 'Costs' })

export const callInFull = call
  .extend({ costs: costs.describe('At the prices now in force: see /v1/prices') })
  .meta({ id: 'CallInFull' })

export const newCall = z
  .strictObject({
    to: z.string().min(1).max(255),
    from: z.string().min(1).max(255).optional(),
    connection: z.string().optional(),
    agent: z.string(),
    variables: variables.optional(),
    metadata: open.optional(),
    ringTimeout: z.number().int().min(5_000).max(600_000).optional().describe('ms, default 60000'),
    maxDuration: z.number().int().min(1_000).max(86_400_000).optional().describe('ms, default 2 hours'),
    machineDetection: z.boolean().optional().describe('Default: on where the carrier has it'),
    voicemailMessage: z.string().min(1).max(2_000).optional(),
    record: z.boolean().optional(),
  })
  .meta({ id: 'NewCall' })

export const event = z
  .object({
    position: z.number().int(),
    call: z.string(),
    sequence: z.number().int(),
    at: time,
    event: z.looseObject({ type: z.string() }),
  })
  .meta({ id: 'Event' })

export const message = z
  .object({
    id: z.string(),
    role: z.enum(['caller', 'agent', 'tool', 'system']),
    text: z.string(),
    at: time,
    interrupted: z.boolean(),
  })
  .meta({ id: 'Message' })

export const metric = z
  .object({
    message: z.string().nullable(),
    source: z.enum(['ours', 'user']),
    name: z.string(),
    value: z.number(),
    unit: z.string().nullable(),
    at: time,
  })
  .meta({ id: 'Metric' })

export const newMetric = z
  .strictObject({
    name: z.string().min(1).max(200),
    value: z.number(),
    unit: z.string().max(50).optional(),
    message: z.string().optional(),
  })
  .meta({ id: 'NewMetric' })

export const key = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(z.string()),
    createdAt: time,
    lastUsedAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'ApiKey' })

const scopes = z.enum(['admin', 'calls:read', 'calls:write', 'config:read', 'config:write'])

export const newKey = z
  .strictObject({ name: z.string().min(1).max(200), scopes: z.array(scopes).min(1) })
  .meta({ id: 'NewApiKey' })

export const subscription = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    enabled: z.boolean(),
    createdAt: time,
  })
  .meta({ id: 'Webhook' })

export const newSubscription = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).max(2_000),
    events: z.array(z.string().min(1)).min(1).default(['*']).describe('Event types, or *'),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'NewWebhook' })

export const delivery = z
  .object({
    id: z.string(),
    position: z.number().int(),
    event: z.string().describe('The type of the event it tells of'),
    call: z.string(),
    status: z.enum(['waiting', 'delivered', 'given-up']),
    attempts: z.number().int(),
    nextAt: time.nullable(),
    lastStatus: z.number().int().nullable(),
    lastError: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Delivery' })

export const paging = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

export const identified = z.object({ id: z.string() })

export function page<T extends z.ZodType>(items: T) {
  return z.object({ items: z.array(items), next: z.string().nullable() })
}
