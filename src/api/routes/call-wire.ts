/** What a carrier and we said to each other about a call; and removing what tells of people. */
import { z } from 'zod'
import { isTerminal } from '../../calls/machine.ts'
import type { WireCounts } from '../../calls/wire.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { WireTally } from '../../store/contract/wire.ts'
import type { ApiParts } from '../parts.ts'
import { presentCall, presentWire } from '../present.ts'
import { hiddenFrom } from '../privacy.ts'
import { call, failure, identified } from '../schemas.ts'
import { wireMessage, wireTally } from '../schemas/live.ts'
import { findCall } from './call.ts'
import type { Routes } from './routes.ts'

const tags = ['Calls']
/** How long the end of a call may take to be written down, ms. */
const completing = 10_000

export function wireRoutes(routes: Routes, parts: ApiParts): void {
  const { store, clock } = parts.engine
  routes.get('/calls/:id/wire', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'Messages between carrier and Offhook, oldest first, secrets removed; new ones come by /v1/live?call=',
      tags,
      params: identified,
      querystring: z.object({ after: z.coerce.number().int().min(0).optional().describe('Only those after this id') }),
      response: { 200: z.object({ items: z.array(wireMessage), counts: wireTally }), default: failure },
    },
    handler: async (request) => {
      const { organization, id } = await findCall(parts, request)
      const hidden = await hiddenFrom(parts, request)
      const items = await store.wire.list(organization, id, request.query.after)
      const counts = sum(await store.wire.tally(organization, id), parts.engine.wire?.uncounted(id))
      return { items: items.map((message) => presentWire(message, hidden)), counts }
    },
  })
  routes.post('/calls/:id/redact', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Remove for good what tells of people: words, numbers, variables, wire, recording',
      tags,
      params: identified,
      response: { 200: call, default: failure },
    },
    handler: async (request) => {
      const record = await findCall(parts, request)
      if (!isTerminal(record.status))
        throw new OffhookError('call.state', `Call ${record.id} still runs: redact it when it is over`)
      await complete(parts, record.id)
      await parts.removeRecording(record.id)
      await store.retention.redact(record.organization, record.id, clock.now())
      return presentCall(await findCall(parts, request))
    },
  })
}

/** The recording of a call that has just ended is still being written. */
async function complete({ engine }: ApiParts, id: string): Promise<void> {
  const ending = engine.live.get(id)?.over.promise
  if (!ending) return
  const late = Promise.withResolvers<void>()
  const timer = engine.clock.timer(completing, late.resolve)
  await Promise.race([ending, late.promise])
  timer.cancel()
}

/** What is in the store, and what a running call has counted since. */
function sum(kept: WireTally, since: Readonly<WireCounts> | undefined): WireTally {
  if (!since) return kept
  return {
    framesIn: kept.framesIn + since.framesIn,
    bytesIn: kept.bytesIn + since.bytesIn,
    framesOut: kept.framesOut + since.framesOut,
    bytesOut: kept.bytesOut + since.bytesOut,
    unlisted: kept.unlisted,
  }
}
