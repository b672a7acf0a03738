/** The call that a request names. */
import type { FastifyRequest } from 'fastify'
import { OffhookError } from '../../spec/errors.ts'
import type { CallRecord } from '../../store/contract.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'

/** Rejects with `call.unknown` for calls of other organizations too. */
export async function findCall(
  parts: ApiParts,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<CallRecord> {
  const record = await parts.engine.store.calls.get(organizationOf(request), request.params.id)
  if (record) return record
  throw new OffhookError('call.unknown', `There is no call "${request.params.id}"`)
}
