/** The calls that run now: read once, and again when the journal says that one began or ended. */
import { useQueries } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { useLiveState } from '../../lib/events.ts'

export type LiveCall = Schemas['Call']

const statuses = ['in-progress', 'ringing', 'initiated', 'queued'] as const
/** Most of each status that are asked for. */
const pages = 5

/** The key begins with `calls`: what makes lists of calls stale makes this stale. */
const statusQuery = (status: (typeof statuses)[number]) => ({
  queryKey: ['calls', 'live', status],
  queryFn: async () => {
    const calls: LiveCall[] = []
    let cursor: string | undefined
    for (let page = 0; page < pages; page++) {
      const query = { status, limit: 200, ...(cursor === undefined ? {} : { cursor }) }
      const { items, next } = await read(api.GET('/v1/calls', { params: { query } }))
      calls.push(...items)
      if (next === null) break
      cursor = next
    }
    return calls
  },
})

export interface LiveCalls {
  readonly calls: readonly LiveCall[]
  readonly error: unknown
  readonly pending: boolean
  readonly refetch: () => void
}

export function useLiveCalls(): LiveCalls {
  const live = useLiveState()
  useEffect(() => {
    if (live === 'open') void queries.invalidateQueries({ queryKey: ['calls', 'live'] })
  }, [live])
  return useQueries({ queries: statuses.map(statusQuery), combine })
}

interface Answer {
  readonly data: readonly LiveCall[] | undefined
  readonly error: unknown
  readonly isPending: boolean
  readonly refetch: () => Promise<unknown>
}

/** Newest first; a call that changed its status between two answers counts once. */
function combine(answers: readonly Answer[]): LiveCalls {
  const byId = new Map<string, LiveCall>()
  for (const { data = [] } of answers) for (const call of data) if (!byId.has(call.id)) byId.set(call.id, call)
  return {
    calls: [...byId.values()].toSorted((a, b) => b.createdAt - a.createdAt),
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    pending: answers.some(({ isPending }) => isPending),
    refetch: () => {
      for (const { refetch } of answers) void refetch()
    },
  }
}
