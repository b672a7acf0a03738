/** Records as the API shows them: no organization, no internals, secrets masked, absent as null. */
import type { z } from 'zod'
import type { Journaled } from '../spec/event.ts'
import type {
  Agent,
  ApiKey,
  CallRecord,
  Connection,
  Delivery,
  Message,
  Metric,
  Page,
  PhoneNumber,
  Subscription,
} from '../store/contract.ts'
import type * as schemas from './schemas.ts'
import { maskSettings } from './settings.ts'

export function presentPage<T, P>(page: Page<T>, present: (item: T) => P): { items: P[]; next: string | null } {
  return { items: page.items.map(present), next: page.next ?? null }
}

export function presentCall(record: CallRecord): z.input<typeof schemas.call> {
  const { id, direction, status, carrier, connection, from, to, agent, variables, metadata, createdAt } = record
  return {
    ...{ id, direction, status, carrier, connection, from, to, agent, createdAt },
    variables: { ...variables },
    metadata: { ...metadata },
    ref: record.ref ?? null,
    endReason: record.endReason ?? null,
    cause: record.cause ?? null,
    answeredBy: record.answeredBy ?? null,
    recording: record.recording ?? null,
    cost: record.cost ?? null,
    startedAt: record.startedAt ?? null,
    answeredAt: record.answeredAt ?? null,
    endedAt: record.endedAt ?? null,
  }
}

export function presentConnection(
  record: Connection,
  schema: z.ZodObject,
  webhooks: Readonly<Record<string, string>>,
): z.input<typeof schemas.connection> {
  const { id, kind, provider, name, isDefault, source, createdAt, updatedAt } = record
  const settings = { ...maskSettings(schema, record.settings) }
  return { id, kind, provider, name, isDefault, source, createdAt, updatedAt, settings, webhooks: { ...webhooks } }
}

export function presentAgent(record: Agent, schema: z.ZodObject): z.input<typeof schemas.agent> {
  const { id, name, provider, createdAt, updatedAt } = record
  return { id, name, provider, settings: { ...maskSettings(schema, record.settings) }, createdAt, updatedAt }
}

export function presentNumber(record: PhoneNumber): z.input<typeof schemas.phoneNumber> {
  const { id, connection, number, display, agent, label, createdAt, updatedAt } = record
  return { id, connection, number, display, agent: agent ?? null, label: label ?? null, createdAt, updatedAt }
}

export function presentEvent({ position, call, sequence, at, event }: Journaled): z.input<typeof schemas.event> {
  return { position, call, sequence, at, event: { ...event } }
}

export function presentMessage({ id, role, text, at, interrupted }: Message): z.input<typeof schemas.message> {
  return { id, role, text, at, interrupted: interrupted ?? false }
}

export function presentMetric({ message, source, name, value, unit, at }: Metric): z.input<typeof schemas.metric> {
  return { message: message ?? null, source, name, value, unit: unit ?? null, at }
}

export function presentKey(key: ApiKey): z.input<typeof schemas.key> {
  const { id, name, prefix, scopes, createdAt, lastUsedAt, revokedAt } = key
  return {
    id,
    name,
    prefix,
    scopes: [...scopes],
    createdAt,
    lastUsedAt: lastUsedAt ?? null,
    revokedAt: revokedAt ?? null,
  }
}

export function presentSubscription({
  id,
  url,
  events,
  enabled,
  createdAt,
}: Subscription): z.input<typeof schemas.subscription> {
  return { id, url, events: [...events], enabled, createdAt }
}

export function presentDelivery(delivery: Delivery): z.input<typeof schemas.delivery> {
  const { id, position, status, attempts, nextAt, lastStatus, lastError, createdAt } = delivery
  return {
    id,
    position,
    status,
    attempts,
    nextAt,
    lastStatus: lastStatus ?? null,
    lastError: lastError ?? null,
    createdAt,
  }
}
