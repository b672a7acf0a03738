/** Every configured account: carriers, and vendors of speech and language. */
import { useQuery } from '@tanstack/react-query'
import { Cable, Plus } from 'lucide-react'
import { useMay } from '../../app/session.ts'
import type { Schemas } from '../../lib/api.ts'
import { connectionsQuery, numbersQuery, providersQuery } from '../../lib/lookups.ts'
import { Badge } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { RowLink, Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { kindName } from './kinds.ts'

type Connection = Schemas['Connection']

export function ConnectionsPage() {
  const connections = useQuery(connectionsQuery)
  const may = useMay('config:write')
  const add = (
    <ButtonLink to="/connections/new" variant="primary" icon={<Plus />}>
      Connect
    </ButtonLink>
  )
  return (
    <Page
      title="Connections"
      lead="Your accounts at carriers and at vendors of speech and language."
      actions={may && add}
    >
      {connections.isError ? (
        <ErrorState
          title="The connections could not be read"
          error={connections.error}
          onRetry={() => void connections.refetch()}
        />
      ) : (
        <Section flush>
          {connections.isPending && <SkeletonRows />}
          {connections.data?.length === 0 && (
            <EmptyState icon={<Cable />} title="Nothing is connected yet" action={may && add}>
              Connect a carrier, and your numbers there can be answered by an agent.
            </EmptyState>
          )}
          {connections.data && connections.data.length > 0 && <Connections rows={connections.data} />}
        </Section>
      )}
    </Page>
  )
}

function Connections({ rows }: { readonly rows: readonly Connection[] }) {
  const { data: providers = [] } = useQuery(providersQuery)
  const { data: numbers = [] } = useQuery(numbersQuery)
  const labelOf = (row: Connection) =>
    providers.find(({ kind, name }) => kind === row.kind && name === row.provider)?.label ?? row.provider
  // The only account at a provider is its default without saying.
  const hasSiblings = ({ id, kind, provider }: Connection) =>
    rows.some((other) => other.id !== id && other.kind === kind && other.provider === provider)
  const columns: readonly Column<Connection>[] = [
    {
      key: 'name',
      title: 'Name',
      width: 'minmax(9rem,2fr)',
      cell: (row) => (
        <span className="flex items-center gap-2">
          <RowLink to="/connections/$id" params={{ id: row.id }} title={row.name} className="truncate">
            {row.name}
          </RowLink>
          {row.isDefault && hasSiblings(row) && <Badge tone="accent">Default</Badge>}
          {row.warnings.length > 0 && (
            <Badge tone="warn" title={row.warnings.map(({ message }) => message).join('\n')}>
              To do
            </Badge>
          )}
        </span>
      ),
    },
    { key: 'provider', title: 'Provider', width: 'minmax(6rem,1fr)', cell: labelOf },
    {
      key: 'kind',
      title: 'Kind',
      width: 'minmax(6rem,1fr)',
      wideOnly: true,
      cell: (row) => <span className="text-ink-2">{kindName(row.kind)}</span>,
    },
    { key: 'source', title: 'Set up by', width: '8rem', wideOnly: true, cell: (row) => <Source source={row.source} /> },
    {
      key: 'numbers',
      title: 'Numbers',
      width: '4.5rem',
      align: 'end',
      wideOnly: true,
      cell: (row) => (row.kind === 'carrier' ? numbers.filter(({ connection }) => connection === row.id).length : ''),
    },
    {
      key: 'updated',
      title: 'Changed',
      width: '8rem',
      align: 'end',
      wideOnly: true,
      cell: (row) => (
        <span className="text-ink-2">
          <Time at={row.updatedAt} relative />
        </span>
      ),
    },
  ]
  return <Table label="Connections" columns={columns} rows={rows} rowKey={(row) => row.id} />
}

function Source({ source }: { readonly source: Connection['source'] }) {
  if (source === 'api') return <span className="text-ink-2">A person</span>
  return <Badge>{source === 'environment' ? 'Environment' : 'Simulator'}</Badge>
}
