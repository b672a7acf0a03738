/** Where one can go: the sidebar, and the bar below on narrow screens. */
import { Dialog } from '@base-ui/react/dialog'
import { Link, type LinkProps } from '@tanstack/react-router'
import {
  AudioLines,
  Bot,
  Cable,
  Ellipsis,
  FlaskConical,
  Hash,
  House,
  ListTree,
  Radio,
  Settings,
  type LucideIcon,
} from 'lucide-react'
import { useState } from 'react'
import { cx } from '../lib/classes.ts'
import { Logo } from '../ui/logo.tsx'
import { Account } from './account.tsx'
import { LiveMark } from './live-mark.tsx'

interface Place {
  readonly to: NonNullable<LinkProps['to']>
  readonly label: string
  readonly icon: LucideIcon
  /** Only this very address, not those below it. */
  readonly exact?: boolean
}

const home: Place = { to: '/', label: 'Home', icon: House, exact: true }
const phone: Place = { to: '/phone', label: 'Talk', icon: AudioLines }
const live: Place = { to: '/live', label: 'Live', icon: Radio }
const calls: Place = { to: '/calls', label: 'Calls', icon: ListTree }

const groups: readonly { readonly label?: string; readonly places: readonly Place[] }[] = [
  { places: [home, live, calls] },
  { label: 'Try', places: [phone, { to: '/simulate', label: 'Simulated phone', icon: FlaskConical }] },
  {
    label: 'Set up',
    places: [
      { to: '/agents', label: 'Agents', icon: Bot },
      { to: '/numbers', label: 'Numbers', icon: Hash },
      { to: '/connections', label: 'Connections', icon: Cable },
      { to: '/settings', label: 'Settings', icon: Settings },
    ],
  },
]

export function Sidebar() {
  return (
    <header className="hidden w-56 shrink-0 flex-col border-r border-line bg-canvas md:flex">
      <Brand />
      <nav aria-label="Main" className="flex-1 overflow-y-auto px-3 py-2">
        <Groups />
      </nav>
      <div className="border-t border-line p-3">
        <Account />
      </div>
    </header>
  )
}

function Brand() {
  return (
    <div className="flex items-center justify-between px-5 pt-5 pb-3">
      <Link to="/" className="flex items-center gap-2.5 rounded-md text-base font-semibold tracking-tight">
        <Logo className="size-6" />
        Offhook
      </Link>
      <LiveMark />
    </div>
  )
}

function Groups({ onChosen }: { readonly onChosen?: () => void }) {
  return groups.map(({ label, places }) => (
    <div key={label ?? ''} className="mb-4">
      {label !== undefined && <p className="px-2.5 pb-1 text-xs font-medium text-ink-3">{label}</p>}
      <ul className="flex flex-col gap-px">
        {places.map(({ to, label: name, icon: Icon, exact = false }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact }}
              onClick={onChosen}
              className="flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-sm font-medium text-ink-2 transition-colors hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:text-ink aria-[current=page]:[&_svg]:text-accent"
            >
              <Icon className="size-4 text-ink-3" aria-hidden />
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  ))
}

const barLook =
  'flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-2xs font-medium text-ink-3 -outline-offset-2 aria-[current=page]:text-accent'

/** The four most used places, and everything else behind the fifth. */
export function BottomBar() {
  const [open, setOpen] = useState(false)
  return (
    <nav aria-label="Main" className="flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden">
      {[home, live, phone, calls].map(({ to, label, icon: Icon, exact = false }) => (
        <Link key={to} to={to} activeOptions={{ exact }} className={barLook}>
          <Icon className="size-5" aria-hidden />
          {label}
        </Link>
      ))}
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Trigger className={barLook}>
          <Ellipsis className="size-5" aria-hidden />
          More
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-40 bg-shade transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
          <Dialog.Popup
            className={cx(
              'fixed inset-x-0 bottom-0 z-40 max-h-[85dvh] overflow-y-auto rounded-t-2xl border-t border-line bg-raised px-4 pt-5 pb-[calc(1.25rem+env(safe-area-inset-bottom))] outline-none',
              'transition-[translate] duration-200 data-ending-style:translate-y-full data-starting-style:translate-y-full',
            )}
          >
            <Dialog.Title className="sr-only">Everything</Dialog.Title>
            <Groups onChosen={() => setOpen(false)} />
            <div className="border-t border-line pt-3">
              <Account />
            </div>
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </nav>
  )
}
