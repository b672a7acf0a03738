/** What the page knows of a call: read once, kept up to date by the journal. */
import { queryOptions, skipToken, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { useEvents, useLiveState } from '../../lib/events.ts'
import type { ServerEvent } from '../../lib/sse.ts'
import { merged, type Entry } from './event.ts'
import { storyOf, type Story } from './story.ts'

const at = (id: string) => ({ params: { path: { id } } })

const callQuery = (id: string) =>
  queryOptions({ queryKey: ['call', id], queryFn: () => read(api.GET('/v1/calls/{id}', at(id))) })

const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ['call', id, 'events'],
    queryFn: async () => (await read(api.GET('/v1/calls/{id}/events', at(id)))).items,
  })

/** One point for every 20 ms of a short call, fewer of a long one. */
const peakPoints = 4_000

const peaksQuery = (id: string) =>
  queryOptions({
    queryKey: ['call', id, 'peaks'],
    staleTime: Infinity,
    queryFn: () =>
      read(api.GET('/v1/calls/{id}/recording/peaks', { params: { path: { id }, query: { points: peakPoints } } })),
  })

export const wireQuery = (id: string) =>
  queryOptions({
    queryKey: ['call', id, 'wire'],
    queryFn: () => read(api.GET('/v1/calls/{id}/wire', { params: { path: { id } } })),
  })

/** A message of the call's wire as it came, live. */
export function takeWire(id: string, event: ServerEvent): void {
  if (event.type !== 'wire') return
  const message = JSON.parse(event.data) as Schemas['WireMessage'] // the gateway's own words
  queries.setQueryData(wireQuery(id).queryKey, (known) =>
    known && !known.items.some((one) => one.id === message.id) ? { ...known, items: [...known.items, message] } : known,
  )
}

export const metricsQuery = (id: string) =>
  queryOptions({
    queryKey: ['call', id, 'metrics'],
    queryFn: async () => (await read(api.GET('/v1/calls/{id}/metrics', at(id)))).items,
  })

export const agentQuery = (id: string) =>
  queryOptions({ queryKey: ['agent', id], queryFn: () => read(api.GET('/v1/agents/{id}', at(id))) })

/** What is said at the end of a call is in the store by then, ms. */
const wireSettles = 2_000

/** Events that change the call's own record. */
const telling = /^(call|cost|usage|machine|media|recording|transfer)\./

export function useCall(id: string): UseQueryResult<Schemas['CallInFull']> {
  const live = useLiveState()
  useEvents(({ event }) => {
    if (telling.test(event.type)) void queries.invalidateQueries({ queryKey: ['call', id], exact: true })
    // The sound on the wire is counted to its end, and the last messages are kept a moment later.
    if (event.type === 'call.ended')
      setTimeout(() => void queries.invalidateQueries({ queryKey: wireQuery(id).queryKey }), wireSettles)
  }, id)
  useEffect(() => {
    // What happened while nothing was connected is read again.
    if (live === 'open') void queries.invalidateQueries({ queryKey: ['call', id], exact: true })
  }, [live, id])
  return useQuery(callQuery(id))
}

export interface Told {
  readonly entries: readonly Entry[]
  readonly story: Story
  readonly error: unknown
  readonly pending: boolean
}

/** The call's events so far, and what they tell. */
export function useStory(id: string): Told {
  const history = useQuery(historyQuery(id))
  const live = useLiveState()
  const [since, setSince] = useState<{ readonly id: string; readonly entries: readonly Entry[] }>({ id, entries: [] })
  useEvents((entry) => {
    setSince((now) => ({ id, entries: [...(now.id === id ? now.entries : []), entry] }))
  }, id)
  useEffect(() => {
    if (live === 'open') void queries.invalidateQueries({ queryKey: ['call', id, 'events'] })
  }, [live, id])
  const { data, error, isPending: pending } = history
  return useMemo(() => {
    const entries = merged(data ?? [], since.id === id ? since.entries : [])
    return { entries, story: storyOf(entries), error, pending }
  }, [data, error, pending, since, id])
}

export interface Shape {
  readonly seconds: number
  readonly caller: readonly number[]
  readonly agent: readonly number[]
}

/** Complete, and shown to whoever looks. */
export function hasRecording({ recording, endedAt, hidden }: Schemas['Call']): boolean {
  return recording !== null && endedAt !== null && !hidden.includes('recordings')
}

/** The recording's shape, once there is one. */
export function usePeaks(call: Schemas['Call'] | undefined): UseQueryResult<Shape> {
  const there = call !== undefined && hasRecording(call)
  const options = peaksQuery(call?.id ?? '')
  return useQuery({
    ...options,
    queryFn: there ? options.queryFn : skipToken,
    select: ({ durationMs, channels }): Shape => ({
      seconds: durationMs / 1000,
      caller: channels.find(({ name }) => name === 'caller')?.peaks ?? [],
      agent: channels.find(({ name }) => name === 'agent')?.peaks ?? [],
    }),
  })
}
