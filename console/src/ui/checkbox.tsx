/** One of several that may all be chosen. */
import { Checkbox as Base } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

export interface CheckboxProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly hint?: ReactNode
  readonly children: ReactNode
}

export function Checkbox({ checked, onChange, hint, children }: CheckboxProps) {
  return (
    <label className="flex cursor-pointer items-start gap-3">
      <Base.Root
        checked={checked}
        onCheckedChange={onChange}
        className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded border border-ink-3 bg-surface transition-colors data-checked:border-accent data-checked:bg-accent"
      >
        <Base.Indicator>
          <Check className="size-3 text-on-accent" strokeWidth={3} />
        </Base.Indicator>
      </Base.Root>
      <span className="min-w-0">
        <span className="block text-sm">{children}</span>
        {hint !== undefined && <span className="block text-xs text-ink-3">{hint}</span>}
      </span>
    </label>
  )
}
