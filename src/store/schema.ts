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
import type { CallRecord, Connection, Delivery, KeyScope, Message, Metric, SetUpRecord } from './contract.ts'
import type { Role } from './contract/people.ts'
import type { HouseSettings } from './contract/retention.ts'
import type { WireNote } from './contract/wire.ts'

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

export const users = pgTable(
  'users',
  {
    id: text().primaryKey(),
    organization: organization(),
    /** Lower case: who signs in names no organization. */
    email: text().notNull(),
    name: text().notNull(),
    role: text().$type<Role>().notNull(),
    /** scrypt, with its parameters and salt; absent until one is set: then nobody signs in with it. */
    password: text(),
    createdAt: time().notNull(),
    lastSeenAt: time(),
  },
  (user) => [
    unique('users_tenant').on(user.organization, user.id),
    unique('users_email').on(user.email),
    index('users_newest').on(user.organization, user.createdAt, user.id),
  ],
)

/** Somebody signed in on the console: by a key, as a user, or with a code from the terminal. */
export const sessions = pgTable(
  'sessions',
  {
    id: text().primaryKey(),
    organization: organization(),
    /** SHA-256 of the cookie, hex. */
    hash: text().notNull(),
    user: text(),
    key: text().references(() => keys.id, { onDelete: 'cascade' }),
    createdAt: time().notNull(),
    seenAt: time().notNull(),
  },
  (session) => [
    unique('sessions_hash').on(session.hash),
    index('sessions_seen').on(session.seenAt),
    index('sessions_user_of').on(session.user),
    index('sessions_key_of').on(session.key),
    foreignKey({
      name: 'sessions_user',
      columns: [session.organization, session.user],
      foreignColumns: [users.organization, users.id],
    }).onDelete('cascade'),
  ],
)

/** What an organization has chosen for all of its calls. */
export const settings = pgTable('settings', {
  organization: organization().primaryKey(),
  value: json().$type<HouseSettings>().notNull(),
  updatedAt: time().notNull(),
})

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
    setUp: json().$type<SetUpRecord>(),
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
    pointed: boolean(),
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
    usage: json().$type<NonNullable<CallRecord['usage']>>(),
    owner: text(),
    /** Null unless it ever waited for a line. */
    waiting: boolean(),
    /** Set when its words were removed, and when all that tells of people was. */
    transcriptRemovedAt: time(),
    redactedAt: time(),
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
    index('calls_carrier').on(call.organization, call.carrier, call.createdAt, call.id),
    index('calls_recorded')
      .on(call.organization, call.createdAt)
      .where(sql`recording is not null`),
    index('calls_worded')
      .on(call.organization, call.createdAt)
      .where(sql`transcript_removed_at is null`),
    index('calls_waiting')
      .on(call.connection)
      .where(sql`waiting`),
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

/** Messages between a carrier and us: bounded per call, secrets removed. */
export const wire = pgTable(
  'wire',
  {
    id: bigint({ mode: 'number' }).generatedAlwaysAsIdentity().primaryKey(),
    ...ofCall(),
    at: time().notNull(),
    direction: text().$type<WireNote['direction']>().notNull(),
    channel: text().$type<WireNote['channel']>().notNull(),
    title: text().notNull(),
    body: text().notNull(),
    bytes: integer().notNull(),
  },
  (message) => [
    index('wire_of').on(message.call, message.id),
    index('wire_age').on(message.organization, message.at),
    foreignKey({
      name: 'wire_call',
      columns: [message.organization, message.call],
      foreignColumns: [calls.organization, calls.id],
    }).onDelete('cascade'),
  ],
)

/** What of a call's wire is only counted: sound, and messages beyond the bound. */
export const wireTallies = pgTable(
  'wire_tallies',
  {
    call: text().primaryKey(),
    organization: text().notNull(),
    framesIn: bigint({ mode: 'number' }).notNull(),
    bytesIn: bigint({ mode: 'number' }).notNull(),
    framesOut: bigint({ mode: 'number' }).notNull(),
    bytesOut: bigint({ mode: 'number' }).notNull(),
    unlisted: integer().notNull(),
  },
  (tally) => [
    foreignKey({
      name: 'wire_tallies_call',
      columns: [tally.organization, tally.call],
      foreignColumns: [calls.organization, calls.id],
    }).onDelete('cascade'),
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
    index('deliveries_age').on(delivery.organization, delivery.createdAt),
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
