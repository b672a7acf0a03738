/** Who calls whom, in one line that is cut where it must be. */
import { PhoneIncoming, PhoneOutgoing } from 'lucide-react'
import { phone } from '../../lib/format.ts'
import type { LiveCall } from './data.ts'

export function Parties({ call }: { readonly call: Pick<LiveCall, 'direction' | 'from' | 'to'> }) {
  const inbound = call.direction === 'inbound'
  const Icon = inbound ? PhoneIncoming : PhoneOutgoing
  const [other, ours] = inbound ? [call.from, call.to] : [call.to, call.from]
  return (
    <span className="flex min-w-0 items-center gap-2.5" title={`${call.from} → ${call.to}`}>
      <Icon className="size-4 shrink-0 text-ink-3" aria-label={inbound ? 'inbound' : 'outbound'} />
      <span className="min-w-0 leading-tight">
        <span className="block truncate tabular-nums">{phone(other)}</span>
        <span className="block truncate text-xs font-normal text-ink-3 tabular-nums">{phone(ours)}</span>
      </span>
    </span>
  )
}
