/** Many calls in one request: each stands for itself, and says for itself what became of it. */
import { z } from 'zod'
import { dial } from '../../calls/outbound.ts'
import type { Actor } from '../../spec/call.ts'
import { OffhookError } from '../../spec/errors.ts'
import { address } from '../address.ts'
import { actorOf, organizationOf } from '../auth.ts'
import { knownFailure } from '../failures.ts'
import type { ApiParts } from '../parts.ts'
import { presentCall } from '../present.ts'
import { call, failure, newCall, open } from '../schemas.ts'
import type { Routes } from './routes.ts'

const most = 500

const items = z.object({
  items: z
    .array(z.union([z.object({ ok: z.literal(true), call }), z.object({ ok: z.literal(false), ...failure.shape })]))
    .describe('One per call, in the order given'),
})

export function bulkRoute(routes: Routes, parts: ApiParts): void {
  routes.post('/calls/bulk', {
    config: { scope: 'calls:write' },
    schema: {
      summary: `Place up to ${most} calls; beyond the connection's limits they wait for a line`,
      tags: ['Calls'],
      body: z.strictObject({
        calls: z.array(open).min(1).max(most).describe('Each as POST /v1/calls takes it'),
      }),
      response: { 202: items, default: failure },
    },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      const placed: z.input<typeof items>['items'] = []
      for (const wanted of request.body.calls)
        placed.push(await place(parts, { organization, by: actorOf(request) }, wanted))
      return reply.status(202).send({ items: placed })
    },
  })
}

async function place(
  { engine }: ApiParts,
  { organization, by }: { readonly organization: string; readonly by: Actor },
  wanted: unknown,
): Promise<z.input<typeof items>['items'][number]> {
  try {
    const request = checked(wanted)
    const from = request.from === undefined ? {} : { from: address(request.from, 'from') }
    const record = await dial(engine, organization, { ...request, to: address(request.to, 'to'), ...from, by })
    return { ok: true, call: presentCall(record) }
  } catch (error) {
    const { code, message, details } = knownFailure(error)
    return { ok: false, error: { code, message, details } }
  }
}

function checked(wanted: unknown): z.output<typeof newCall> {
  const parsed = newCall.safeParse(wanted)
  if (parsed.success) return parsed.data
  const list = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  throw new OffhookError('request.invalid', `The call is not valid: ${list}`)
}
