/** The last calls, live. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, read, type Schemas } from '../../lib/api.ts'
import { Section } from '../../ui/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { useCallColumns } from '../calls/columns.tsx'

const [shown, asked] = [8, 30]

export function Recent() {
  const calls = useQuery({
    queryKey: ['calls', 'recent'],
    queryFn: async () => {
      const { items } = await read(api.GET('/v1/calls', { params: { query: { limit: asked } } }))
      // Those that run stand above them already.
      return items.filter(({ endedAt }) => endedAt !== null).slice(0, shown)
    },
  })
  return (
    <CallSection
      title="Recent calls"
      link={
        <Link to="/calls" className="text-sm font-medium text-accent underline-offset-2 hover:underline">
          All calls
        </Link>
      }
    >
      {calls.isPending && <SkeletonRows rows={3} />}
      {calls.isError && (
        <ErrorState title="The calls could not be read" error={calls.error} onRetry={() => void calls.refetch()} />
      )}
      {calls.data?.length === 0 && <EmptyState title="No call has ended yet">They appear here as they do.</EmptyState>}
      {calls.data && calls.data.length > 0 && <CallTable label="Recent calls" calls={calls.data} />}
    </CallSection>
  )
}

export function CallTable({ label, calls }: { readonly label: string; readonly calls: readonly Schemas['Call'][] }) {
  const columns = useCallColumns()
  return <Table label={label} columns={columns} rows={calls} rowKey={({ id }) => id} />
}

interface CallSectionProps {
  readonly title: string
  readonly link: React.ReactNode
  readonly children: React.ReactNode
}

export function CallSection({ title, link, children }: CallSectionProps) {
  return (
    <Section flush title={title} actions={link}>
      {children}
    </Section>
  )
}
