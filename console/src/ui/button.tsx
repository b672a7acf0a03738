/** Buttons, and links that look like them. */
import { createLink } from '@tanstack/react-router'
import { LoaderCircle } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { cx } from '../lib/classes.ts'
import { Tooltip } from './tooltip.tsx'

type Variant = 'primary' | 'secondary' | 'ghost' | 'danger'
type Size = 'sm' | 'md' | 'lg'

interface Look {
  readonly variant?: Variant
  readonly size?: Size
}

const variants: Readonly<Record<Variant, string>> = {
  primary: 'bg-accent text-on-accent border-transparent hover:bg-accent-hover',
  secondary: 'bg-surface text-ink border-line-strong hover:bg-hover',
  ghost: 'bg-transparent text-ink-2 border-transparent hover:bg-hover hover:text-ink',
  danger: 'bg-surface text-bad border-line-strong hover:bg-bad-soft hover:border-bad',
}

const sizes: Readonly<Record<Size, string>> = {
  sm: 'h-7 px-2.5 text-sm gap-1.5 rounded-md',
  md: 'h-8.5 px-3.5 text-sm gap-2 rounded-lg',
  lg: 'h-11 px-5 text-base gap-2.5 rounded-lg',
}

function buttonLook({ variant = 'secondary', size = 'md' }: Look, extra?: string): string {
  return cx(
    'inline-flex shrink-0 items-center justify-center border font-medium whitespace-nowrap transition-colors select-none',
    'disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50',
    '[&_svg]:size-4 [&_svg]:shrink-0',
    variants[variant],
    sizes[size],
    extra,
  )
}

export interface ButtonProps extends ComponentProps<'button'>, Look {
  readonly icon?: ReactNode
  /** Something is under way: a spinner, and no second press. */
  readonly pending?: boolean
}

export function Button({ variant, size, icon, pending = false, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={pending || undefined}
      disabled={disabled === true || pending}
      className={buttonLook({ variant, size }, className)}
    >
      {pending ? <LoaderCircle className="animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  )
}

interface AnchorProps extends ComponentProps<'a'>, Look {
  readonly icon?: ReactNode
}

/** A link to something that is no page: a file, another site. */
export function ButtonAnchor({ variant, size, icon, className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={buttonLook({ variant, size }, className)}>
      {icon}
      {children}
    </a>
  )
}

/** A link of the router that looks like a button. */
export const ButtonLink = createLink(ButtonAnchor)

export interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children'> {
  /** What it does: read aloud, and shown as a tooltip. */
  readonly label: string
  readonly children: ReactNode
}

export function IconButton({ label, variant = 'ghost', size = 'md', className, ...rest }: IconButtonProps) {
  const square = { sm: 'w-7 px-0!', md: 'w-8.5 px-0!', lg: 'w-11 px-0!' }[size]
  return (
    <Tooltip text={label}>
      <Button {...rest} variant={variant} size={size} aria-label={label} className={cx(square, className)} />
    </Tooltip>
  )
}
