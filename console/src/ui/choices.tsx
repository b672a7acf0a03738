/** A few large things to choose from, each a link. */
import { Link, type LinkProps } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

export interface BigChoice {
  readonly label: string
  readonly about?: string | undefined
  readonly icon?: ReactNode
  readonly link: LinkProps
}

export function Choices({ choices }: { readonly choices: readonly BigChoice[] }) {
  return (
    <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      {choices.map(({ label, about, icon, link }) => (
        <li
          key={label}
          className="relative flex items-center gap-3.5 rounded-xl border border-line bg-surface p-4 transition-colors hover:border-line-strong hover:bg-hover"
        >
          <span
            aria-hidden
            className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-sunken text-sm font-semibold text-ink-2 [&_svg]:size-4.5"
          >
            {icon ?? label.charAt(0)}
          </span>
          <span className="min-w-0 flex-1">
            <Link
              {...link}
              className="block truncate text-base font-medium outline-none after:absolute after:inset-0 after:rounded-xl focus-visible:after:outline-2 focus-visible:after:outline-accent"
            >
              {label}
            </Link>
            {about !== undefined && <span className="block text-xs text-pretty text-ink-3">{about}</span>}
          </span>
          <ChevronRight className="size-4 shrink-0 text-ink-3" aria-hidden />
        </li>
      ))}
    </ul>
  )
}
