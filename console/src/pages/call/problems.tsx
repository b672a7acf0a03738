/** What went wrong, on top of everything else: each with what to do and where to hear it. */
import { CircleAlert, TriangleAlert } from 'lucide-react'
import { cx } from '../../lib/classes.ts'
import type { Finding } from './findings.ts'
import { Moment } from './moment.tsx'

/** More than these are told by their number. */
const shown = 6

export function Problems({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return null
  const problems = findings.some(({ level }) => level === 'problem')
  return (
    <section aria-label="What went wrong" className={cx('rounded-xl', problems ? 'bg-bad-soft' : 'bg-warn-soft')}>
      <ul className="divide-y divide-line">
        {findings.slice(0, shown).map((finding) => (
          <Row key={finding.id} finding={finding} />
        ))}
      </ul>
      {findings.length > shown && (
        <p className="border-t border-line px-4 py-2.5 text-xs text-ink-2 sm:px-5">
          And {findings.length - shown} more of the same kind: see the timeline.
        </p>
      )}
    </section>
  )
}

function Row({ finding: { level, title, advice, at } }: { readonly finding: Finding }) {
  const problem = level === 'problem'
  const Icon = problem ? CircleAlert : TriangleAlert
  return (
    <li className="flex items-start gap-3 px-4 py-3 text-sm sm:px-5">
      <Icon className={cx('mt-0.5 size-4 shrink-0', problem ? 'text-bad' : 'text-warn')} aria-hidden />
      <div className="min-w-0 flex-1 text-pretty [overflow-wrap:anywhere]">
        <p className="font-medium">{title}</p>
        <p className="text-ink-2">{advice}</p>
      </div>
      {at !== undefined && <Moment at={Math.max(0, at)} label={title} />}
    </li>
  )
}
