/** A few choices side by side, one of them pressed. */
import { cx } from '../../lib/classes.ts'

export interface ChoicesProps {
  readonly label: string
  readonly choices: readonly { readonly value: string; readonly label: string; readonly count?: number }[]
  readonly value: string
  readonly onChange: (value: string) => void
}

export function Choices({ label, choices, value, onChange }: ChoicesProps) {
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-1">
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
          className={cx(
            'h-7 rounded-md px-2.5 text-xs font-medium transition-colors',
            choice.value === value ? 'bg-hover text-ink' : 'text-ink-3 hover:text-ink',
          )}
        >
          {choice.label}
          {choice.count !== undefined && <span className="ml-1.5 text-ink-3 tabular-nums">{choice.count}</span>}
        </button>
      ))}
    </div>
  )
}
