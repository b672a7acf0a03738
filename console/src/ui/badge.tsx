/** A state in one or two words. */
import type { ReactNode } from 'react'
import { cx } from '../lib/classes.ts'
import { callStatus, type Tone } from '../lib/format.ts'

const tones: Readonly<Record<Tone, string>> = {
  neutral: 'bg-hover text-ink-2',
  accent: 'bg-accent-soft text-accent',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
}

export interface BadgeProps {
  readonly tone?: Tone
  /** A dot before the words; `pulse` for what is live. */
  readonly dot?: boolean | 'pulse'
  readonly title?: string
  readonly children: ReactNode
}

export function Badge({ tone = 'neutral', dot = false, title, children }: BadgeProps) {
  return (
    <span
      title={title}
      className={cx(
        'inline-flex h-5 max-w-full items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap',
        tones[tone],
      )}
    >
      {dot !== false && (
        <span className={cx('size-1.5 shrink-0 rounded-full bg-current', dot === 'pulse' && 'animate-pulse')} />
      )}
      <span className="truncate">{children}</span>
    </span>
  )
}

/** A call's status as people say it. */
export function CallStatusBadge({ status }: { readonly status: string }) {
  const { label, tone } = callStatus(status)
  return (
    <Badge tone={tone} dot={status === 'in-progress' ? 'pulse' : tone !== 'neutral'}>
      {label}
    </Badge>
  )
}
