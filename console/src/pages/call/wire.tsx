/** Every message between the carrier and Offhook about this call, word for word without its secrets. */
import { useQuery } from '@tanstack/react-query'
import { ArrowDownLeft, ArrowUpRight, ChevronRight, Network } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Schemas } from '../../lib/api.ts'
import { cx } from '../../lib/classes.ts'
import { count } from '../../lib/format.ts'
import { Input } from '../../ui/field.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { MessageBody } from './body.tsx'
import { CaptureButton } from './capture.tsx'
import { Choices } from './choices.tsx'
import { wireQuery } from './data.ts'
import { Ladder } from './ladder.tsx'
import { rungsOf } from './rungs.ts'
import { Moment } from './moment.tsx'
import { laidOut, matching, size, type WireMessage } from './wires.ts'

const channels = { webhook: 'Webhooks', http: 'Requests', media: 'Media', signalling: 'Signalling' } as const

const views = [
  { value: 'ladder', label: 'Ladder' },
  { value: 'messages', label: 'Messages' },
] as const

export function Wire({ call, zero }: { readonly call: string; readonly zero: number }) {
  const { data, error, isPending, refetch } = useQuery(wireQuery(call))
  const [view, setView] = useState<string>('ladder')
  const items = data?.items
  const rungs = useMemo(() => rungsOf(items ?? []), [items])
  if (isPending) return <SkeletonRows />
  if (error !== null)
    return (
      <div className="p-4 sm:p-5">
        <ErrorState title="The wire messages could not be read" error={error} onRetry={() => void refetch()} />
      </div>
    )
  if (data.items.length === 0)
    return (
      <EmptyState icon={<Network />} title="No message is kept of this call">
        Messages with the carrier are kept for as long as Settings → Retention says.
      </EmptyState>
    )
  if (rungs.length === 0) return <Messages items={data.items} counts={data.counts} zero={zero} />
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2.5 sm:px-5">
        <Choices label="How it is shown" choices={views} value={view} onChange={setView} />
        <CaptureButton call={call} />
      </div>
      {view === 'ladder' ? (
        <Ladder rungs={rungs} zero={zero} />
      ) : (
        <Messages items={data.items} counts={data.counts} zero={zero} />
      )}
    </>
  )
}

interface MessagesProps {
  readonly items: readonly WireMessage[]
  readonly counts: Schemas['WireTally']
  readonly zero: number
}

function Messages({ items, counts, zero }: MessagesProps) {
  const [channel, setChannel] = useState<string>('all')
  const [text, setText] = useState('')
  const shown = useMemo(() => matching(items, { channel, text }), [items, channel, text])
  const channelsSeen = Object.entries(channels).flatMap(([value, label]) => {
    const found = items.filter((message) => message.channel === value).length
    return found === 0 ? [] : [{ value, label, count: found }]
  })
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2.5 sm:px-5">
        <Choices
          label="Which messages"
          choices={[{ value: 'all', label: 'All', count: items.length }, ...channelsSeen]}
          value={channel}
          onChange={setChannel}
        />
        <Input
          type="search"
          aria-label="Find in messages"
          placeholder="Find in messages"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="h-7! max-w-56"
        />
      </div>
      <Counted counts={counts} />
      {shown.length === 0 && (
        <EmptyState icon={<Network />} title="No message holds these words">
          Look for something else, or choose “All”.
        </EmptyState>
      )}
      <ol aria-label="Wire messages" className="divide-y divide-line">
        {shown.map((message) => (
          <Row key={message.id} message={message} zero={zero} />
        ))}
      </ol>
    </>
  )
}

/** Sound is counted, not listed. */
function Counted({ counts }: { readonly counts: Schemas['WireTally'] }) {
  if (counts.framesIn + counts.framesOut === 0) return null
  return (
    <p className="border-b border-line px-4 py-2 text-xs text-ink-3 sm:px-5">
      Sound is counted, not listed: {count(counts.framesIn)} frames ({size(counts.bytesIn)}) from the carrier,{' '}
      {count(counts.framesOut)} ({size(counts.bytesOut)}) to it.
      {counts.unlisted > 0 && ` ${count(counts.unlisted)} more messages were not kept.`}
    </p>
  )
}

function Row({ message, zero }: { readonly message: WireMessage; readonly zero: number }) {
  const [open, setOpen] = useState(false)
  const { direction, channel, title, body, bytes, at } = message
  const incoming = direction === 'in'
  const Arrow = incoming ? ArrowDownLeft : ArrowUpRight
  return (
    <li className="[content-visibility:auto] [contain-intrinsic-height:2.5rem]">
      <div className="flex items-center gap-3 px-4 py-2 text-sm sm:px-5">
        <span className="w-14 shrink-0">
          <Moment at={at - zero} label={title} />
        </span>
        <Arrow
          className={cx('size-4 shrink-0', incoming ? 'text-caller' : 'text-agent')}
          aria-label={incoming ? 'from the carrier' : 'to the carrier'}
        />
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex min-w-0 flex-1 items-center gap-2 rounded-md text-left"
        >
          <span className="min-w-0 flex-1 truncate font-mono text-xs" title={title}>
            {title}
          </span>
          <span className="hidden text-xs text-ink-3 sm:inline">{channel}</span>
          <span className="w-14 shrink-0 text-right text-xs text-ink-3 tabular-nums">{size(bytes)}</span>
          <ChevronRight
            className={cx('size-4 shrink-0 text-ink-3 transition-transform', open && 'rotate-90')}
            aria-hidden
          />
        </button>
      </div>
      {open && <MessageBody text={laidOut(body)} />}
    </li>
  )
}
