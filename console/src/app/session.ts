/** Who is signed in, and what they may do. */
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { queries } from '../lib/api.ts'
import { ApiFailure, failureOf } from '../lib/failure.ts'

export interface Session {
  readonly kind: 'key' | 'user'
  readonly name: string
  readonly role: string
  readonly scopes: readonly string[]
}

export type Credentials =
  | { readonly key: string }
  | { readonly email: string; readonly password: string }
  | { readonly code: string }

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Infinity,
  queryFn: async (): Promise<Session | null> => {
    try {
      return await ask('GET')
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 401) return null
      throw error
    }
  },
})

export async function signIn(credentials: Credentials): Promise<void> {
  const session = await ask('POST', credentials)
  queries.clear()
  queries.setQueryData(sessionQuery.queryKey, session)
}

export async function signOut(): Promise<void> {
  await ask('DELETE')
  forget()
}

/** The gateway no longer knows us: nothing that was read stays. */
export function forget(): void {
  queries.clear()
  queries.setQueryData(sessionQuery.queryKey, null)
}

/** The session of a page inside the shell, where there always is one. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery)
  if (!data) throw new Error('Nobody is signed in')
  return data
}

/** Whether the signed-in may do something that needs this scope. */
export function useMay(scope: string): boolean {
  const { scopes } = useSession()
  return scopes.includes('admin') || scopes.includes(scope)
}

async function ask(method: 'GET' | 'POST' | 'DELETE', body?: unknown): Promise<Session> {
  const response = await fetch('/v1/session', {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw failureOf(response.status, answer)
  return answer as Session // the gateway's own words
}
