/** Calls that run now; nothing while there are none. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, read } from '../../lib/api.ts'
import { CallSection, CallTable } from './recent.tsx'

export function LiveNow({ live }: { readonly live: number }) {
  const calls = useQuery({
    queryKey: ['calls', 'live-now'],
    enabled: live > 0,
    queryFn: async () =>
      (await read(api.GET('/v1/calls', { params: { query: { status: 'in-progress', limit: 5 } } }))).items,
  })
  if (live === 0 || !calls.data || calls.data.length === 0) return null
  return (
    <CallSection
      title="Live now"
      link={
        <Link to="/live" className="text-sm font-medium text-accent underline-offset-2 hover:underline">
          Watch and listen
        </Link>
      }
    >
      <CallTable label="Live now" calls={calls.data} />
    </CallSection>
  )
}
