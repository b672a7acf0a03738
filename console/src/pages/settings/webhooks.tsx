/** Outgoing webhooks: which of your servers is told of what. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Plus, Webhook } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '../../app/session.ts'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Section } from '../../ui/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { RowLink, Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { ShownOnce } from './once.tsx'
import { WebhookDialog } from './webhook-dialog.tsx'

type Subscription = Schemas['Webhook']

export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: async () => (await read(api.GET('/v1/webhooks', { params: { query: { limit: 200 } } }))).items,
})

export function WebhooksTab() {
  const webhooks = useQuery(webhooksQuery)
  const may = useMay('config:write')
  const [making, setMaking] = useState(false)
  const [secret, setSecret] = useState<string>()
  const save = async (body: Schemas['NewWebhook']) => {
    const made = await read(api.POST('/v1/webhooks', { body }))
    await queries.invalidateQueries({ queryKey: webhooksQuery.queryKey })
    setSecret(made.secret)
  }
  if (webhooks.isError)
    return (
      <ErrorState
        title="The webhooks could not be read"
        error={webhooks.error}
        onRetry={() => void webhooks.refetch()}
      />
    )
  return (
    <Section
      flush
      title="Webhooks"
      lead="Your servers are told of events by signed requests, again until they accept them."
      actions={
        may && (
          <Button icon={<Plus />} onClick={() => setMaking(true)}>
            New webhook
          </Button>
        )
      }
    >
      {webhooks.isPending && <SkeletonRows rows={3} />}
      {webhooks.data?.length === 0 && (
        <EmptyState icon={<Webhook />} title="No server is told of anything yet">
          Add its address, and it learns of every call as it happens.
        </EmptyState>
      )}
      {webhooks.data && webhooks.data.length > 0 && <Webhooks rows={webhooks.data} />}
      <WebhookDialog open={making} onClose={() => setMaking(false)} onSave={save} />
      <ShownOnce
        secret={secret}
        title="The signing secret"
        text="Your server checks with it that a request comes from this gateway."
        onClose={() => setSecret(undefined)}
      />
    </Section>
  )
}

function Webhooks({ rows }: { readonly rows: readonly Subscription[] }) {
  const columns: readonly Column<Subscription>[] = [
    {
      key: 'url',
      title: 'Address',
      width: 'minmax(9rem,2fr)',
      cell: ({ id, url }) => (
        <RowLink to="/settings/webhooks/$id" params={{ id }} title={url}>
          {url}
        </RowLink>
      ),
    },
    {
      key: 'events',
      title: 'Events',
      width: 'minmax(8rem,1fr)',
      wideOnly: true,
      cell: ({ events }) => (
        <span className="text-ink-2" title={events.join(', ')}>
          {events.includes('*') ? 'All' : events.join(', ')}
        </span>
      ),
    },
    {
      key: 'state',
      title: 'State',
      width: '5.5rem',
      cell: ({ enabled }) => (enabled ? <Badge tone="good">On</Badge> : <Badge>Off</Badge>),
    },
    {
      key: 'since',
      title: 'Since',
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
  return <Table label="Webhooks" columns={columns} rows={rows} rowKey={({ id }) => id} />
}
