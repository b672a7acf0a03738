/** What is hidden, and from whom: viewers see what the organization's settings leave them, outgoing webhooks likewise. */
import type { FastifyRequest } from 'fastify'
import type { Engine } from '../calls/engine.ts'
import { dialingDefaults } from '../calls/targets.ts'
import { OffhookError } from '../spec/errors.ts'
import type { HouseSettings } from '../store/contract/retention.ts'
import { organizationOf, principalIn } from './auth.ts'
import type { ApiParts } from './parts.ts'

export type Redaction = HouseSettings['redaction']

/** Until somebody chooses: everything is kept, and nothing is hidden. */
export const houseDefaults: HouseSettings = {
  retention: { recordingsDays: 0, transcriptsDays: 0, callsDays: 0, wireDays: 30 },
  redaction: { numbers: false, transcripts: false, variables: false, recordings: false },
}

export const nothingHidden: Redaction = houseDefaults.redaction

/** An organization's settings; its own, else the defaults. */
export async function houseOf({ store }: Pick<Engine, 'store'>, organization: string): Promise<HouseSettings> {
  const kept = await store.settings.get(organization)
  return {
    retention: { ...houseDefaults.retention, ...kept?.retention },
    redaction: { ...houseDefaults.redaction, ...kept?.redaction },
    dialing: { ...dialingDefaults, ...kept?.dialing },
    prices: kept?.prices ?? [],
  }
}

/** What this request's answer must not show. */
export async function hiddenFrom(parts: Pick<ApiParts, 'engine'>, request: FastifyRequest): Promise<Redaction> {
  if (principalIn(request).role !== 'viewer') return nothingHidden
  return (await houseOf(parts.engine, organizationOf(request))).redaction
}

/** Throws `auth.forbidden` when `what` is hidden from whoever asks. */
export async function requireShown(
  parts: Pick<ApiParts, 'engine'>,
  request: FastifyRequest,
  what: keyof Redaction,
): Promise<void> {
  const hidden = await hiddenFrom(parts, request)
  if (!hidden[what]) return
  throw new OffhookError('auth.forbidden', `The settings of this organization hide ${what} from viewers: ask an owner`)
}
