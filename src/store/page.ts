/** Pages of lists, newest first, by place rather than by count: what is added later never shifts a page. */
import { and, desc, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { OffhookError } from '../spec/errors.ts'
import type { Page, PageRequest } from './contract.ts'

/** Columns every listed table has. */
export interface Listed {
  readonly createdAt: PgColumn
  readonly id: PgColumn
}

const standard = 50
const largest = 200

export function limitOf({ limit = standard }: PageRequest): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= largest) return limit
  throw new OffhookError('request.invalid', `limit ${limit} must be a whole number from 1 to ${largest}`)
}

/** Rows of this page and after, among those that meet the conditions. */
export function from(table: Listed, page: PageRequest, ...conditions: (SQL | undefined)[]): SQL | undefined {
  if (page.cursor === undefined) return and(...conditions)
  const { at, id } = placeOf(page.cursor)
  return and(...conditions, sql`(${table.createdAt}, ${table.id}) < (${at}, ${id})`)
}

export function newest(table: Listed): [SQL, SQL] {
  return [desc(table.createdAt), desc(table.id)]
}

/** Makes a page of `limit + 1` records: the one too many says that there is more. */
export function pageOf<T extends { readonly createdAt: number; readonly id: string }>(
  records: readonly T[],
  limit: number,
): Page<T> {
  const items = records.slice(0, limit)
  const last = items.at(-1)
  return records.length > limit && last ? { items, next: cursorOf(last) } : { items }
}

function cursorOf({ createdAt, id }: { readonly createdAt: number; readonly id: string }): string {
  return Buffer.from(`${createdAt}:${id}`).toString('base64url')
}

function placeOf(cursor: string): { readonly at: number; readonly id: string } {
  const [, at, id] = /^(\d{1,15}):(.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (at !== undefined && id !== undefined) return { at: Number(at), id }
  throw new OffhookError('request.invalid', 'the cursor is not one of ours: give back `next` of the page before')
}
