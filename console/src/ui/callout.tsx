/** A sentence that must not be missed, where it belongs. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '../lib/classes.ts'
import type { Tone } from '../lib/format.ts'

const tones: Readonly<Record<Tone, { readonly box: string; readonly icon: typeof Info; readonly ink: string }>> = {
  neutral: { box: 'bg-sunken border-line', icon: Info, ink: 'text-ink-3' },
  accent: { box: 'bg-accent-soft border-transparent', icon: Info, ink: 'text-accent' },
  good: { box: 'bg-good-soft border-transparent', icon: CircleCheck, ink: 'text-good' },
  warn: { box: 'bg-warn-soft border-transparent', icon: TriangleAlert, ink: 'text-warn' },
  bad: { box: 'bg-bad-soft border-transparent', icon: CircleAlert, ink: 'text-bad' },
}

export interface CalloutProps {
  readonly tone?: Tone
  readonly title?: string
  readonly children?: ReactNode
  readonly action?: ReactNode
  readonly className?: string
}

export function Callout({ tone = 'neutral', title, children, action, className }: CalloutProps) {
  const { box, icon: Icon, ink } = tones[tone]
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={cx('flex gap-2.5 rounded-lg border px-3.5 py-3 text-sm text-ink', box, className)}
    >
      <Icon className={cx('mt-0.5 size-4 shrink-0', ink)} aria-hidden />
      <div className="min-w-0 flex-1 text-pretty [overflow-wrap:anywhere]">
        {title !== undefined && <p className="font-medium">{title}</p>}
        {children}
      </div>
      {action}
    </div>
  )
}
