/** Who is signed in, and what they may do. */
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { api, queries, read, type Schemas } from '../lib/api.ts'
import { ApiFailure } from '../lib/failure.ts'

export type Session = Schemas['Session']
export type Credentials = Schemas['SignInInput']

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Infinity,
  queryFn: async (): Promise<Session | null> => {
    try {
      return await read(api.GET('/v1/session'))
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 401) return null
      throw error
    }
  },
})

export async function signIn(credentials: Credentials): Promise<void> {
  const session = await read(api.POST('/v1/session', { body: credentials }))
  queries.clear()
  queries.setQueryData(sessionQuery.queryKey, session)
}

export async function signOut(): Promise<void> {
  await read(api.DELETE('/v1/session'))
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
export function useMay(scope: Session['scopes'][number]): boolean {
  const { scopes } = useSession()
  return scopes.includes('admin') || scopes.includes(scope)
}
