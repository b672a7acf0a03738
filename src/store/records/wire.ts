/** Messages between carriers and us, up to a bound per call; the rest is counted. */
import { and, asc, count, eq, gt, inArray, isNull, sql as raw } from 'drizzle-orm'
import type { CountedWire, WireNote, Wires, WireTally } from '../contract/wire.ts'
import type { Database, Sql } from '../database.ts'
import { without } from '../record.ts'
import { calls, wire as table, wireTallies as tallies } from '../schema.ts'

const nothing: WireTally = { framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0, unlisted: 0 }

export function wire({ sql, transaction }: Database): Wires {
  return {
    add: (notes, counted, bound) => transaction((sql) => addAll(sql, notes, counted, bound)),
    async list(organization, call, after = 0) {
      const where = and(eq(table.organization, organization), eq(table.call, call), gt(table.id, after))
      return sql.select().from(table).where(where).orderBy(asc(table.id))
    },
    async tally(organization, call) {
      const where = and(eq(tallies.organization, organization), eq(tallies.call, call))
      const row = (await sql.select().from(tallies).where(where))[0]
      return row ? without(row, 'call', 'organization') : nothing
    },
  }
}

/** What belongs to a call that is gone by now, or was redacted, is nobody's. */
async function addAll(
  sql: Sql,
  notes: readonly WireNote[],
  counted: readonly CountedWire[],
  bound: number,
): Promise<void> {
  const named = [...new Set([...notes, ...counted].map(({ call }) => call))]
  if (named.length === 0) return
  const found = await sql
    .select({ id: calls.id, organization: calls.organization })
    .from(calls)
    .where(and(inArray(calls.id, named), isNull(calls.redactedAt)))
    .for('key share')
  const owners = new Map(found.map(({ id, organization }) => [id, organization]))
  const own = <T extends { readonly call: string; readonly organization: string }>(some: readonly T[]) =>
    some.filter(({ call, organization }) => owners.get(call) === organization)
  const unlisted = await addNotes(sql, own(notes), bound)
  await addTallies(sql, [...own(counted).map((one) => ({ ...one, unlisted: 0 })), ...unlisted])
}

type Counted = CountedWire & Pick<WireTally, 'unlisted'>

/** Returns what did not fit. */
async function addNotes(sql: Sql, notes: readonly WireNote[], bound: number): Promise<readonly Counted[]> {
  if (notes.length === 0) return []
  const named = [...new Set(notes.map(({ call }) => call))]
  const stored = await sql
    .select({ call: table.call, count: count() })
    .from(table)
    .where(inArray(table.call, named))
    .groupBy(table.call)
  const room = new Map(stored.map((row) => [row.call, bound - row.count]))
  const listed: WireNote[] = []
  const rest = new Map<string, Counted>()
  for (const note of notes) {
    const left = room.get(note.call) ?? bound
    room.set(note.call, left - 1)
    if (left > 0) listed.push(note)
    else rest.set(note.call, { ...countsOf(note), unlisted: (rest.get(note.call)?.unlisted ?? 0) + 1 })
  }
  if (listed.length > 0) await sql.insert(table).values(listed)
  return [...rest.values()]
}

function countsOf({ call, organization }: WireNote): CountedWire {
  return { call, organization, framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0 }
}

async function addTallies(sql: Sql, counted: readonly Counted[]): Promise<void> {
  const sums = new Map<string, Counted>()
  for (const one of counted) {
    const before = sums.get(one.call)
    sums.set(one.call, before ? sum(before, one) : one)
  }
  if (sums.size === 0) return
  const plus = (name: keyof WireTally) => raw`${tallies[name]} + ${raw.raw(`excluded.${columnOf(name)}`)}`
  await sql
    .insert(tallies)
    .values([...sums.values()])
    .onConflictDoUpdate({
      target: tallies.call,
      set: {
        framesIn: plus('framesIn'),
        bytesIn: plus('bytesIn'),
        framesOut: plus('framesOut'),
        bytesOut: plus('bytesOut'),
        unlisted: plus('unlisted'),
      },
    })
}

function sum(a: Counted, b: Counted): Counted {
  return {
    ...a,
    framesIn: a.framesIn + b.framesIn,
    bytesIn: a.bytesIn + b.bytesIn,
    framesOut: a.framesOut + b.framesOut,
    bytesOut: a.bytesOut + b.bytesOut,
    unlisted: a.unlisted + b.unlisted,
  }
}

function columnOf(name: keyof WireTally): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
