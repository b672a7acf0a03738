/** Calls as lists show them: projections that the journal keeps up to date. */
import { and, asc, eq, gte, inArray, isNotNull, isNull, lt, sql as raw } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { CallStatus } from '../../spec/call.ts'
import type { CallFilter, CallRecord, Store } from '../contract.ts'
import type { Database } from '../database.ts'
import { from, limitOf, newest, pageOf } from '../page.ts'
import { present } from '../record.ts'
import { calls as table } from '../schema.ts'

type Row = typeof table.$inferSelect

/** As in the partial index `calls_open`. */
const openStatuses = ['queued', 'initiated', 'ringing', 'in-progress'] as const satisfies readonly CallStatus[]

export function calls(database: Database): Store['calls'] {
  return { ...records(database), ...counts(database) }
}

type Counts = Pick<Store['calls'], 'count' | 'load' | 'waitedFor'>

function records({ sql }: Database): Omit<Store['calls'], keyof Counts> {
  return {
    async create(call) {
      await sql.insert(table).values(call)
    },
    async get(organization, id) {
      const own = and(eq(table.organization, organization), eq(table.id, id))
      return (await sql.select().from(table).where(own)).map(recordOf)[0]
    },
    async find(id) {
      return (await sql.select().from(table).where(eq(table.id, id))).map(recordOf)[0]
    },
    async findByRef(connection, ref) {
      const where = and(eq(table.connection, connection), eq(table.ref, ref))
      return (await sql.select().from(table).where(where)).map(recordOf)[0]
    },
    async list(organization, filter = {}) {
      const limit = limitOf(filter)
      const where = from(table, filter, eq(table.organization, organization), ...conditions(filter))
      const rows = await sql
        .select()
        .from(table)
        .where(where)
        .orderBy(...newest(table))
        .limit(limit + 1)
      return pageOf(rows.map(recordOf), limit)
    },
    async open() {
      const where = and(inArray(table.status, [...openStatuses]), raw`${table.waiting} is not true`)
      return (await sql.select().from(table).where(where).orderBy(asc(table.createdAt), asc(table.id))).map(recordOf)
    },
  }
}

function counts({ sql }: Database): Counts {
  return {
    async count(organization, since) {
      const counted = {
        all: raw<number>`count(*)`.mapWith(Number),
        open: raw<number>`count(*) filter (where ${inArray(table.status, [...openStatuses])})`.mapWith(Number),
        since: raw<number>`count(*) filter (where ${gte(table.createdAt, since)})`.mapWith(Number),
      }
      const rows = await sql.select(counted).from(table).where(eq(table.organization, organization))
      return rows[0] ?? { all: 0, open: 0, since: 0 }
    },
    async load(connection) {
      const counted = {
        waiting: raw<number>`count(*) filter (where ${table.waiting})`.mapWith(Number),
        running: raw<number>`count(*) filter (where ${table.waiting} is not true)`.mapWith(Number),
      }
      const own = and(eq(table.connection, connection), eq(table.direction, 'outbound'))
      const rows = await sql
        .select(counted)
        .from(table)
        .where(and(own, inArray(table.status, [...openStatuses])))
      return rows[0] ?? { waiting: 0, running: 0 }
    },
    async waitedFor() {
      const rows = await sql
        .selectDistinct({ connection: table.connection })
        .from(table)
        .where(and(raw`${table.waiting}`, inArray(table.status, [...openStatuses])))
      return rows.map(({ connection }) => connection)
    },
  }
}

/** `since` is included, `until` is not, so that neighbouring spans share no call. */
function conditions({ status, direction, since, until, recorded, ...filter }: CallFilter): (SQL | undefined)[] {
  return [
    status && eq(table.status, status),
    direction && eq(table.direction, direction),
    given(filter.agent, (value) => eq(table.agent, value)),
    given(filter.connection, (value) => eq(table.connection, value)),
    given(filter.carrier, (value) => eq(table.carrier, value)),
    given(filter.from, (value) => raw`position(${value} in ${table.from}) > 0`),
    given(filter.to, (value) => raw`position(${value} in ${table.to}) > 0`),
    given(since, (value) => gte(table.createdAt, value)),
    given(until, (value) => lt(table.createdAt, value)),
    given(recorded, (value) => (value ? isNotNull(table.recording) : isNull(table.recording))),
    given(filter.endReason, (value) => eq(table.endReason, value)),
  ]
}

function given<T>(value: T | undefined, condition: (value: T) => SQL): SQL | undefined {
  return value === undefined ? undefined : condition(value)
}

function recordOf(row: Row): CallRecord {
  return present(row)
}
