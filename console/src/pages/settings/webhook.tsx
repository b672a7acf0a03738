/** One webhook: how its deliveries went, each of which can be sent again. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ChevronLeft, Pencil, Send, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useMay } from '../../app/session.ts'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { openStream } from '../../lib/stream.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { Deliveries } from './deliveries.tsx'
import { WebhookDialog } from './webhook-dialog.tsx'
import { webhooksQuery } from './webhooks.tsx'

type Subscription = Schemas['Webhook']

export function WebhookPage() {
  const { id } = useParams({ from: '/shell/settings/webhooks/$id' })
  const webhooks = useQuery(webhooksQuery)
  const may = useMay('config:write')
  const webhook = webhooks.data?.find((one) => one.id === id)
  return (
    <Page
      title="Webhook"
      heading={
        <span className="flex flex-wrap items-center gap-2.5">
          {webhook?.url ?? 'Webhook'}
          {webhook && !webhook.enabled && <Badge>Off</Badge>}
        </span>
      }
      lead={webhook && (webhook.events.includes('*') ? 'Told of all events' : `Told of ${webhook.events.join(', ')}`)}
      back={
        <Link
          to="/settings"
          search={{ tab: 'webhooks' }}
          className="inline-flex items-center gap-1 text-ink-2 hover:text-ink"
        >
          <ChevronLeft className="size-4" aria-hidden /> Webhooks
        </Link>
      }
      actions={webhook && may && <Actions webhook={webhook} />}
      fill
    >
      {webhooks.isError && (
        <ErrorState
          title="The webhook could not be read"
          error={webhooks.error}
          onRetry={() => void webhooks.refetch()}
        />
      )}
      {webhooks.data && !webhook && <EmptyState title="There is no such webhook">It may have been removed.</EmptyState>}
      {webhook && <Log id={webhook.id} may={may} />}
    </Page>
  )
}

function Log({ id, may }: { readonly id: string; readonly may: boolean }) {
  const log = useInfiniteQuery({
    queryKey: ['deliveries', id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      read(
        api.GET('/v1/webhooks/{id}/deliveries', { params: { path: { id }, query: { limit: 50, cursor: pageParam } } }),
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  useLiveDeliveries(id)
  const rows = log.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Section flush title="Deliveries" className="min-h-0 flex-1">
      {log.isPending && <SkeletonRows />}
      {log.isError && (
        <ErrorState title="The deliveries could not be read" error={log.error} onRetry={() => void log.refetch()} />
      )}
      {log.isSuccess && rows.length === 0 && (
        <EmptyState icon={<Send />} title="Nothing was sent yet">
          The next event that it is told of appears here, with your server’s answer.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <Deliveries
          webhook={id}
          rows={rows}
          may={may}
          onEnd={() => void (log.hasNextPage && !log.isFetchingNextPage && log.fetchNextPage())}
        />
      )}
    </Section>
  )
}

/** Read anew when one was made or tried, at most twice a second; and when the stream is back, for what it missed. */
function useLiveDeliveries(id: string): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer = undefined
      void queries.invalidateQueries({ queryKey: ['deliveries', id] })
    }
    const soon = () => void (timer ??= setTimeout(refresh, 500))
    const stream = openStream(`/v1/webhooks/${encodeURIComponent(id)}/deliveries/live`, {
      onEvent: soon,
      onState: (state) => state === 'open' && soon(),
    })
    return () => {
      clearTimeout(timer)
      stream[Symbol.dispose]()
    }
  }, [id])
}

function Actions({ webhook }: { readonly webhook: Subscription }) {
  const [open, setOpen] = useState<'edit' | 'remove'>()
  const navigate = useNavigate()
  const params = { path: { id: webhook.id } }
  const close = () => setOpen(undefined)
  const save = async (body: Schemas['NewWebhook']) => {
    await read(api.PUT('/v1/webhooks/{id}', { params, body }))
    await queries.invalidateQueries({ queryKey: webhooksQuery.queryKey })
    noteDone('Saved')
  }
  const remove = async () => {
    await read(api.DELETE('/v1/webhooks/{id}', { params }))
    await navigate({ to: '/settings', search: { tab: 'webhooks' } })
    await queries.invalidateQueries({ queryKey: webhooksQuery.queryKey })
    noteDone('The webhook was removed')
  }
  return (
    <>
      <Button variant="danger" icon={<Trash2 />} onClick={() => setOpen('remove')}>
        Remove
      </Button>
      <Button icon={<Pencil />} onClick={() => setOpen('edit')}>
        Change
      </Button>
      <WebhookDialog open={open === 'edit'} onClose={close} webhook={webhook} onSave={save} />
      <Confirm
        open={open === 'remove'}
        onClose={close}
        title="Remove this webhook?"
        action="Remove webhook"
        onConfirm={remove}
      >
        Your server is told of nothing more, and the log of its deliveries goes with it.
      </Confirm>
    </>
  )
}
