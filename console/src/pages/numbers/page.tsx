/** Numbers: which agent answers where. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Hash, Plus } from 'lucide-react'
import { useMay } from '../../app/session.ts'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { phone } from '../../lib/format.ts'
import { agentsQuery, connectionsQuery, numbersQuery } from '../../lib/lookups.ts'
import { Badge } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Select } from '../../ui/select.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { noteDone, noteFailed } from '../../ui/toast.tsx'
import { NumberMenu } from './menu.tsx'

type PhoneNumber = Schemas['PhoneNumber']

export function NumbersPage() {
  const numbers = useQuery(numbersQuery)
  const may = useMay('config:write')
  const add = (
    <ButtonLink to="/numbers/new" variant="primary" icon={<Plus />}>
      Add a number
    </ButtonLink>
  )
  return (
    <Page title="Numbers" lead="Each number is answered by an agent." actions={may && add}>
      {numbers.isError ? (
        <ErrorState
          title="The numbers could not be read"
          error={numbers.error}
          onRetry={() => void numbers.refetch()}
        />
      ) : (
        <Section flush>
          {numbers.isPending && <SkeletonRows />}
          {numbers.data?.length === 0 && (
            <EmptyState icon={<Hash />} title="There is no number yet" action={may && add}>
              Take one from a carrier you connected, or buy one. Then choose the agent that answers it.
            </EmptyState>
          )}
          {numbers.data && numbers.data.length > 0 && <Numbers rows={numbers.data} may={may} />}
        </Section>
      )}
    </Page>
  )
}

function Numbers({ rows, may }: { readonly rows: readonly PhoneNumber[]; readonly may: boolean }) {
  const { data: connections = [] } = useQuery(connectionsQuery)
  const columns: readonly Column<PhoneNumber>[] = [
    {
      key: 'number',
      title: 'Number',
      width: 'minmax(8.5rem,1fr)',
      cell: ({ number }) => (
        <span className="font-medium tabular-nums" title={number}>
          {phone(number)}
        </span>
      ),
    },
    {
      key: 'label',
      title: 'Label',
      width: 'minmax(6rem,1fr)',
      wideOnly: true,
      cell: ({ label }) => label ?? <span className="text-ink-3">–</span>,
    },
    {
      key: 'connection',
      title: 'Connection',
      width: 'minmax(7rem,1fr)',
      wideOnly: true,
      cell: ({ connection, pointed }) => (
        <span className="flex min-w-0 items-center gap-2">
          <Link
            to="/connections/$id"
            params={{ id: connection }}
            className="truncate text-ink-2 hover:text-ink hover:underline"
          >
            {connections.find(({ id }) => id === connection)?.name ?? connection}
          </Link>
          {pointed && <Badge title="The carrier was told to send its calls here">Pointed</Badge>}
        </span>
      ),
    },
    {
      key: 'agent',
      title: 'Answered by',
      width: 'minmax(8.5rem,14rem)',
      cell: (row) => <AnsweredBy row={row} may={may} />,
    },
    {
      key: 'more',
      title: <span className="sr-only">More</span>,
      width: '2rem',
      align: 'end',
      cell: (row) => may && <NumberMenu row={row} />,
    },
  ]
  return <Table label="Numbers" columns={columns} rows={rows} rowKey={(row) => row.id} />
}

function AnsweredBy({ row, may }: { readonly row: PhoneNumber; readonly may: boolean }) {
  const { data: agents = [] } = useQuery(agentsQuery)
  const change = async (agent: string) => {
    try {
      const body = { agent: agent === '' ? null : agent }
      await read(api.PATCH('/v1/numbers/{id}', { params: { path: { id: row.id } }, body }))
      await queries.invalidateQueries({ queryKey: numbersQuery.queryKey })
      const name = agents.find(({ id }) => id === agent)?.name
      noteDone(name === undefined ? `Nobody answers ${row.number} now` : `${name} answers ${row.number} now`)
    } catch (error) {
      noteFailed('The number was not changed', error)
    }
  }
  return (
    <Select
      size="sm"
      label={`Who answers ${row.number}`}
      disabled={!may}
      value={row.agent ?? ''}
      placeholder="Nobody"
      onChange={(agent) => void change(agent)}
      choices={[{ value: '', label: 'Nobody' }, ...agents.map(({ id, name }) => ({ value: id, label: name }))]}
    />
  )
}
