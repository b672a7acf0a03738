/** A choice out of a closed list. */
import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import { cx } from '../lib/classes.ts'
import { controlLook } from './field.tsx'

export interface Choice {
  readonly value: string
  readonly label: string
  /** A second, quieter line. */
  readonly hint?: string
}

export interface SelectProps {
  readonly choices: readonly Choice[]
  /** Undefined or empty: nothing chosen. */
  readonly value: string | undefined
  readonly onChange: (value: string) => void
  readonly placeholder?: string
  /** Where no `Field` gives a label. */
  readonly label?: string
  readonly disabled?: boolean
  readonly size?: 'sm' | 'md'
  readonly className?: string
  readonly onBlur?: () => void
}

export function Select({
  choices,
  value,
  onChange,
  placeholder,
  label,
  disabled,
  size = 'md',
  className,
  onBlur,
}: SelectProps) {
  return (
    <Base.Root
      items={choices}
      value={value === undefined || value === '' ? null : value}
      onValueChange={(chosen) => onChange(chosen ?? '')}
      disabled={disabled}
      modal={false}
    >
      <Base.Trigger
        aria-label={label}
        onBlur={onBlur}
        className={cx(
          controlLook,
          'flex items-center justify-between gap-2 text-left select-none',
          size === 'sm' ? 'h-7 rounded-md pr-1.5 pl-2.5' : 'h-8.5 pr-2',
          className,
        )}
      >
        <Base.Value placeholder={placeholder ?? 'Choose…'} className="truncate data-placeholder:text-ink-3" />
        <Base.Icon>
          <ChevronsUpDown className="size-3.5 shrink-0 text-ink-3" />
        </Base.Icon>
      </Base.Trigger>
      <Popup choices={choices} />
    </Base.Root>
  )
}

function Popup({ choices }: Pick<SelectProps, 'choices'>) {
  return (
    <Base.Portal>
      <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
        <Base.Popup className="max-h-(--available-height) max-w-(--available-width) min-w-(--anchor-width) overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-lift outline-none">
          <Base.List>
            {choices.map((choice) => (
              <Base.Item
                key={choice.value}
                value={choice.value}
                className="grid cursor-default grid-cols-[1fr_1rem] items-center gap-3 rounded-md px-2 py-1.5 text-sm outline-none select-none data-highlighted:bg-hover"
              >
                <span className="min-w-0">
                  <Base.ItemText className="block truncate">{choice.label}</Base.ItemText>
                  {choice.hint !== undefined && (
                    <span className="block truncate text-xs text-ink-3">{choice.hint}</span>
                  )}
                </span>
                <Base.ItemIndicator>
                  <Check className="size-4 text-accent" />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.List>
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  )
}
