/** A labelled control with its help and its fault, and the plain text inputs. */
import { Field as Base } from '@base-ui/react/field'
import { Eye, EyeOff } from 'lucide-react'
import { useState, type ComponentProps, type ReactNode } from 'react'
import { cx } from '../lib/classes.ts'

export interface FieldProps {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly error?: string | undefined
  /** Said beside the label. */
  readonly optional?: boolean
  readonly name?: string
  readonly className?: string
  readonly children: ReactNode
}

/** Ties label, hint and fault to the control inside, which must be one of this folder's. */
export function Field({ label, hint, error, optional = false, name, className, children }: FieldProps) {
  return (
    <Base.Root name={name} invalid={error !== undefined} className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <div className="flex items-baseline gap-1.5">
        <Base.Label className="text-sm font-medium text-ink">{label}</Base.Label>
        {optional && <span className="text-xs text-ink-3">optional</span>}
      </div>
      {children}
      {error !== undefined && (
        <Base.Error match className="text-xs text-bad">
          {error}
        </Base.Error>
      )}
      {hint !== undefined && hint !== '' && (
        <Base.Description className="max-w-2xl text-xs text-pretty text-ink-3">{hint}</Base.Description>
      )}
    </Base.Root>
  )
}

export const controlLook = cx(
  'w-full min-w-0 rounded-lg border border-line-strong bg-surface px-3 text-base text-ink transition-colors sm:text-sm',
  'hover:border-ink-3 focus-visible:border-accent focus-visible:outline-1 focus-visible:-outline-offset-1',
  'data-invalid:border-bad disabled:bg-sunken disabled:text-ink-3',
)

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <Base.Control {...rest} className={cx(controlLook, 'h-8.5', className)} />
}

export function TextArea({ className, rows = 4, ...rest }: ComponentProps<'textarea'>) {
  return (
    <Base.Control
      render={<textarea {...rest} rows={rows} />}
      className={cx(controlLook, 'field-sizing-content max-h-96 min-h-8.5 resize-y py-1.5 leading-5', className)}
    />
  )
}

/** A secret: hidden until asked for, and never offered to the browser's password store. */
export function SecretInput({ className, ...rest }: ComponentProps<'input'>) {
  const [shown, setShown] = useState(false)
  return (
    <div className="relative">
      <Input
        autoComplete="off"
        spellCheck={false}
        {...rest}
        type={shown ? 'text' : 'password'}
        className={cx('pr-10 font-mono', className)}
      />
      <button
        type="button"
        aria-pressed={shown}
        aria-label={shown ? 'Hide' : 'Show'}
        onClick={() => setShown(!shown)}
        className="absolute inset-y-0 right-0 flex w-9 items-center justify-center rounded-r-lg text-ink-3 hover:text-ink"
      >
        {shown ? <EyeOff className="size-4" /> : <Eye className="size-4" />}
      </button>
    </div>
  )
}
