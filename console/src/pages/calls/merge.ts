/** A long list of calls kept fresh: its first page is read again, what moved further down is replaced where it stands. */
import type { Schemas } from '../../lib/api.ts'

type Call = Schemas['Call']

export interface CallPage {
  readonly items: readonly Call[]
  readonly next: string | null
}

/**
 * `fresh`: the first page as it is now; calls among the loaded that are as new as its last and not in it no longer match the filters.
 * `changed`: calls read one by one. Nothing is loaded twice, and the cursors of later pages stay good.
 */
export function mergeCalls(
  pages: readonly CallPage[],
  fresh: CallPage,
  changed: readonly Call[] = [],
): readonly CallPage[] {
  const [first, ...later] = pages
  if (!first) return [fresh]
  const known = new Set(fresh.items.map(({ id }) => id))
  const byId = new Map(changed.map((call) => [call.id, call]))
  const oldest = fresh.next === null ? -Infinity : (fresh.items.at(-1)?.createdAt ?? -Infinity)
  const keep = (items: readonly Call[]) =>
    items.filter(({ id, createdAt }) => !known.has(id) && createdAt <= oldest).map((call) => byId.get(call.id) ?? call)
  return [
    { items: [...fresh.items, ...keep(first.items)], next: first.next },
    ...later.map(({ items, next }) => ({ items: keep(items), next })),
  ]
}
