/** The journal in the database: batches in one transaction, positions that become visible in order. */
import { and, asc, eq, gt, inArray, max, or, sql as raw } from 'drizzle-orm'
import type { Journaled } from '../../spec/event.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { JournalEntry } from '../contract.ts'
import type { Database, Sql } from '../database.ts'
import { flatten, isTransient, storeFailure } from '../failure.ts'
import { locks } from '../migrate.ts'
import { events, messages, metrics } from '../schema.ts'
import type { JournalRecords, Written } from '../surface.ts'
import { patchCalls } from './patches.ts'

const standardLimit = 500
const largestLimit = 5000

/**
 * Positions are drawn from a sequence, which alone would let a later one be seen before an earlier one (its transaction commits first), and a
 * reader who resumes after it would miss the other. So every batch holds this lock until it has committed: batches of all processes come
 * one after the other, and whoever has seen a position has seen all before it.
 */
const inOrder = raw.raw(`select pg_advisory_xact_lock(${locks.family}, ${locks.journal})`)

export function journal({ sql, alone, transaction }: Database): JournalRecords {
  const writeTogether = (entries: readonly JournalEntry[]) =>
    transaction(async (sql) => {
      if (!alone) await sql.execute(inOrder)
      return writeBatch(sql, entries)
    })
  return {
    async write(entries) {
      try {
        return await writeTogether(entries)
      } catch (error) {
        const failure = storeFailure(error)
        if (isTransient(failure)) throw failure
        return entries.length === 1 ? [refused(failure)] : writeApart(entries, writeTogether)
      }
    },
    async read(organization, call) {
      const where = and(eq(events.organization, organization), eq(events.call, call))
      return sql.select().from(events).where(where).orderBy(asc(events.sequence))
    },
    async history(call) {
      return sql.select().from(events).where(eq(events.call, call)).orderBy(asc(events.sequence))
    },
    async after(position, { organization, call, limit = standardLimit } = {}) {
      const where = and(
        gt(events.position, position),
        organization === undefined ? undefined : eq(events.organization, organization),
        call === undefined ? undefined : eq(events.call, call),
      )
      const most = Math.min(Math.max(1, Math.trunc(limit)), largestLimit)
      return sql.select().from(events).where(where).orderBy(asc(events.position)).limit(most)
    },
    async newest() {
      const [row] = await sql.select({ position: max(events.position) }).from(events)
      return row?.position ?? 0
    },
  }
}

/** One bad entry must not take the others of its batch with it; what follows it in its own call would leave a gap, and is refused too. */
async function writeApart(
  entries: readonly JournalEntry[],
  write: (entries: readonly JournalEntry[]) => Promise<readonly Written[]>,
): Promise<readonly Written[]> {
  const written: Written[] = []
  const broken = new Map<string, Written>()
  for (const entry of entries) {
    const outcome = broken.get(entry.call) ?? (await writeAlone(entry, write))
    if (outcome.type === 'refused') broken.set(entry.call, outcome)
    written.push(outcome)
  }
  return written
}

async function writeAlone(
  entry: JournalEntry,
  write: (entries: readonly JournalEntry[]) => Promise<readonly Written[]>,
): Promise<Written> {
  try {
    return (await write([entry]))[0]!
  } catch (error) {
    const failure = storeFailure(error)
    if (isTransient(failure)) throw failure
    return refused(failure)
  }
}

function refused(error: OffhookError): Written {
  return { type: 'refused', failure: flatten(error) }
}

/** An entry that was not there yet. */
interface Fresh extends JournalEntry {
  readonly position: number
}

async function writeBatch(sql: Sql, entries: readonly JournalEntry[]): Promise<readonly Written[]> {
  const positions = await insertEvents(sql, entries)
  const fresh = entries.flatMap((entry, index) => withPosition(entry, positions[index]))
  await insertMessages(sql, fresh)
  await insertMetrics(sql, fresh)
  await patchCalls(sql, fresh)
  const stored = await readStored(
    sql,
    entries.filter((_, index) => positions[index] === undefined),
  )
  return entries.map((entry, index) => {
    const position = positions[index]
    return position === undefined ? knownOf(entry, stored) : { type: 'written', position }
  })
}

function withPosition(entry: JournalEntry, position: number | undefined): Fresh[] {
  return position === undefined ? [] : [{ ...entry, position }]
}

/** Positions by index; none for those that were there before. */
async function insertEvents(sql: Sql, entries: readonly JournalEntry[]): Promise<(number | undefined)[]> {
  const rows = await sql
    .insert(events)
    .values(entries.map(({ organization, call, sequence, at, event }) => ({ organization, call, sequence, at, event })))
    .onConflictDoNothing({ target: [events.call, events.sequence] })
    .returning({ position: events.position, call: events.call, sequence: events.sequence })
  const positions = new Map(rows.map((row) => [nameOf(row), row.position]))
  return entries.map((entry) => {
    const position = positions.get(nameOf(entry))
    // Twice in one batch: the first one was written.
    positions.delete(nameOf(entry))
    return position
  })
}

async function insertMessages(sql: Sql, entries: readonly Fresh[]): Promise<void> {
  // One statement cannot change a row twice: the last word on a message counts, at the place of the first.
  const rows = new Map<string, typeof messages.$inferInsert>()
  for (const { organization, call, position, message } of entries) {
    if (!message) continue
    const name = JSON.stringify([call, message.id])
    rows.set(name, { ...message, organization, call, position: rows.get(name)?.position ?? position })
  }
  if (rows.size === 0) return
  await sql
    .insert(messages)
    .values([...rows.values()])
    .onConflictDoUpdate({
      target: [messages.call, messages.id],
      set: { text: raw`excluded.text`, interrupted: raw`excluded.interrupted`, role: raw`excluded.role` },
    })
}

async function insertMetrics(sql: Sql, entries: readonly JournalEntry[]): Promise<void> {
  const rows = entries.flatMap(({ organization, call, metrics = [] }) =>
    metrics.map((metric) => ({ ...metric, organization, call })),
  )
  if (rows.length > 0) await sql.insert(metrics).values(rows)
}

async function readStored(sql: Sql, entries: readonly JournalEntry[]): Promise<ReadonlyMap<string, Journaled>> {
  if (entries.length === 0) return new Map()
  const byCall = Map.groupBy(entries, ({ call }) => call)
  const wanted = Array.from(byCall, ([call, some]) => {
    const sequences = some.map(({ sequence }) => sequence)
    return and(eq(events.call, call), inArray(events.sequence, sequences))
  })
  const rows = await sql
    .select()
    .from(events)
    .where(or(...wanted))
  return new Map(rows.map((row) => [nameOf(row), row]))
}

/** Another organization's entry under the same name is not shown: to this one the call does not exist. */
function knownOf(entry: JournalEntry, stored: ReadonlyMap<string, Journaled>): Written {
  const row = stored.get(nameOf(entry))
  if (row?.organization === entry.organization) return { type: 'known', stored: row }
  return refused(new OffhookError('call.unknown', `there is no call ${entry.call} in this organization`))
}

function nameOf({ call, sequence }: { readonly call: string; readonly sequence: number }): string {
  return `${sequence} ${call}`
}
