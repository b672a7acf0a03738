/** Calls that run now: who, where, how long, how loud, and what can be done about it. */
import { Radio } from 'lucide-react'
import { memo } from 'react'
import { useMay } from '../../app/session.ts'
import { words } from '../../lib/format.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { CallStatusBadge } from '../../ui/badge.tsx'
import { RowLink, Table, type Column } from '../../ui/table.tsx'
import { Duration } from '../../ui/time.tsx'
import { AgentName } from '../call/heading.tsx'
import { RowControls } from './controls.tsx'
import { useLiveCalls, type LiveCall } from './data.ts'
import { AgentStateBadge, LevelBar, LevelsOf } from './levels.tsx'
import { Parties } from './parties.tsx'

/** A list that is scrolled draws its rows again with every frame: what has not changed is not drawn again. */
const cells = {
  who: memo(({ call }: CellProps) => (
    <RowLink to="/calls/$id" params={{ id: call.id }} search={{}}>
      <Parties call={call} />
    </RowLink>
  )),
  agent: memo(({ call }: CellProps) => <AgentName id={call.agent} />),
  levels: memo(({ call }: CellProps) => (
    <span className="flex flex-col gap-1">
      <LevelBar call={call.id} side="caller" />
      <LevelBar call={call.id} side="agent" />
    </span>
  )),
  state: memo(({ call }: CellProps) =>
    call.status === 'in-progress' ? <AgentStateBadge call={call.id} /> : <CallStatusBadge status={call.status} />,
  ),
  length: memo(({ call }: CellProps) => <Duration from={call.answeredAt ?? call.createdAt} />),
  controls: memo(RowControls),
} as const

interface CellProps {
  readonly call: LiveCall
}

const columns: readonly Column<LiveCall>[] = [
  { key: 'who', title: 'Call', width: 'minmax(9rem,1.4fr)', cell: (call) => <cells.who call={call} /> },
  {
    key: 'agent',
    title: 'Agent',
    width: 'minmax(8rem,1fr)',
    wideOnly: true,
    cell: (call) => <cells.agent call={call} />,
  },
  { key: 'carrier', title: 'Carrier', width: '7rem', wideOnly: true, cell: (call) => words(call.carrier) },
  {
    key: 'levels',
    title: 'Caller and agent',
    width: '8rem',
    wideOnly: true,
    cell: (call) => <cells.levels call={call} />,
  },
  { key: 'state', title: 'Now', width: '6.5rem', wideOnly: true, cell: (call) => <cells.state call={call} /> },
  {
    key: 'length',
    title: 'Length',
    width: '4.5rem',
    align: 'end',
    wideOnly: true,
    cell: (call) => <cells.length call={call} />,
  },
  {
    key: 'controls',
    title: <span className="sr-only">Actions</span>,
    width: 'minmax(4rem,9.5rem)',
    cell: (call) => <cells.controls call={call} />,
  },
]

export function LivePage() {
  const { calls, error, pending, refetch } = useLiveCalls()
  const count = calls.length
  return (
    <Page
      title="Live calls"
      lead={
        pending || count === 0 ? 'Every call that runs now.' : `${count} ${count === 1 ? 'call' : 'calls'} running now.`
      }
      width="full"
      fill
    >
      <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-xl border border-line bg-surface">
        {error !== null && <ErrorState title="The running calls could not be read" error={error} onRetry={refetch} />}
        {pending && error === null && <SkeletonRows />}
        {!pending && count === 0 && <Nobody />}
        {count > 0 && (
          <LevelsOf>
            <Table label="Live calls" columns={columns} rows={calls} rowKey={(call) => call.id} fill />
          </LevelsOf>
        )}
      </div>
    </Page>
  )
}

function Nobody() {
  const writes = useMay('calls:write')
  return (
    <EmptyState
      icon={<Radio />}
      title="No call is running"
      action={
        writes && (
          <>
            <ButtonLink to="/phone" search={{}} variant="primary">
              Talk to an agent
            </ButtonLink>
            <ButtonLink to="/simulate">Simulate a call</ButtonLink>
          </>
        )
      }
    >
      Calls appear here the moment they begin. Make one from this browser, or let a simulated caller ring.
    </EmptyState>
  )
}
