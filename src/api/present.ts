/** Records as the API shows them: no organization, no internals, secrets masked, absent as null. */
import { z } from 'zod'
import type { Costs } from '../calls/costs.ts'
import { phone } from '../lib/redact.ts'
import type { Journaled } from '../spec/event.ts'
import { hideIn, shortenNumbers } from '../spec/redaction.ts'
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
import type { WireMessage } from '../store/contract/wire.ts'
import { nothingHidden, type Redaction } from './privacy.ts'
import type * as schemas from './schemas.ts'
import type * as live from './schemas/live.ts'
import { maskSettings } from './settings.ts'

export function presentPage<T, P>(page: Page<T>, present: (item: T) => P): { items: P[]; next: string | null } {
  return { items: page.items.map(present), next: page.next ?? null }
}

/** In place of what is hidden. */
const hiddenText = '•••'

export function presentCall(record: CallRecord, hidden: Redaction = nothingHidden): z.input<typeof schemas.call> {
  const { id, direction, status, carrier, connection, agent, createdAt } = record
  const number = (text: string) => (hidden.numbers ? phone(text) : text)
  return {
    ...{ id, direction, status, carrier, connection, agent, createdAt },
    ...{ from: number(record.from), to: number(record.to) },
    variables: hidden.variables ? {} : { ...record.variables },
    metadata: hidden.variables ? {} : { ...record.metadata },
    waiting: record.waiting ?? false,
    ref: record.ref ?? null,
    endReason: record.endReason ?? null,
    cause: record.cause ?? null,
    answeredBy: record.answeredBy ?? null,
    recording: hidden.recordings ? null : (record.recording ?? null),
    cost: record.cost ?? null,
    startedAt: record.startedAt ?? null,
    answeredAt: record.answeredAt ?? null,
    endedAt: record.endedAt ?? null,
    redactedAt: record.redactedAt ?? null,
    hidden: Object.entries(hidden).flatMap(([name, is]) => (is ? [name] : [])),
  }
}

export function presentCosts({ parts, known, complete }: Costs): z.input<typeof schemas.costs> {
  const shown = parts.map(({ part, provider, model, usage, cost, unknown }) => ({
    ...{ part, provider, model: model ?? null, usage, unknown: [...unknown] },
    cost: cost ? [...cost] : null,
  }))
  return { parts: shown, known: [...known], complete }
}

export function presentConnection(
  record: Connection,
  schema: z.ZodObject,
  webhooks: Readonly<Record<string, string>>,
): Omit<z.input<typeof schemas.connection>, 'warnings'> {
  const { id, kind, provider, name, isDefault, source, createdAt, updatedAt } = record
  return {
    ...{ id, kind, provider, name, isDefault, source, createdAt, updatedAt },
    settings: { ...maskSettings(schema, record.settings) },
    webhooks: { ...webhooks },
    setUp: record.setUp ? { at: record.setUp.at, notes: [...record.setUp.notes] } : null,
  }
}

export function presentAgent(record: Agent, schema: z.ZodObject): z.input<typeof schemas.agent> {
  const { id, name, provider, createdAt, updatedAt } = record
  return { id, name, provider, settings: { ...maskSettings(schema, record.settings) }, createdAt, updatedAt }
}

export function presentNumber(record: PhoneNumber): z.input<typeof schemas.phoneNumber> {
  const { id, connection, number, display, agent, label, pointed, createdAt, updatedAt } = record
  return {
    ...{ id, connection, number, display, createdAt, updatedAt },
    agent: agent ?? null,
    label: label ?? null,
    pointed: pointed ?? false,
  }
}

export function presentEvent(
  { position, call, sequence, at, event }: Journaled,
  { numbers, transcripts }: Redaction = nothingHidden,
): z.input<typeof schemas.event> {
  const shown = numbers || transcripts ? hideIn(event, { numbers, words: transcripts }, hiddenText) : event
  return { position, call, sequence, at, event: { ...shown } }
}

export function presentMessage(
  { id, role, text, at, interrupted }: Message,
  hidden: Redaction = nothingHidden,
): z.input<typeof schemas.message> {
  return { id, role, text: hidden.transcripts ? hiddenText : text, at, interrupted: interrupted ?? false }
}

/** A wire may hold anything: where words or variables are hidden, so are its bodies. */
export function presentWire(
  { id, at, direction, channel, title, body, bytes }: WireMessage,
  hidden: Redaction = nothingHidden,
): z.input<typeof live.wireMessage> {
  const number = (text: string) => (hidden.numbers ? shortenNumbers(text) : text)
  const shown = hidden.transcripts || hidden.variables ? hiddenText : number(body)
  return { id, at, direction, channel, title: number(title), body: shown, bytes }
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
    ...{ id, position, ...subjectOf(delivery.body) },
    status,
    attempts,
    nextAt: status === 'waiting' ? nextAt : null,
    lastStatus: lastStatus ?? null,
    lastError: lastError ?? null,
    createdAt,
  }
}

const subject = z.looseObject({ call: z.string(), event: z.looseObject({ type: z.string() }) })

/** What a delivery tells of; its body is what we wrote. */
function subjectOf(body: string): { readonly event: string; readonly call: string } {
  const { call, event } = subject.parse(JSON.parse(body))
  return { event: event.type, call }
}
