/** What runs, as the API shows it: the wire, levels, peaks. */
import { z } from 'zod'

const time = z.number().int().describe('ms since 1970')
const amount = z.number().int()

export const wireMessage = z
  .object({
    id: z.number().int().describe('Rises'),
    at: time,
    direction: z.enum(['in', 'out']).describe('in: from the carrier'),
    channel: z.enum(['webhook', 'http', 'media', 'signalling']),
    title: z.string(),
    body: z.string().describe('Secrets removed, long ones shortened'),
    bytes: z.number().int().describe('As it was on the wire'),
  })
  .meta({ id: 'WireMessage' })

export const wireTally = z
  .object({
    framesIn: amount,
    bytesIn: amount,
    framesOut: amount,
    bytesOut: amount,
    unlisted: amount.describe('Messages beyond the bound of a call'),
  })
  .meta({ id: 'WireTally', description: 'Sound is counted, not listed' })

const level = z
  .object({
    id: z.string(),
    caller: z.number().describe('dBFS, -90 is silence'),
    agent: z.number().describe('dBFS'),
    state: z.enum(['listening', 'thinking', 'speaking', 'held']).describe('What the agent does'),
  })
  .meta({ id: 'Level' })

export const levels = z.object({ calls: z.array(level) }).meta({ id: 'Levels' })

export const peaks = z
  .object({
    durationMs: z.number(),
    channels: z.array(
      z.object({
        name: z.enum(['caller', 'agent']),
        peaks: z.array(z.number()).describe('Greatest of each span, 0 to 1'),
      }),
    ),
  })
  .meta({ id: 'Peaks' })

/** What the simulated caller does, in order. A pause takes the place of listening until the other side has finished. */
export const act = z
  .union([
    z.strictObject({ say: z.string().min(1).max(2_000) }),
    z.strictObject({ audio: z.base64().max(8_000_000).describe('A WAV file') }),
    z.strictObject({ digits: z.string().regex(/^[0-9A-D*#]{1,64}$/, 'only 0-9 A-D * #; at most 64') }),
    z.strictObject({ pauseMs: z.number().int().min(0).max(60_000) }),
    z.strictObject({ hangup: z.literal(true) }),
  ])
  .meta({ id: 'Act' })

export const simulator = z
  .object({
    carrier: z.string(),
    label: z.string(),
    numbers: z.array(z.object({ number: z.string(), agent: z.string().nullable() })),
    faults: z.record(z.string(), z.unknown()).describe('JSON Schema of what can be made to go wrong'),
  })
  .meta({ id: 'Simulator' })

export const newSimulation = z
  .strictObject({
    from: z.string().min(1).max(255).optional(),
    to: z.string().min(1).max(255).optional().describe("Default: the simulator's first number"),
    agent: z.string().optional().describe('Who answers; default: whoever the number belongs to'),
    script: z.array(act).max(100).default([]),
    stayOnLine: z.boolean().default(false).describe('Do not hang up after the script: more acts may follow'),
    faults: z.record(z.string(), z.unknown()).optional().describe('For this simulator, until the call is over'),
  })
  .meta({ id: 'NewSimulation' })

export const simulation = z
  .object({ call: z.string().describe('As in /v1/calls'), simulation: z.string() })
  .meta({ id: 'Simulation' })
