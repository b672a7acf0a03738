/** Home: at first the way to the first call, later what is going on. */
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../../app/session.ts'
import { api, read } from '../../lib/api.ts'
import { connectionsQuery, numbersQuery, providersQuery } from '../../lib/lookups.ts'
import { Page } from '../../ui/page.tsx'
import { ErrorState, Skeleton } from '../../ui/states.tsx'
import { FirstSteps } from './first-steps.tsx'
import { Figures } from './figures.tsx'
import { LiveNow } from './live-now.tsx'
import { Recent } from './recent.tsx'
import { stepsOf } from './steps.ts'

export function HomePage() {
  const may = useMay('config:write')
  const overview = useQuery({
    queryKey: ['overview'],
    queryFn: () => read(api.GET('/v1/overview', { params: { query: { since: new Date().setHours(0, 0, 0, 0) } } })),
  })
  const { data: connections } = useQuery(connectionsQuery)
  const { data: numbers } = useQuery(numbersQuery)
  const { data: providers } = useQuery(providersQuery)
  if (overview.isError)
    return (
      <Page title="Home">
        <ErrorState
          title="The gateway could not be asked"
          error={overview.error}
          onRetry={() => void overview.refetch()}
        />
      </Page>
    )
  if (!overview.data || !connections || !numbers || !providers) return <Loading />
  const steps = stepsOf({ calls: overview.data.calls, connections, numbers, providers })
  // Who may set nothing up is shown what is going on.
  if (!may || steps.every(({ done }) => done))
    return (
      <Page title="Home">
        <Figures overview={overview.data} />
        <LiveNow live={overview.data.live} />
        <Recent />
      </Page>
    )
  return (
    <Page
      title="Home"
      heading={overview.data.calls === 0 ? 'Hear it first' : 'Nearly there'}
      lead={lead(overview.data.calls)}
    >
      <FirstSteps steps={steps} />
      <LiveNow live={overview.data.live} />
      {overview.data.calls > 0 && <Recent />}
    </Page>
  )
}

function lead(calls: number): string {
  return calls === 0
    ? 'Nothing has to be set up for the first conversation. A phone line comes after.'
    : 'Your agents work. Give them a phone line, and others can call them.'
}

function Loading() {
  return (
    <Page title="Home">
      <Skeleton className="h-40 w-full" />
      <Skeleton className="h-64 w-full" />
    </Page>
  )
}
