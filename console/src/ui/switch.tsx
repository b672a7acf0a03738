/** On or off, at once. */
import { Switch as Base } from '@base-ui/react/switch'
import type { ReactNode } from 'react'

export interface SwitchProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  /** Where no visible label stands beside it. */
  readonly label?: string
  readonly disabled?: boolean
  readonly id?: string
}

function Switch({ checked, onChange, label, disabled, id }: SwitchProps) {
  return (
    <Base.Root
      id={id}
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
      aria-label={label}
      className="flex h-5 w-9 shrink-0 items-center rounded-full border border-ink-3 bg-sunken p-px transition-colors data-checked:border-accent data-checked:bg-accent data-disabled:opacity-50"
    >
      <Base.Thumb className="size-4 rounded-full bg-ink-3 transition-transform data-checked:translate-x-4 data-checked:bg-on-accent" />
    </Base.Root>
  )
}

/** A switch with words beside it, as one thing to press. */
export function SwitchRow({
  children,
  hint,
  ...rest
}: SwitchProps & { readonly children: ReactNode; readonly hint?: ReactNode }) {
  return (
    <label className="flex cursor-pointer items-start justify-between gap-6">
      <span className="min-w-0">
        <span className="block text-sm font-medium">{children}</span>
        {hint !== undefined && <span className="block max-w-prose text-xs text-pretty text-ink-3">{hint}</span>}
      </span>
      <Switch {...rest} />
    </label>
  )
}
