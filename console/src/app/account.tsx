/** Who is signed in; theme, reference and the way out. */
import { useNavigate } from '@tanstack/react-router'
import { BookOpen, ChevronsUpDown, KeyRound, LogOut, Monitor, Moon, Sun } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { words } from '../lib/format.ts'
import { Menu, MenuChoices, MenuItem, MenuLine } from '../ui/menu.tsx'
import { noteFailed } from '../ui/toast.tsx'
import { signOut, useSession } from './session.ts'
import { setTheme, useTheme, type Theme } from './theme.ts'

/** Rarely wanted, so not part of what every page loads first. */
const OwnPassword = lazy(async () => ({ default: (await import('./own-password.tsx')).OwnPassword }))

const themes = [
  { value: 'system', label: 'As the system', icon: <Monitor /> },
  { value: 'light', label: 'Light', icon: <Sun /> },
  { value: 'dark', label: 'Dark', icon: <Moon /> },
] as const

export function Account() {
  const [open, setOpen] = useState(false)
  const [wanted, setWanted] = useState(false)
  const ask = () => {
    setWanted(true)
    setOpen(true)
  }
  return (
    <>
      <AccountMenu onPassword={ask} />
      {wanted && (
        <Suspense>
          <OwnPassword open={open} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}

function AccountMenu({ onPassword }: { readonly onPassword: () => void }) {
  const { kind, name, role } = useSession()
  const theme = useTheme()
  const navigate = useNavigate()
  const leave = async () => {
    try {
      await signOut()
      await navigate({ to: '/sign-in' })
    } catch (error) {
      noteFailed('You are still signed in', error)
    }
  }
  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button
          type="button"
          className="flex w-full items-center gap-2.5 rounded-lg px-2 py-1.5 text-left transition-colors hover:bg-hover"
        >
          <span className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent">
            {name.trim().charAt(0).toUpperCase() || '?'}
          </span>
          <span className="min-w-0 flex-1">
            <span className="block truncate text-sm font-medium" title={name}>
              {name}
            </span>
            <span className="block truncate text-xs text-ink-3">{words(role)}</span>
          </span>
          <ChevronsUpDown className="size-3.5 shrink-0 text-ink-3" aria-hidden />
        </button>
      }
    >
      <MenuChoices label="Theme" value={theme} onChange={(value) => setTheme(value as Theme)} choices={themes} />
      <MenuLine />
      <MenuItem icon={<BookOpen />} onClick={() => window.open('/docs', '_blank', 'noopener')}>
        API reference
      </MenuItem>
      {kind === 'user' && (
        <MenuItem icon={<KeyRound />} onClick={onPassword}>
          Change password…
        </MenuItem>
      )}
      <MenuItem icon={<LogOut />} onClick={() => void leave()}>
        Sign out
      </MenuItem>
    </Menu>
  )
}
