/** The tables, once for both databases. Times are ms since 1970; JSON is `json`, which keeps every string a call may hold (also NUL escapes). */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { CallStatus, Direction, EndReason, Variables } from '../spec/call.ts'
import type { CallEvent } from '../spec/event.ts'
import type { CallRecord, Connection, Delivery, KeyScope, Message, Metric } from './contract.ts'

/** What is measured may have fractions of a millisecond; what is kept has none, rather than be refused. */
const whole = (type: 'bigint' | 'integer') =>
  customType<{ data: number; driverData: number | string }>({
    dataType: () => type,
    toDriver: Math.round,
    fromDriver: Number,
  })
const time = whole('bigint')
const duration = whole('integer')
const organization = () =>
  text()
    .notNull()
    .references(() => organizations.id)

export const organizations = pgTable('organizations', {
  id: text().primaryKey(),
  name: text().notNull(),
  createdAt: time().notNull(),
})

export const keys = pgTable(
  'keys',
  {
    id: text().primaryKey(),
    organization: organization(),
    name: text().notNull(),
    prefix: text().notNull(),
    /** SHA-256 of the secret, hex. */
    hash: text().notNull(),
    scopes: json().$type<readonly KeyScope[]>().notNull(),
    createdAt: time().notNull(),
    lastUsedAt: time(),
    revokedAt: time(),
  },
  (key) => [unique('keys_hash').on(key.hash), index('keys_newest').on(key.organization, key.createdAt, key.id)],
)

export const connections = pgTable(
  'connections',
  {
    id: text().primaryKey(),
    organization: organization(),
    kind: text().$type<Connection['kind']>().notNull(),
    provider: text().notNull(),
    name: text().notNull(),
    /** Sealed as one value. */
    settings: text().notNull(),
    account: text(),
    isDefault: boolean().notNull(),
    source: text().$type<Connection['source']>().notNull(),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
  },
  (connection) => [
    unique('connections_tenant').on(connection.organization, connection.id),
    unique('connections_name').on(connection.organization, connection.kind, connection.provider, connection.name),
    uniqueIndex('connections_account')
      .on(connection.provider, connection.account)
      .where(sql`kind = 'carrier'`),
    uniqueIndex('connections_default')
      .on(connection.organization, connection.kind, connection.provider)
      .where(sql`is_default`),
    index('connections_newest').on(connection.organization, connection.createdAt, connection.id),
  ],
)

export const agents = pgTable(
  'agents',
  {
    id: text().primaryKey(),
    organization: organization(),
    name: text().notNull(),
    provider: text().notNull(),
    /** Sealed as one value. */
    settings: text().notNull(),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
  },
  (agent) => [
    unique('agents_tenant').on(agent.organization, agent.id),
    index('agents_newest').on(agent.organization, agent.createdAt, agent.id),
  ],
)

