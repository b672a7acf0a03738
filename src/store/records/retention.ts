/** Removing what an organization does not want to keep: by age, or because somebody asked. */
import { and, asc, eq, inArray, isNotNull, isNull, lt, ne } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { phone } from '../../lib/redact.ts'
import { hideIn, type Hidden } from '../../spec/redaction.ts'
import type { Retention } from '../contract/retention.ts'
import type { Database, Sql } from '../database.ts'
import { present } from '../record.ts'
import { calls, deliveries, events, messages, metrics, subscriptions, wire, wireTallies } from '../schema.ts'

const removed = '[removed]'

export function retention(database: Database): Retention {
  return { ...byAge(database), ...ofCalls(database), ...removals(database) }
}

function byAge({ sql }: Database): Pick<Retention, 'wire' | 'deliveries'> {
  return {
    async wire(organization, before, limit) {
      const old = and(eq(wire.organization, organization), lt(wire.at, before))
      const some = sql.select({ id: wire.id }).from(wire).where(old).orderBy(asc(wire.at)).limit(limit)
      return (await sql.delete(wire).where(inArray(wire.id, some)).returning({ id: wire.id })).length
    },
    async deliveries(organization, before, limit) {
      const settled = and(ne(deliveries.status, 'waiting'), lt(deliveries.createdAt, before))
      const old = and(eq(deliveries.organization, organization), settled)
      const some = sql.select({ id: deliveries.id }).from(deliveries).where(old).limit(limit)
      return (await sql.delete(deliveries).where(inArray(deliveries.id, some)).returning({ id: deliveries.id })).length
    },
  }
}

function ofCalls({ sql }: Database): Pick<Retention, 'recordings' | 'worded' | 'calls'> {
  const endedBefore = (organization: string, before: number) =>
    and(eq(calls.organization, organization), lt(calls.createdAt, before), isNotNull(calls.endedAt))
  const oldest = [asc(calls.createdAt), asc(calls.id)] as const
  const chosen = { id: calls.id, recording: calls.recording }
  return {
    async recordings(organization, before, limit) {
      const where = and(endedBefore(organization, before), isNotNull(calls.recording))
      const rows = await sql
        .select(chosen)
        .from(calls)
        .where(where)
        .orderBy(...oldest)
        .limit(limit)
      return rows.map(present)
    },
    async worded(organization, before, limit) {
      const where = and(endedBefore(organization, before), isNull(calls.transcriptRemovedAt))
      const rows = await sql
        .select(chosen)
        .from(calls)
        .where(where)
        .orderBy(...oldest)
        .limit(limit)
      return rows.map(({ id }) => id)
    },
    async calls(organization, before, limit) {
      const where = endedBefore(organization, before)
      const rows = await sql
        .select(chosen)
        .from(calls)
        .where(where)
        .orderBy(...oldest)
        .limit(limit)
      return rows.map(present)
    },
  }
}

type Removals = Pick<Retention, 'forgetRecording' | 'removeTranscript' | 'redact' | 'removeCall'>

function removals({ sql, transaction }: Database): Removals {
  return {
    async forgetRecording(organization, call) {
      await sql.update(calls).set({ recording: null }).where(own(organization, call))
    },
    removeTranscript: (organization, call, now) =>
      transaction(async (sql) => {
        await removeWords(sql, organization, call, { words: true, numbers: false })
        await sql.update(calls).set({ transcriptRemovedAt: now }).where(own(organization, call))
      }),
    redact: (organization, call, now) =>
      transaction(async (sql) => {
        const before = (await sql.select().from(calls).where(own(organization, call)).for('update'))[0]
        if (!before) return
        await removeWords(sql, organization, call, { words: true, numbers: true })
        await sql.delete(wire).where(of(wire, organization, call))
        await sql
          .update(calls)
          .set({
            ...{ from: phone(before.from), to: phone(before.to), variables: {}, metadata: {}, voicemailMessage: null },
            ...{ recording: null, transcriptRemovedAt: before.transcriptRemovedAt ?? now, redactedAt: now },
          })
          .where(own(organization, call))
      }),
    removeCall: (organization, call) =>
      transaction(async (sql) => {
        await removeDeliveries(sql, organization, call)
        for (const table of [messages, metrics, wire, wireTallies, events])
          await sql.delete(table).where(of(table, organization, call))
        await sql.delete(calls).where(own(organization, call))
      }),
  }
}

/** Events keep their place and their kind; what was said in them goes. */
async function removeWords(sql: Sql, organization: string, call: string, hidden: Hidden): Promise<void> {
  await removeDeliveries(sql, organization, call)
  await sql.delete(messages).where(of(messages, organization, call))
  const rows = await sql
    .select({ position: events.position, event: events.event })
    .from(events)
    .where(of(events, organization, call))
  for (const { position, event } of rows) {
    const after = hideIn(event, hidden, removed)
    if (JSON.stringify(after) === JSON.stringify(event)) continue
    await sql.update(events).set({ event: after }).where(eq(events.position, position))
  }
}

/** Deliveries hold the words of their event. One that was not delivered yet is not delivered any more. */
async function removeDeliveries(sql: Sql, organization: string, call: string): Promise<void> {
  const positions = sql
    .select({ position: events.position })
    .from(events)
    .where(of(events, organization, call))
  const theirs = sql
    .select({ id: subscriptions.id })
    .from(subscriptions)
    .where(eq(subscriptions.organization, organization))
  await sql
    .delete(deliveries)
    .where(and(inArray(deliveries.subscription, theirs), inArray(deliveries.position, positions)))
}

function own(organization: string, call: string) {
  return and(eq(calls.organization, organization), eq(calls.id, call))
}

function of(table: { readonly organization: PgColumn; readonly call: PgColumn }, organization: string, call: string) {
  return and(eq(table.organization, organization), eq(table.call, call))
}
