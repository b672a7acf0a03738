/** Calls as rows: who, to whom, how it went, how long. */
import { useQuery } from '@tanstack/react-query'
import { PhoneIncoming, PhoneOutgoing } from 'lucide-react'
import { useMemo } from 'react'
import type { Schemas } from '../../lib/api.ts'
import { phone } from '../../lib/format.ts'
import { agentsQuery } from '../../lib/lookups.ts'
import { CallStatusBadge } from '../../ui/badge.tsx'
import { RowLink, type Column } from '../../ui/table.tsx'
import { Duration, Time } from '../../ui/time.tsx'

type Call = Schemas['Call']

export function useCallColumns(): readonly Column<Call>[] {
  const { data: agents } = useQuery(agentsQuery)
  return useMemo(() => {
    const names = new Map(agents?.map(({ id, name }) => [id, name]))
    return columns((call) => names.get(call.agent) ?? call.agent)
  }, [agents])
}

function columns(agentOf: (call: Call) => string): readonly Column<Call>[] {
  return [
    {
      key: 'who',
      title: 'Call',
      width: 'minmax(10rem,1.5fr)',
      cell: (call) => <Parties call={call} agent={agentOf(call)} />,
    },
    { key: 'status', title: 'Status', width: '7rem', cell: ({ status }) => <CallStatusBadge status={status} /> },
    {
      key: 'agent',
      title: 'Agent',
      width: 'minmax(7rem,1fr)',
      wideOnly: true,
      cell: (call) => (
        <span className="text-ink-2" title={agentOf(call)}>
          {agentOf(call)}
        </span>
      ),
    },
    {
      key: 'length',
      title: 'Length',
      width: '4.5rem',
      align: 'end',
      wideOnly: true,
      cell: (call) => <Length call={call} />,
    },
    {
      key: 'at',
      title: 'Began',
      width: '7.5rem',
      align: 'end',
      wideOnly: true,
      cell: ({ createdAt }) => (
        <span className="text-ink-2">
          <Time at={createdAt} />
        </span>
      ),
    },
  ]
}

function Parties({ call, agent }: { readonly call: Call; readonly agent: string }) {
  const inbound = call.direction === 'inbound'
  const Icon = inbound ? PhoneIncoming : PhoneOutgoing
  return (
    <span className="flex min-w-0 items-center gap-3">
      <Icon className="size-4 shrink-0 text-ink-3" role="img" aria-label={inbound ? 'Inbound' : 'Outbound'} />
      <span className="min-w-0 leading-4">
        <RowLink
          to="/calls/$id"
          params={{ id: call.id }}
          title={`${call.from} → ${call.to}`}
          className="block truncate tabular-nums"
        >
          {phone(inbound ? call.from : call.to)}
          <span className="ml-2 hidden font-normal text-ink-3 lg:inline">
            {inbound ? 'to' : 'from'} {phone(inbound ? call.to : call.from)}
          </span>
        </RowLink>
        <span className="block truncate text-2xs text-ink-3 sm:hidden">
          <Time at={call.createdAt} /> · {agent}
        </span>
      </span>
    </span>
  )
}

function Length({ call }: { readonly call: Call }) {
  if (call.answeredAt === null) return <span className="text-ink-3">–</span>
  return <Duration from={call.answeredAt} to={call.endedAt} />
}
