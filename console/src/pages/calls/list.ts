/** The calls that match the filters: page by page as far as somebody scrolls, and live. */
import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import type { CallSearch } from '../../lib/call-search.ts'
import { useEvents } from '../../lib/events.ts'
import { mergeCalls, type CallPage } from './merge.ts'
import { queryOf } from './query.ts'

type Call = Schemas['Call']
type Pages = InfiniteData<CallPage, string | undefined>

const pageSize = 50
/** Events of a busy minute come in bursts: the list follows once in this time, ms. */
const pace = 1_000

export function useCallList(search: CallSearch) {
  const key = ['call-list', search]
  const readPage = (cursor: string | undefined): Promise<CallPage> =>
    read(api.GET('/v1/calls', { params: { query: { ...queryOf(search, Date.now()), limit: pageSize, cursor } } }))
  const list = useInfiniteQuery({
    queryKey: key,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => readPage(pageParam),
    getNextPageParam: ({ next }) => next ?? undefined,
    staleTime: Infinity,
  })

  const changed = useRef(new Set<string>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const follow = async () => {
    timer.current = undefined
    const ids = [...changed.current]
    changed.current.clear()
    const fresh = await readPage(undefined)
    const first = new Set(fresh.items.map(({ id }) => id))
    const loaded = new Set(queries.getQueryData<Pages>(key)?.pages.flatMap(({ items }) => items.map(({ id }) => id)))
    const below = await Promise.all(ids.filter((id) => loaded.has(id) && !first.has(id)).map(readCall))
    queries.setQueryData<Pages>(
      key,
      (before) => before && { ...before, pages: [...mergeCalls(before.pages, fresh, below)] },
    )
  }
  useEvents(({ call, event }) => {
    if (!event.type.startsWith('call.') && event.type !== 'cost.known') return
    changed.current.add(call)
    // A read that fails is made up for by the next event; the mark in the corner tells of a gateway that is gone.
    timer.current ??= setTimeout(() => void follow().catch(() => undefined), pace)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  return list
}

function readCall(id: string): Promise<Call> {
  return read(api.GET('/v1/calls/{id}', { params: { path: { id } } }))
}
