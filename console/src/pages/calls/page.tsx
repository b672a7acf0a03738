/** Every call, newest first: filtered by the URL, as long as it is, live. */
import { Link, useSearch } from '@tanstack/react-router'
import { ListTree, PhoneOutgoing } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useMay } from '../../app/session.ts'
import { count } from '../../lib/format.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { useCallColumns } from './columns.tsx'
import { Filters } from './filters.tsx'
import { useCallList } from './list.ts'
import { NewCall } from './new-call.tsx'

export function CallsPage() {
  const search = useSearch({ from: '/shell/calls' })
  const list = useCallList(search)
  const columns = useCallColumns()
  const calls = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const filtered = Object.values(search).some((value) => value !== undefined)
  return (
    <Page title="Calls" fill actions={<Actions />}>
      <Filters search={search} />
      {list.isError && calls.length === 0 && (
        <ErrorState title="The calls could not be read" error={list.error} onRetry={() => void list.refetch()} />
      )}
      <Section flush className="min-h-0 flex-1 max-sm:-mx-4 max-sm:rounded-none max-sm:border-x-0">
        {list.isPending && <SkeletonRows rows={10} />}
        {list.isSuccess && calls.length === 0 && <Nothing filtered={filtered} />}
        {calls.length > 0 && (
          <Table
            fill
            label="Calls"
            columns={columns}
            rows={calls}
            rowKey={({ id }) => id}
            onEnd={more}
            footer={<End loaded={calls.length} more={hasNextPage} error={list.isFetchNextPageError} onRetry={more} />}
          />
        )}
      </Section>
    </Page>
  )
}

function Actions() {
  const [placing, setPlacing] = useState(false)
  const may = useMay('calls:write')
  if (!may) return null
  return (
    <>
      <ButtonLink to="/simulate">Simulate a call</ButtonLink>
      <Button variant="primary" icon={<PhoneOutgoing />} onClick={() => setPlacing(true)}>
        Place a call
      </Button>
      <NewCall open={placing} onClose={() => setPlacing(false)} />
    </>
  )
}

function Nothing({ filtered }: { readonly filtered: boolean }) {
  if (filtered)
    return (
      <EmptyState
        icon={<ListTree />}
        title="No call matches these filters"
        action={
          <Link to="/calls" className="text-sm font-medium text-accent underline-offset-2 hover:underline">
            Show all calls
          </Link>
        }
      >
        Take one of them away, or look at a longer time.
      </EmptyState>
    )
  return (
    <EmptyState
      icon={<ListTree />}
      title="No calls yet"
      action={
        <>
          <ButtonLink to="/phone" variant="primary">
            Talk to an agent
          </ButtonLink>
          <ButtonLink to="/simulate">Simulate a call</ButtonLink>
        </>
      }
    >
      Every call appears here as it happens. Make the first one from this browser: it needs no carrier.
    </EmptyState>
  )
}

interface EndProps {
  readonly loaded: number
  readonly more: boolean
  readonly error: boolean
  readonly onRetry: () => void
}

function End({ loaded, more, error, onRetry }: EndProps) {
  if (error)
    return (
      <p className="py-3 text-center text-xs text-ink-2">
        The next calls could not be read.{' '}
        <button type="button" onClick={onRetry} className="font-medium text-accent underline-offset-2 hover:underline">
          Try again
        </button>
      </p>
    )
  return (
    <p className="py-3 text-center text-xs text-ink-3">
      {more ? 'Reading more…' : `${count(loaded)} ${loaded === 1 ? 'call' : 'calls'}`}
    </p>
  )
}
