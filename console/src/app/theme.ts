/** Light, dark or as the system has it: remembered, and applied by `public/theme.js` before the first paint. */
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const key = 'theme'
const watchers = new Set<() => void>()
const system = matchMedia('(prefers-color-scheme: dark)')

function stored(): Theme {
  try {
    const value = localStorage.getItem(key)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system' // storage may be forbidden
  }
}

let choice = stored()

function apply(): void {
  const dark = choice === 'dark' || (choice === 'system' && system.matches)
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light'
  for (const watcher of watchers) watcher()
}

system.addEventListener('change', apply)

export function setTheme(theme: Theme): void {
  choice = theme
  try {
    localStorage.setItem(key, theme)
  } catch {
    // It then lasts until the page is closed.
  }
  apply()
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (notify) => {
      watchers.add(notify)
      return () => watchers.delete(notify)
    },
    () => choice,
  )
}