export const numbers = pgTable(
  'numbers',
  {
    id: text().primaryKey(),
    organization: organization(),
    connection: text().notNull(),
    number: text().notNull(),
    display: text().notNull(),
    agent: text(),
    label: text(),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
  },
  (number) => [
    unique('numbers_number').on(number.connection, number.number),
    index('numbers_newest').on(number.organization, number.createdAt, number.id),
    index('numbers_agent_of').on(number.organization, number.agent),
    foreignKey({
      name: 'numbers_connection',
      columns: [number.organization, number.connection],
      foreignColumns: [connections.organization, connections.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'numbers_agent',
      columns: [number.organization, number.agent],
      foreignColumns: [agents.organization, agents.id],
    }),
  ],
)

// Agent and connection are no foreign keys: a call outlives what it was made with.
export const calls = pgTable(
  'calls',
  {
    id: text().primaryKey(),
    organization: organization(),
    direction: text().$type<Direction>().notNull(),
    carrier: text().notNull(),
    connection: text().notNull(),
    from: text().notNull(),
    to: text().notNull(),
    agent: text().notNull(),
    variables: json().$type<Variables>().notNull(),
    metadata: json().$type<Readonly<Record<string, unknown>>>().notNull(),
    ringTimeout: duration().notNull(),
    maxDuration: duration().notNull(),
    machineDetection: boolean().notNull(),
    voicemailMessage: text(),
    record: boolean().notNull(),
    createdAt: time().notNull(),
    ref: text(),
    status: text().$type<CallStatus>().notNull(),
    endReason: text().$type<EndReason>(),
    cause: text(),
    answeredBy: text(),
    startedAt: time(),
    answeredAt: time(),
    endedAt: time(),
    recording: text(),
    cost: json().$type<NonNullable<CallRecord['cost']>>(),
    owner: text(),
  },
  (call) => [
    unique('calls_tenant').on(call.organization, call.id),
    unique('calls_ref').on(call.connection, call.ref),
    index('calls_newest').on(call.organization, call.createdAt, call.id),
    index('calls_status').on(call.organization, call.status, call.createdAt, call.id),
    index('calls_agent').on(call.organization, call.agent, call.createdAt, call.id),
    index('calls_connection').on(call.organization, call.connection, call.createdAt, call.id),
    index('calls_from').on(call.organization, call.from, call.createdAt, call.id),
    index('calls_to').on(call.organization, call.to, call.createdAt, call.id),
    index('calls_open')
      .on(call.createdAt)
      .where(sql`status in ('queued', 'initiated', 'ringing', 'in-progress')`),
  ],
)

/** Columns and the tenant-proof key that everything written about a call shares. */
const ofCall = () => ({ organization: text().notNull(), call: text().notNull() })

/** The journal. */
export const events = pgTable(
  'events',
  {
    position: bigint({ mode: 'number' }).generatedAlwaysAsIdentity().primaryKey(),
    ...ofCall(),
    sequence: integer().notNull(),
    at: time().notNull(),
    event: json().$type<CallEvent>().notNull(),
  },
  (event) => [
    unique('events_sequence').on(event.call, event.sequence),
    index('events_stream').on(event.organization, event.position),
    foreignKey({
      name: 'events_call',
      columns: [event.organization, event.call],
      foreignColumns: [calls.organization, calls.id],
    }),
  ],
)

export const messages = pgTable(
  'messages',
  {
    id: text().notNull(),
    ...ofCall(),
    /** Of the event that added it: the order of the transcript. */
    position: bigint({ mode: 'number' }).notNull(),
    role: text().$type<Message['role']>().notNull(),
    text: text().notNull(),
    at: time().notNull(),
    interrupted: boolean(),
  },
  (message) => [
    primaryKey({ name: 'messages_id', columns: [message.call, message.id] }),
    foreignKey({
      name: 'messages_call',
      columns: [message.organization, message.call],
      foreignColumns: [calls.organization, calls.id],
    }),
  ],
)

export const metrics = pgTable(
  'metrics',
  {
    id: bigint({ mode: 'number' }).generatedAlwaysAsIdentity().primaryKey(),
    ...ofCall(),
    message: text(),
    source: text().$type<Metric['source']>().notNull(),
    name: text().notNull(),
    value: doublePrecision().notNull(),
    unit: text(),
    at: time().notNull(),
  },
  (metric) => [
    index('metrics_of').on(metric.call, metric.id),
    foreignKey({
      name: 'metrics_call',
      columns: [metric.organization, metric.call],
      foreignColumns: [calls.organization, calls.id],
    }),
  ],
)

export const subscriptions = pgTable(
  'subscriptions',
  {
    id: text().primaryKey(),
    organization: organization(),
    url: text().notNull(),
    /** Sealed. */
    secret: text().notNull(),
    events: json().$type<readonly string[]>().notNull(),
    enabled: boolean().notNull(),
    createdAt: time().notNull(),
  },
  (subscription) => [
    unique('subscriptions_tenant').on(subscription.organization, subscription.id),
    index('subscriptions_newest').on(subscription.organization, subscription.createdAt, subscription.id),
  ],
)

export const deliveries = pgTable(
  'deliveries',
  {
    id: text().primaryKey(),
    subscription: text().notNull(),
    organization: text().notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    body: text().notNull(),
    attempts: integer().notNull(),
    status: text().$type<Delivery['status']>().notNull(),
    nextAt: time().notNull(),
    lastStatus: integer(),
    lastError: text(),
    createdAt: time().notNull(),
  },
  (delivery) => [
    unique('deliveries_position').on(delivery.subscription, delivery.position),
    index('deliveries_newest').on(delivery.subscription, delivery.createdAt, delivery.id),
    index('deliveries_due')
      .on(delivery.nextAt)
      .where(sql`status = 'waiting'`),
    foreignKey({
      name: 'deliveries_subscription',
      columns: [delivery.organization, delivery.subscription],
      foreignColumns: [subscriptions.organization, subscriptions.id],
    }).onDelete('cascade'),
  ],
)

/** Single values of the whole house: the spool cursor, the id of the secret key. */
export const state = pgTable('state', { key: text().primaryKey(), value: text().notNull() })
