/** What people may make go wrong at a simulated carrier, as they ask for it. */
import { z } from 'zod'
import type { Faults } from '../../simulators/index.ts'
import { OffhookError } from '../spec/errors.ts'

const ms = z.number().int().min(0).max(120_000)

const rest = z
  .strictObject({
    type: z.enum(['rate-limit', 'error', 'slow', 'no-response']).meta({ title: 'What goes wrong' }),
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional().meta({ title: 'Only this method' }),
    times: z.number().int().min(1).max(100).optional().meta({ title: 'How often; without it: always' }),
    status: z.number().int().min(400).max(599).default(500).meta({ title: 'Status of an error' }),
    ms: ms.default(5_000).meta({ title: 'How slow, or how long no answer comes, ms' }),
  })
  .meta({ title: 'A failing REST request' })

const faults = z.strictObject({
  mediaJitterMs: ms.optional().meta({ title: 'Sound comes late by up to, ms' }),
  lateMediaMs: ms.optional().meta({ title: 'Sound is held back at first, then comes in a burst, ms' }),
  duplicateMediaEvery: z.number().int().min(2).max(1_000).optional().meta({ title: 'Every n-th sound message twice' }),
  loseSocketAfterMs: ms.optional().meta({ title: 'The media socket breaks after, ms' }),
  reconnectAfterMs: ms.optional().meta({ title: 'After the break the carrier comes back after, ms' }),
  lateStopMs: ms.optional().meta({ title: 'The stream ends later than the call by, ms' }),
  withoutStop: z.boolean().optional().meta({ title: 'The stream ends without a word' }),
  duplicateWebhooks: z.boolean().optional().meta({ title: 'Every webhook comes twice' }),
  replayWebhooksAfterMs: ms.optional().meta({ title: 'Every webhook comes once more after, ms' }),
  swapCallbacks: z.boolean().optional().meta({ title: 'Status callbacks come in the wrong order' }),
  signature: z.enum(['wrong', 'missing', 'foreign']).optional().meta({ title: "The carrier's signature is" }),
  rest: z.array(rest).max(10).optional().meta({ title: 'REST requests that fail' }),
})

/** For forms. */
export const faultsSchema: Record<string, unknown> = z.toJSONSchema(faults, { io: 'input' })

/** Throws `request.invalid` that names the field. */
export function readFaults(asked: Readonly<Record<string, unknown>>): Faults {
  const read = faults.safeParse(asked)
  if (!read.success) {
    const first = read.error.issues.map(({ path, message }) => `${path.join('.') || 'faults'}: ${message}`).join('; ')
    throw new OffhookError('request.invalid', `These faults cannot be injected: ${first}`)
  }
  const { rest: requests, ...plain } = read.data
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined))
  return { ...given, ...(requests ? { rest: requests.map(restFaultOf) } : {}) }
}

function restFaultOf({ type, method, times, status, ms: wait }: z.output<typeof rest>): NonNullable<Faults['rest']>[0] {
  const what = {
    'rate-limit': { type: 'rate-limit' },
    error: { type: 'error', status },
    slow: { type: 'slow', ms: wait },
    'no-response': { type: 'no-response', holdMs: wait },
  } as const
  return { ...(method ? { method } : {}), ...(times === undefined ? {} : { times }), what: what[type] }
}
