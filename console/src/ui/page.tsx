/** The frame of a page: its title and actions, its sections. */
import { useEffect, type ReactNode } from 'react'
import { cx } from '../lib/classes.ts'

export interface PageProps {
  /** Also the title of the browser's tab. */
  readonly title: string
  /** Shown instead of the title where it needs more than words. */
  readonly heading?: ReactNode
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  /** Above the title: the way back. */
  readonly back?: ReactNode
  /** `full` for tables and tools, `text` for forms. */
  readonly width?: 'full' | 'wide' | 'text'
  /** Fills the height of the window; what is inside scrolls by itself. */
  readonly fill?: boolean
  readonly children: ReactNode
}

/** All begin at the same left edge: a page for reading is narrower inside. */
const widths = { full: 'max-w-none', wide: 'max-w-6xl', text: 'max-w-6xl *:max-w-3xl' } as const

export function Page({ title, heading, lead, actions, back, width = 'wide', fill = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Offhook`
  }, [title])
  return (
    <div
      className={cx(
        'mx-auto flex w-full flex-col gap-5 px-4 pt-5 sm:px-7 sm:pt-7',
        fill ? 'h-full min-h-0 pb-0 sm:pb-5' : 'pb-16',
        widths[width],
      )}
    >
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          {back !== undefined && <div className="mb-1.5 text-sm">{back}</div>}
          <h1 className="text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{heading ?? title}</h1>
          {lead !== undefined && <p className="mt-0.5 max-w-prose text-sm text-pretty text-ink-2">{lead}</p>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export interface SectionProps {
  readonly title?: ReactNode
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  /** No padding inside: for tables and lists. */
  readonly flush?: boolean
  readonly className?: string
  readonly children: ReactNode
}

/** A bordered part of a page. */
export function Section({ title, lead, actions, flush = false, className, children }: SectionProps) {
  return (
    <section
      className={cx(
        'flex min-w-0 flex-col rounded-xl border border-line bg-surface',
        flush && 'overflow-hidden',
        className,
      )}
    >
      {(title !== undefined || actions !== undefined) && (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 sm:px-5">
          <div className="min-w-0">
            <h2 className="text-base font-semibold">{title}</h2>
            {lead !== undefined && <p className="text-xs text-pretty text-ink-3">{lead}</p>}
          </div>
          {actions !== undefined && <div className="flex items-center gap-2">{actions}</div>}
        </div>
      )}
      <div className={cx('min-h-0 min-w-0 flex-1', !flush && 'p-4 sm:p-5')}>{children}</div>
    </section>
  )
}

/** Facts in pairs. */
export function Facts({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <dl className={cx('grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-6 gap-y-2.5 text-sm', className)}>{children}</dl>
  )
}

export function Fact({ label, children }: { readonly label: ReactNode; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </>
  )
}
