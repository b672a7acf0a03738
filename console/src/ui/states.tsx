/** What stands where data will be, is not, or failed to come. */
import type { ReactNode } from 'react'
import { cx } from '../lib/classes.ts'
import { sentenceOf } from '../lib/failure.ts'
import { Button } from './button.tsx'
import { Callout } from './callout.tsx'

export interface EmptyStateProps {
  readonly icon?: ReactNode
  readonly title: string
  /** What to do next. */
  readonly children?: ReactNode
  readonly action?: ReactNode
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-14 text-center">
      {icon !== undefined && (
        <div className="mb-3 flex size-11 items-center justify-center rounded-xl border border-line bg-sunken text-ink-3 [&_svg]:size-5">
          {icon}
        </div>
      )}
      <p className="text-base font-semibold text-balance">{title}</p>
      {children !== undefined && <p className="max-w-96 text-sm text-pretty text-ink-2">{children}</p>}
      {action !== undefined && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

export interface ErrorStateProps {
  /** What could not be done: “The calls could not be read”. */
  readonly title: string
  readonly error: unknown
  readonly onRetry?: () => void
}

export function ErrorState({ title, error, onRetry }: ErrorStateProps) {
  return (
    <Callout
      tone="bad"
      title={title}
      action={
        onRetry && (
          <Button size="sm" onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      <p className="text-ink-2">{sentenceOf(error)}</p>
    </Callout>
  )
}

/** Keeps the place of something that is on its way, so that nothing jumps. */
export function Skeleton({ className }: { readonly className?: string }) {
  return (
    <div aria-hidden data-skeleton className={cx('animate-pulse rounded-md bg-hover', className ?? 'h-4 w-full')} />
  )
}

export function SkeletonRows({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-11 items-center gap-6 px-4 sm:px-5">
          <Skeleton className="h-3 w-24" />
          <Skeleton className="h-3 w-40" />
          <Skeleton className="ml-auto h-3 w-16" />
        </div>
      ))}
    </div>
  )
}
