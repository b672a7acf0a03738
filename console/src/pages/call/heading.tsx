/** Who called whom, how it stands, and the facts one asks for first. */
import { Link } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { ArrowRight, PhoneIncoming, PhoneOutgoing } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Schemas } from '../../lib/api.ts'
import { phone, words } from '../../lib/format.ts'
import { CallStatusBadge } from '../../ui/badge.tsx'
import { Duration, Time } from '../../ui/time.tsx'
import { totalWords } from '../../lib/prices.ts'
import { agentQuery } from './data.ts'
import { endReason } from './timeline.ts'

type Call = Schemas['Call']

export function titleOf({ from, to }: Call): string {
  return `${phone(from)} to ${phone(to)}`
}

export function Heading({ call }: { readonly call: Call }) {
  return (
    <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
      <span className="tabular-nums">{phone(call.from)}</span>
      <ArrowRight className="size-4.5 text-ink-3" aria-label="to" />
      <span className="tabular-nums">{phone(call.to)}</span>
      <CallStatusBadge status={call.status} />
    </span>
  )
}

export function Summary({ call }: { readonly call: Schemas['CallInFull'] }) {
  const Direction = call.direction === 'inbound' ? PhoneIncoming : PhoneOutgoing
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 rounded-xl border border-line bg-surface px-4 py-3.5 sm:grid-cols-3 sm:px-5 lg:grid-cols-6">
      <Item label="Direction">
        <Direction className="mr-1.5 inline size-3.5 text-ink-3" aria-hidden />
        {words(call.direction)}
      </Item>
      <Item label="When">
        <Time at={call.createdAt} />
      </Item>
      <Item label="Length">
        {call.answeredAt === null ? '–' : <Duration from={call.answeredAt} to={call.endedAt} />}
      </Item>
      <Item label="Agent">
        <AgentName id={call.agent} />
      </Item>
      <Item label="Carrier">{words(call.carrier)}</Item>
      <Item label="Cost">{call.answeredAt === null && call.cost === null ? '–' : totalWords(call.costs)}</Item>
      {call.endReason !== null && (
        <div className="col-span-full border-t border-line pt-3 text-sm">
          <dt className="sr-only">How it ended</dt>
          <dd className="[overflow-wrap:anywhere]">
            <span className="text-ink-3">Ended because </span>
            {endReason(call.endReason)}
            {tellsMore(call) && <span className="text-ink-3"> ({call.cause})</span>}.
          </dd>
        </div>
      )}
    </dl>
  )
}

/** Carriers often give the status again as the cause. */
function tellsMore({ cause, status }: Call): boolean {
  return cause !== null && cause.toLowerCase() !== status
}

function Item({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-3">{label}</dt>
      <dd className="truncate text-sm font-medium tabular-nums">{children}</dd>
    </div>
  )
}

/** By name where the agent still exists. */
export function AgentName({ id }: { readonly id: string }) {
  const { data } = useQuery(agentQuery(id))
  if (!data) return <span title={id}>{id}</span>
  return (
    <Link
      to="/agents/$id"
      params={{ id }}
      title={data.name}
      className="relative rounded-sm hover:text-accent hover:underline"
    >
      {data.name}
    </Link>
  )
}
