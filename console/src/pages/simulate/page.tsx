/** The simulated phone: somebody calls through a simulated carrier, exact to the wire, and does what is asked of them. */
import { useQuery } from '@tanstack/react-query'
import { FlaskConicalOff, PhoneIncoming } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '../../app/session.ts'
import { api, read } from '../../lib/api.ts'
import { ApiFailure, sentenceOf } from '../../lib/failure.ts'
import { Callout } from '../../ui/callout.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { startListening } from '../live/listening.ts'
import { Caller, type Order } from './caller.tsx'
import type { SimulatedProps } from './simulated.tsx'

/** Transcript, sound and wire of a call: wanted once there is one. */
const Simulated = lazy(async () => ({ default: (await import('./simulated.tsx')).Simulated }))

const simulatorsQuery = {
  queryKey: ['simulators'],
  queryFn: async () => (await read(api.GET('/v1/simulators'))).items,
}

const agentsQuery = {
  queryKey: ['agents', 'all'],
  queryFn: async () => (await read(api.GET('/v1/agents', { params: { query: { limit: 200 } } }))).items,
}

export function SimulatePage() {
  const { data: simulators, error, refetch } = useQuery(simulatorsQuery)
  const { data: agents = [] } = useQuery(agentsQuery)
  const allowed = useMay('calls:write')
  const [running, setRunning] = useState<SimulatedProps>()
  const [fault, setFault] = useState<string>()
  const start = async ({ carrier, hear, ...body }: Order) => {
    setFault(undefined)
    try {
      const begun = await read(api.POST('/v1/simulators/{carrier}/calls', { params: { path: { carrier } }, body }))
      setRunning({ ...begun, stays: body.stayOnLine })
      if (hear) void startListening(begun.call)
    } catch (failure) {
      setFault(sentenceOf(failure))
    }
  }
  return (
    <Page
      title="Simulated phone"
      lead="A caller who does as you say, through a carrier that behaves like the real one: no account, no number, no cost."
      width="full"
    >
      {error !== null && <NoSimulators error={error} onRetry={() => void refetch()} />}
      {error === null && !simulators && <Skeleton className="h-120 w-full rounded-xl" />}
      {simulators && (
        <div className="grid gap-5 lg:grid-cols-[minmax(20rem,26rem)_minmax(0,1fr)]">
          <Section title="The caller">
            <Caller simulators={simulators} agents={agents} allowed={allowed} onStart={start} />
            {fault !== undefined && (
              <Callout tone="bad" title="The call was not placed" className="mt-4">
                {fault}
              </Callout>
            )}
          </Section>
          {running ? (
            <Suspense fallback={<Skeleton className="h-120 w-full rounded-xl" />}>
              <Simulated key={running.call} {...running} />
            </Suspense>
          ) : (
            <NoCall />
          )}
        </div>
      )}
    </Page>
  )
}

function NoCall() {
  return (
    <Section className="justify-center">
      <EmptyState icon={<PhoneIncoming />} title="No call yet">
        Start the call: you will hear both sides, read the words as they are said, and see every message on the wire.
      </EmptyState>
    </Section>
  )
}

function NoSimulators({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  if (!(error instanceof ApiFailure) || error.status !== 404)
    return <ErrorState title="The simulated carriers could not be read" error={error} onRetry={onRetry} />
  return (
    <EmptyState icon={<FlaskConicalOff />} title="Simulated carriers are switched off">
      {error.message}
    </EmptyState>
  )
}
