/** The environment, read once at start: every variable checked, every mistake named, none of them fatal later. */
import { z } from 'zod'
import { OffhookError } from '../spec/errors.ts'
import type { Connection } from '../store/contract.ts'
import { listed } from '../lib/list.ts'
import { connectionSettings } from '../spec/connection.ts'
import { notesOf, type ProviderSpec } from '../spec/provider.ts'

const flag = z.enum(['true', 'false', '1', '0', 'on', 'off']).transform((text) => ['true', '1', 'on'].includes(text))
const list = z.string().transform(listed)
const webUrl = z.url({ protocol: /^https?$/ })

/** Each variable with what it is for; the docs' table is made from this. */
const variables = {
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('Port of the gateway'),
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all'),
  OFFHOOK_PUBLIC_URL: webUrl
    .optional()
    .describe('Where carriers reach the gateway, e.g. https://voice.example.com; default: http://localhost:PORT'),
  OFFHOOK_DATA_DIR: z
    .string()
    .min(1)
    .default('./data')
    .describe('Folder of the embedded database, keys and recordings'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL instead of the embedded database'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis for several processes; default: in this process'),
  OFFHOOK_SECRET_KEY: z
    .string()
    .min(16)
    .optional()
    .describe('Encrypts secrets at rest; default: generated into the data folder'),
  OFFHOOK_ADMIN_KEY: z
    .string()
    .min(16)
    .optional()
    .describe('The first admin API key; default: generated into the data folder'),
  OFFHOOK_TRUSTED_PROXIES: list
    .default([])
    .describe('Addresses or CIDR blocks whose X-Forwarded-* headers are believed, comma-separated'),
  OFFHOOK_ALLOW_HOSTS: list
    .default([])
    .describe('Hosts, host:port, *.suffix or CIDR blocks that requests may reach although they are private'),
  OFFHOOK_SIMULATORS: flag
    .optional()
    .describe('Simulated carriers on this port; default: on without a public URL, off with one'),
  OFFHOOK_CARRIER_SETUP: flag
    .default(true)
    .describe("Prepare and try a carrier's account when its connection is saved; off where carriers are out of reach"),
  OFFHOOK_RECORD: flag.default(false).describe('Record every call unless its request says otherwise'),
  OFFHOOK_REPLAY: flag.default(false).describe("Keep every call's inputs in the data folder, for replay"),
  OFFHOOK_VAD: z.enum(['auto', 'energy', 'fvad', 'silero']).default('auto').describe('Voice-activity detector'),
  OFFHOOK_SMART_TURN: z
    .string()
    .optional()
    .describe('Path of a smart-turn model (ONNX) that judges ends of turns; default: by melody and words'),
  OFFHOOK_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
} as const

export const environmentVariables = variables

type Raw = z.output<z.ZodObject<typeof variables>>

export interface Environment {
  readonly port: number
  readonly host: string
  readonly publicUrl: string | undefined
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly secretKey: string | undefined
  readonly adminKey: string | undefined
  readonly trustedProxies: readonly string[]
  readonly allowHosts: readonly string[]
  readonly simulators: boolean
  readonly carrierSetUp: boolean
  readonly record: boolean
  readonly replay: boolean
  readonly vad: Raw['OFFHOOK_VAD']
  readonly smartTurn: string | undefined
  readonly logLevel: Raw['OFFHOOK_LOG_LEVEL']
}

type Values = Readonly<Record<string, string | undefined>>

/** Throws `environment.invalid` that lists every variable at fault, without secret values. An empty variable counts as absent. */
export function readEnvironment(values: Values): Environment {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = z.object(variables).safeParse(given)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new OffhookError(
      'environment.invalid',
      `The environment has ${faults.length} mistake(s):\n${faults.join('\n')}`,
    )
  }
  const raw = parsed.data
  return {
    port: raw.PORT,
    host: raw.HOST,
    publicUrl: raw.OFFHOOK_PUBLIC_URL,
    dataDir: raw.OFFHOOK_DATA_DIR,
    databaseUrl: raw.DATABASE_URL,
    redisUrl: raw.REDIS_URL,
    secretKey: raw.OFFHOOK_SECRET_KEY,
    adminKey: raw.OFFHOOK_ADMIN_KEY,
    trustedProxies: raw.OFFHOOK_TRUSTED_PROXIES,
    allowHosts: raw.OFFHOOK_ALLOW_HOSTS,
    simulators: raw.OFFHOOK_SIMULATORS ?? raw.OFFHOOK_PUBLIC_URL === undefined,
    carrierSetUp: raw.OFFHOOK_CARRIER_SETUP,
    record: raw.OFFHOOK_RECORD,
    replay: raw.OFFHOOK_REPLAY,
    vad: raw.OFFHOOK_VAD,
    smartTurn: raw.OFFHOOK_SMART_TURN,
    logLevel: raw.OFFHOOK_LOG_LEVEL,
  }
}

/** A provider with its kind. */
export type KindredSpec = ProviderSpec & { readonly kind: Connection['kind'] }

export interface FromEnvironment {
  readonly provider: KindredSpec
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * Providers whose conventional variables are set: each makes a connection "from environment".
 * Half a set throws `environment.invalid` that says which variables are missing or wrong.
 */
export function providersFromEnvironment(
  providers: readonly KindredSpec[],
  values: Values,
): readonly FromEnvironment[] {
  return providers.flatMap((provider) => {
    const named = Object.entries(provider.settings.shape).flatMap(([name, type]) => {
      const { env } = notesOf(type as z.ZodType) // the shape of a ZodObject holds zod types
      return env ? [{ name, env }] : []
    })
    const given = named.filter(({ env }) => values[env])
    if (given.length === 0) return []
    const settings = Object.fromEntries(
      given.map(({ name, env }) => [name, fitted(provider.settings.shape[name] as z.ZodType, values[env] ?? '')]), // as above
    )
    const parsed = connectionSettings(provider).safeParse(settings)
    if (parsed.success) return [{ provider, settings }]
    const faults = parsed.error.issues.map((issue) => {
      const field = String(issue.path[0] ?? '')
      const env = named.find(({ name }) => name === field)?.env ?? field
      return values[env] ? `${env} is not valid: ${issue.message}` : `${env} is missing`
    })
    const have = given.map(({ env }) => env).join(', ')
    throw new OffhookError(
      'environment.invalid',
      `${provider.label} is half configured (${have} set): ${faults.join('; ')}. Set it, or unset the others.`,
    )
  })
}

/** A text as this type takes it: switches and numbers are texts in the environment. */
function fitted(type: z.ZodType, text: string): unknown {
  if (type.safeParse(text).success) return text
  const read = text === 'true' ? true : text === 'false' ? false : Number(text)
  return type.safeParse(read).success ? read : text
}
