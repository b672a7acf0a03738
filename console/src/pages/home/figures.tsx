/** Four figures, each a way to what they count. */
import { Link, type LinkProps } from '@tanstack/react-router'
import type { Schemas } from '../../lib/api.ts'
import { count } from '../../lib/format.ts'

export function Figures({ overview }: { readonly overview: Schemas['Overview'] }) {
  return (
    <ul className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-4">
      <Figure label="Live now" value={overview.live} live={overview.live > 0} link={{ to: '/live' }} />
      <Figure label="Calls today" value={overview.callsToday} link={{ to: '/calls', search: { span: 'today' } }} />
      <Figure label="Agents" value={overview.agents} link={{ to: '/agents' }} />
      <Figure label="Numbers" value={overview.numbers} link={{ to: '/numbers' }} />
    </ul>
  )
}

interface FigureProps {
  readonly label: string
  readonly value: number
  readonly live?: boolean
  readonly link: LinkProps
}

function Figure({ label, value, live = false, link }: FigureProps) {
  return (
    <li className="relative bg-surface px-5 py-4 hover:bg-hover">
      <Link
        {...link}
        className="text-sm text-ink-2 outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
      >
        {label}
      </Link>
      <p className="flex items-center gap-2.5 text-2xl font-semibold tracking-tight tabular-nums">
        {count(value)}
        {live && <span className="size-2 animate-pulse rounded-full bg-good" aria-hidden />}
      </p>
    </li>
  )
}
