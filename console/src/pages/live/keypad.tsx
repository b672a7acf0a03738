/** The twelve keys of a telephone. */
import { useEffect, useEffectEvent } from 'react'

const keys: readonly (readonly [key: string, letters: string])[] = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
]

export interface KeypadProps {
  readonly onKey: (key: string) => void
  readonly disabled?: boolean
  /** Keys of the keyboard count too, unless something is being typed. */
  readonly keyboard?: boolean
}

export function Keypad({ onKey, disabled = false, keyboard = false }: KeypadProps) {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const typing =
      event.target instanceof HTMLElement && event.target.matches('input, textarea, select, [role=combobox]')
    if (disabled || typing || event.ctrlKey || event.metaKey || event.altKey) return
    if (/^[0-9*#]$/.test(event.key)) onKey(event.key)
  })
  useEffect(() => {
    if (!keyboard) return
    const listener = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [keyboard])
  return (
    <div role="group" aria-label="Keypad" className="grid w-fit grid-cols-3 gap-2">
      {keys.map(([key, letters]) => (
        <button
          key={key}
          type="button"
          disabled={disabled}
          aria-label={nameOf(key)}
          onClick={() => onKey(key)}
          className="flex h-12 w-16 flex-col items-center justify-center rounded-lg border border-line bg-surface text-lg font-medium tabular-nums transition-colors select-none hover:bg-hover active:bg-accent-soft disabled:opacity-50"
        >
          {key}
          {letters !== '' && <span className="-mt-1 text-2xs font-normal tracking-widest text-ink-3">{letters}</span>}
        </button>
      ))}
    </div>
  )
}

function nameOf(key: string): string {
  if (key === '*') return 'star'
  return key === '#' ? 'hash' : key
}
