/** What many pages ask for: providers, connections, agents, numbers; read once and shared. */
import { queryOptions } from '@tanstack/react-query'
import { api, read } from './api.ts'

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  staleTime: Infinity,
  queryFn: async () => (await read(api.GET('/v1/providers'))).items,
})

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: () => all((cursor) => read(api.GET('/v1/connections', { params: { query: { limit: 200, cursor } } }))),
})

export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: () => all((cursor) => read(api.GET('/v1/agents', { params: { query: { limit: 200, cursor } } }))),
})

export const numbersQuery = queryOptions({
  queryKey: ['numbers'],
  queryFn: () => all((cursor) => read(api.GET('/v1/numbers', { params: { query: { limit: 200, cursor } } }))),
})

/** Every page of a listing that people set up by hand, so it is short. */
async function all<T>(
  page: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const one = await page(cursor)
    items.push(...one.items)
    cursor = one.next ?? undefined
  } while (cursor !== undefined)
  return items
}
