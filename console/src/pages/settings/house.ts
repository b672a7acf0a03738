/** What the organization has chosen for all its calls. */
import { queryOptions } from '@tanstack/react-query'
import { api, queries, read, type Schemas } from '../../lib/api.ts'

export type Settings = Schemas['Settings']

export const settingsQuery = queryOptions({ queryKey: ['settings'], queryFn: () => read(api.GET('/v1/settings')) })

/** Rejects with what the API says. Whoever shows settings sees the new ones. */
export async function saveSettings(body: Settings): Promise<void> {
  queries.setQueryData(settingsQuery.queryKey, await read(api.PUT('/v1/settings', { body })))
}
