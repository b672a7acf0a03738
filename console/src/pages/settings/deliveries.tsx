/** The log of a webhook's deliveries. */
import { Link } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { useState } from 'react'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { noteDone, noteFailed } from '../../ui/toast.tsx'

type Delivery = Schemas['Delivery']

export interface DeliveriesProps {
  readonly webhook: string
  readonly rows: readonly Delivery[]
  readonly may: boolean
  readonly onEnd: () => void
}

export function Deliveries({ webhook, rows, may, onEnd }: DeliveriesProps) {
  const columns: readonly Column<Delivery>[] = [
    {
      key: 'event',
      title: 'Event',
      width: 'minmax(9rem,1fr)',
      cell: ({ event }) => <code className="font-mono text-xs">{event}</code>,
    },
    {
      key: 'call',
      title: 'Call',
      width: 'minmax(7rem,1fr)',
      wideOnly: true,
      cell: ({ call }) => (
        <Link
          to="/calls/$id"
          params={{ id: call }}
          className="font-mono text-xs text-ink-2 hover:text-ink hover:underline"
        >
          {call}
        </Link>
      ),
    },
    { key: 'state', title: 'State', width: 'minmax(6.5rem,1.5fr)', cell: (row) => <Outcome row={row} /> },
    { key: 'tries', title: 'Tries', width: '3rem', align: 'end', wideOnly: true, cell: ({ attempts }) => attempts },
    {
      key: 'at',
      title: 'When',
      width: '7.5rem',
      align: 'end',
      wideOnly: true,
      cell: ({ createdAt }) => (
        <span className="text-ink-2">
          <Time at={createdAt} />
        </span>
      ),
    },
    {
      key: 'again',
      title: <span className="sr-only">Send again</span>,
      width: '7rem',
      align: 'end',
      cell: (row) => may && <Resend webhook={webhook} delivery={row} />,
    },
  ]
  return <Table fill label="Deliveries" columns={columns} rows={rows} rowKey={({ id }) => id} onEnd={onEnd} />
}

function Outcome({ row }: { readonly row: Delivery }) {
  const { status, lastStatus, lastError, nextAt } = row
  if (status === 'delivered') return <Badge tone="good">Accepted{lastStatus !== null && ` (${lastStatus})`}</Badge>
  const why = lastError ?? (lastStatus === null ? undefined : `status ${lastStatus}`)
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Badge tone={status === 'waiting' ? 'accent' : 'bad'}>{status === 'waiting' ? 'Waiting' : 'Given up'}</Badge>
      <span className="truncate text-xs text-ink-3" title={why}>
        {why ?? (nextAt !== null && <Time at={nextAt} />)}
      </span>
    </span>
  )
}

function Resend({ webhook, delivery }: { readonly webhook: string; readonly delivery: Delivery }) {
  const [pending, setPending] = useState(false)
  const send = async () => {
    setPending(true)
    try {
      const path = { id: webhook, delivery: delivery.id }
      await read(api.POST('/v1/webhooks/{id}/deliveries/{delivery}/resend', { params: { path } }))
      await queries.invalidateQueries({ queryKey: ['deliveries', webhook] })
      noteDone('On its way again')
    } catch (error) {
      noteFailed('It was not sent again', error)
    } finally {
      setPending(false)
    }
  }
  return (
    <Button
      size="sm"
      icon={<RotateCw />}
      pending={pending}
      onClick={() => void send()}
      aria-label={`Send ${delivery.event} again`}
    >
      Again
    </Button>
  )
}
