/** Who answers: every agent, with a way to talk to it at once. */
import { useQuery } from '@tanstack/react-query'
import { AudioLines, Bot, Plus } from 'lucide-react'
import { useMay } from '../../app/session.ts'
import type { Schemas } from '../../lib/api.ts'
import { agentsQuery, numbersQuery, providersQuery } from '../../lib/lookups.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { RowLink, Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'

type Agent = Schemas['Agent']

export function AgentsPage() {
  const agents = useQuery(agentsQuery)
  const may = useMay('config:write')
  const add = (
    <ButtonLink to="/agents/new" variant="primary" icon={<Plus />}>
      New agent
    </ButtonLink>
  )
  return (
    <Page title="Agents" lead="Who answers your numbers, and whom your calls connect." actions={may && add}>
      {agents.isError ? (
        <ErrorState title="The agents could not be read" error={agents.error} onRetry={() => void agents.refetch()} />
      ) : (
        <Section flush>
          {agents.isPending && <SkeletonRows />}
          {agents.data?.length === 0 && (
            <EmptyState icon={<Bot />} title="There is no agent yet" action={may && add}>
              An agent hears the caller and speaks. Make one, then talk to it from this browser.
            </EmptyState>
          )}
          {agents.data && agents.data.length > 0 && <Agents rows={agents.data} />}
        </Section>
      )}
    </Page>
  )
}

function Agents({ rows }: { readonly rows: readonly Agent[] }) {
  const { data: providers = [] } = useQuery(providersQuery)
  const { data: numbers = [] } = useQuery(numbersQuery)
  const labelOf = ({ provider }: Agent) =>
    providers.find((one) => one.kind === 'agent' && one.name === provider)?.label ?? provider
  const columns: readonly Column<Agent>[] = [
    {
      key: 'name',
      title: 'Name',
      width: 'minmax(8rem,2fr)',
      cell: (row) => (
        <RowLink to="/agents/$id" params={{ id: row.id }} title={row.name}>
          {row.name}
        </RowLink>
      ),
    },
    {
      key: 'provider',
      title: 'Made of',
      width: 'minmax(6rem,1fr)',
      wideOnly: true,
      cell: (row) => <span className="text-ink-2">{labelOf(row)}</span>,
    },
    {
      key: 'numbers',
      title: 'Answers',
      width: 'minmax(7rem,1fr)',
      wideOnly: true,
      cell: (row) => <Answers numbers={numbers.filter(({ agent }) => agent === row.id).map(({ number }) => number)} />,
    },
    {
      key: 'changed',
      title: 'Changed',
      width: '8rem',
      wideOnly: true,
      cell: (row) => (
        <span className="text-ink-2">
          <Time at={row.updatedAt} relative />
        </span>
      ),
    },
    {
      key: 'talk',
      title: <span className="sr-only">Talk</span>,
      width: '7.5rem',
      align: 'end',
      cell: (row) => (
        <ButtonLink to="/phone" search={{ agent: row.id }} size="sm" icon={<AudioLines />} className="relative">
          Talk to it
        </ButtonLink>
      ),
    },
  ]
  return <Table label="Agents" columns={columns} rows={rows} rowKey={(row) => row.id} />
}

function Answers({ numbers }: { readonly numbers: readonly string[] }) {
  const [first] = numbers
  if (first === undefined) return <span className="text-ink-3">No number</span>
  return (
    <span className="tabular-nums" title={numbers.join(', ')}>
      {first}
      {numbers.length > 1 && <span className="text-ink-3"> and {numbers.length - 1} more</span>}
    </span>
  )
}
