/** What a batch of journal entries changes of its calls: one statement for all calls that change in the same fields. */
import { and, eq, getTableColumns, sql as raw } from 'drizzle-orm'
import type { JournalEntry } from '../contract.ts'
import type { Sql } from '../database.ts'
import { calls } from '../schema.ts'

type Patch = NonNullable<JournalEntry['patch']>

const { id, organization, ...changeable } = getTableColumns(calls)
type Field = keyof typeof changeable

interface Change {
  readonly call: string
  readonly organization: string
  readonly patch: Patch
}

/** Each changed row enters a dozen indexes anyway; a round trip for each as well would keep the callers of a rush waiting. */
export async function patchCalls(sql: Sql, entries: readonly JournalEntry[]): Promise<void> {
  const alike = Map.groupBy(changesOf(entries), ({ patch }) => fieldsOf(patch).join(' '))
  for (const changes of alike.values()) await patchAlike(sql, changes)
}

/** One for each call that changes: later entries win, field by field. */
function changesOf(entries: readonly JournalEntry[]): readonly Change[] {
  const changes = new Map<string, Change>()
  for (const { organization, call, patch } of entries) {
    if (patch) changes.set(call, { call, organization, patch: { ...changes.get(call)?.patch, ...defined(patch) } })
  }
  return [...changes.values()].filter(({ patch }) => fieldsOf(patch).length > 0)
}

function defined(patch: Patch): Patch {
  return Object.fromEntries(Object.entries(patch).filter(([name, value]) => value !== undefined && name in changeable))
}

function fieldsOf(patch: Patch): Field[] {
  return (Object.keys(patch) as Field[]).toSorted() // what is no field was left out above
}

async function patchAlike(sql: Sql, changes: readonly Change[]): Promise<void> {
  const fields = fieldsOf(changes[0]!.patch)
  const columns = fields.map((field) => changeable[field])
  const rows = changes.map(({ call, organization: owner, patch }) => {
    const cells = fields.map((field, index) => cell(patch[field as keyof Patch], columns[index]!))
    return raw`(${raw.join([cell(call, id), cell(owner, organization), ...cells], raw`, `)})`
  })
  const names = ['call', 'owned_by', ...fields.map((_, index) => `field_${index}`)]
  const changed = raw`(values ${raw.join(rows, raw`, `)}) as changed (${raw.raw(names.join(', '))})`
  const own = and(eq(calls.id, raw`changed.call`), eq(calls.organization, raw`changed.owned_by`))
  const set = Object.fromEntries(fields.map((field, index) => [field, raw.raw(`changed.field_${index}`)]))
  await sql.update(calls).set(set).from(changed).where(own)
}

/** With its type: the server would take what it is not told for text. */
function cell(value: unknown, column: (typeof changeable)[Field] | typeof id | typeof organization) {
  return raw`${raw.param(value, column)}::${raw.raw(column.getSQLType())}`
}
