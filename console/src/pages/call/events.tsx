/** Everything that happened, in order, with what the journal holds of each. */
import { AudioLines, Bot, ChevronRight, CircleDot, MessageSquare, Phone, Terminal, Wrench } from 'lucide-react'
import { useMemo, useState } from 'react'
import { cx } from '../../lib/classes.ts'
import type { Tone } from '../../lib/format.ts'
import { Code } from '../../ui/copy.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { Choices } from './choices.tsx'
import type { Entry } from './event.ts'
import { useCursor } from './following.tsx'
import { Moment } from './moment.tsx'
import { described, type Kind, type Moment as Told } from './timeline.ts'

const icons: Readonly<Record<Kind, typeof Phone>> = {
  life: Phone,
  media: AudioLines,
  command: Terminal,
  speech: MessageSquare,
  agent: Bot,
  tool: Wrench,
  other: CircleDot,
}

const inks: Readonly<Record<Tone, string>> = {
  neutral: 'text-ink-3',
  accent: 'text-accent',
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
}

const filters = [
  { value: 'all', label: 'Everything' },
  { value: 'life', label: 'Call' },
  { value: 'media', label: 'Sound' },
  { value: 'speech', label: 'Speech' },
  { value: 'agent', label: 'Agent' },
  { value: 'command', label: 'Commands' },
] as const

export function Events({ entries, zero }: { readonly entries: readonly Entry[]; readonly zero: number }) {
  const [filter, setFilter] = useState<string>('all')
  const shown = useMemo(() => {
    const told = described(entries)
    return filter === 'all' ? told : told.filter(({ moment }) => moment.kind === filter)
  }, [entries, filter])
  const active = useCursor((ms) =>
    ms === 0 ? undefined : shown.findLast(({ entry }) => entry.at - zero <= ms)?.entry.sequence,
  )
  return (
    <>
      <div className="border-b border-line px-4 py-2.5 sm:px-5">
        <Choices label="Which events" choices={filters} value={filter} onChange={setFilter} />
      </div>
      {shown.length === 0 && (
        <EmptyState icon={<CircleDot />} title="Nothing of this kind happened">
          Choose “Everything” to see the whole call.
        </EmptyState>
      )}
      <ol aria-label="Events" className="py-2">
        {shown.map(({ entry, moment }) => (
          <Row key={entry.sequence} entry={entry} moment={moment} zero={zero} active={entry.sequence === active} />
        ))}
      </ol>
    </>
  )
}

interface RowProps {
  readonly entry: Entry
  readonly moment: Told
  readonly zero: number
  readonly active: boolean
}

function Row({ entry, moment: { kind, tone, title, detail }, zero, active }: RowProps) {
  const [open, setOpen] = useState(false)
  const Icon = icons[kind]
  return (
    <li
      aria-current={active || undefined}
      className={cx('border-l-2 px-4 py-1.5 sm:px-5', active ? 'border-accent bg-accent-soft' : 'border-transparent')}
    >
      <div className="flex items-start gap-3 text-sm">
        <span className="w-14 shrink-0 pt-px">
          <Moment at={entry.at - zero} label={title} />
        </span>
        <Icon className={cx('mt-0.5 size-4 shrink-0', inks[tone])} aria-hidden />
        <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">
          <span className="font-medium">{title}</span>
          {detail !== undefined && <span className="ml-2 text-ink-2">{detail}</span>}
        </p>
        <button
          type="button"
          aria-expanded={open}
          aria-label={`${open ? 'Hide' : 'Show'} what the journal holds of “${title}”`}
          onClick={() => setOpen(!open)}
          className="-my-0.5 rounded-md p-1 text-ink-3 hover:bg-hover hover:text-ink"
        >
          <ChevronRight className={cx('size-4 transition-transform', open && 'rotate-90')} aria-hidden />
        </button>
      </div>
      {open && (
        <div className="mt-1.5 mb-1 ml-17 rounded-lg border border-line bg-sunken p-3">
          <Code className="whitespace-pre-wrap! [overflow-wrap:anywhere]">{JSON.stringify(entry.event, null, 2)}</Code>
        </div>
      )}
    </li>
  )
}
