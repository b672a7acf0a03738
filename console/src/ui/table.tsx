/** A long list as rows of one height: only what is in sight is drawn, and more is asked for before the end is reached. */
import { createLink } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type ComponentProps, type CSSProperties, type ReactNode } from 'react'
import { cx } from '../lib/classes.ts'

export interface Column<T> {
  readonly key: string
  readonly title: ReactNode
  readonly cell: (row: T) => ReactNode
  /** A track of CSS grid: `8rem`, `minmax(9rem,1fr)`. */
  readonly width: string
  readonly align?: 'end'
  /** Left out below 640 px. */
  readonly wideOnly?: boolean
}

export interface TableProps<T> {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly rowKey: (row: T) => string
  /** Asked for once the end comes near. */
  readonly onEnd?: (() => void) | undefined
  /** Below the last row: “loading”, “that is all”. */
  readonly footer?: ReactNode
  /** Fills its container instead of growing with its rows. */
  readonly fill?: boolean
}

const rowHeight = 44

export function Table<T>({ label, columns, rows, rowKey, onEnd, footer, fill = false }: TableProps<T>) {
  const viewport = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rowKey(rows[index]!), // counted from the same list
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 20) onEnd?.()
  }, [last, rows.length, onEnd])

  const tracks = {
    '--tracks': columns.map((column) => column.width).join(' '),
    '--narrow-tracks': columns.flatMap((column) => (column.wideOnly ? [] : [column.width])).join(' '),
  } as CSSProperties // custom properties are not in React's list

  return (
    <div
      ref={viewport}
      style={tracks}
      className={cx('min-h-0 overflow-auto overscroll-contain', fill ? 'h-full' : 'max-h-[70dvh]')}
      tabIndex={-1}
    >
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className="min-w-fit">
        <Head columns={columns} />
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]! // counted from the same list
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                className={cx(
                  rowLook,
                  'absolute inset-x-0 top-0 border-line text-sm has-[[data-row-link]]:hover:bg-hover',
                  (fill || item.index < rows.length - 1) && 'border-b',
                )}
                style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
              >
                <Cells columns={columns} row={row} />
              </div>
            )
          })}
        </div>
      </div>
      {footer}
    </div>
  )
}

function Head<T>({ columns }: Pick<TableProps<T>, 'columns'>) {
  return (
    <div role="row" aria-rowindex={1} className={cx(rowLook, 'sticky top-0 z-10 h-9 border-b border-line bg-surface')}>
      {columns.map((column) => (
        <div
          key={column.key}
          role="columnheader"
          className={cx('truncate text-xs font-medium text-ink-3', cellLook(column))}
        >
          {column.title}
        </div>
      ))}
    </div>
  )
}

function Cells<T>({ columns, row }: Pick<TableProps<T>, 'columns'> & { readonly row: T }) {
  return columns.map((column) => (
    <div key={column.key} role="cell" className={cx('min-w-0 truncate', cellLook(column))}>
      {column.cell(row)}
    </div>
  ))
}

function Anchor({ className, ...rest }: ComponentProps<'a'>) {
  return (
    <a
      {...rest}
      data-row-link
      className={cx(
        'font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent',
        className,
      )}
    />
  )
}

/** A link in a cell that takes presses on the whole row. Other controls of the row need `relative` to stay above it. */
export const RowLink = createLink(Anchor)

const rowLook = 'grid grid-cols-(--narrow-tracks) items-center gap-x-4 px-4 sm:grid-cols-(--tracks) sm:px-5'

function cellLook<T>(column: Column<T>): string {
  return cx(column.align === 'end' && 'text-right tabular-nums', column.wideOnly === true && 'hidden sm:block')
}
