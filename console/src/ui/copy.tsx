/** Values to take away: identifiers, addresses, commands. */
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { cx } from '../lib/classes.ts'
import { IconButton } from './button.tsx'
import { noteFailed } from './toast.tsx'

/** How long “Copied” stands, ms. */
const shown = 1_500

export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      setTimeout(() => setCopied(false), shown)
    } catch (error) {
      noteFailed('Not copied', error)
    }
  }
  return (
    <IconButton size="sm" label={copied ? 'Copied' : label} onClick={() => void copy()}>
      {copied ? <Check className="text-good" /> : <Copy />}
    </IconButton>
  )
}

/** Something exact, in one line; longer than its place, it is cut and its title tells the rest. */
export function Code({ children, className }: { readonly children: string; readonly className?: string }) {
  return (
    <code title={children} className={cx('block min-w-0 truncate font-mono text-xs', className)}>
      {children}
    </code>
  )
}

/** A value with a button that copies it. */
export function Copyable({ children, label }: { readonly children: string; readonly label?: string }) {
  return (
    <div className="flex min-w-0 items-center gap-1 rounded-lg border border-line bg-sunken py-0.5 pr-0.5 pl-3">
      <Code className="flex-1">{children}</Code>
      <CopyButton text={children} label={label ?? 'Copy'} />
    </div>
  )
}
