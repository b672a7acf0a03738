/** How the sound travelled between the caller and the gateway, in one row of figures. */
import { useMemo } from 'react'
import { cx } from '../../lib/classes.ts'
import type { Tone } from '../../lib/format.ts'
import type { Entry } from './event.ts'
import { qualityOf, type Figure } from './measured.ts'

const inks: Readonly<Record<Tone, string>> = {
  neutral: '',
  accent: 'text-accent',
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
}

export function Quality({ entries }: { readonly entries: readonly Entry[] }) {
  const figures = useMemo(() => qualityOf(entries), [entries])
  if (figures.length === 0) return null
  return (
    <section aria-label="Sound on the line" className="rounded-xl border border-line bg-surface px-4 py-3.5 sm:px-5">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-6">
        {figures.map((figure) => (
          <One key={figure.label} figure={figure} />
        ))}
      </dl>
    </section>
  )
}

function One({ figure: { label, value, detail, tone = 'neutral' } }: { readonly figure: Figure }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-3">{label}</dt>
      <dd className="truncate text-sm tabular-nums" title={detail === undefined ? value : `${value}, ${detail}`}>
        <span className={cx('font-medium', inks[tone])}>{value}</span>
        {detail !== undefined && <span className="ml-1.5 text-xs text-ink-3">{detail}</span>}
      </dd>
    </div>
  )
}
