/** A window over the page, for one thing at a time. */
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { useRef, type ReactNode } from 'react'
import { cx } from '../lib/classes.ts'
import { Button, IconButton } from './button.tsx'
import { Callout } from './callout.tsx'
import { useSending } from './sending.ts'

export interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly description?: ReactNode
  readonly children?: ReactNode
  /** Buttons, the main one last. */
  readonly footer?: ReactNode
  readonly wide?: boolean
}

const firstAnswer = 'input:not([tabindex="-1"]), textarea'

/** The focus goes to the first thing that is asked for, and back to where it was. */
export function Dialog({ open, onClose, title, description, children, footer, wide = false }: DialogProps) {
  const body = useRef<HTMLDivElement>(null)
  return (
    <Base.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-shade transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          initialFocus={() => body.current?.querySelector<HTMLElement>(firstAnswer) ?? true}
          className={cx(
            'fixed inset-x-3 bottom-3 z-40 mx-auto flex max-h-[calc(100dvh-1.5rem)] flex-col rounded-xl border border-line bg-raised shadow-lift outline-none sm:top-[12dvh] sm:bottom-auto sm:max-h-[76dvh]',
            'transition-[opacity,translate] data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0',
            wide ? 'max-w-2xl' : 'max-w-md',
          )}
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-4.5 pb-2">
            <div className="min-w-0">
              <Base.Title className="text-lg font-semibold text-balance">{title}</Base.Title>
              {description !== undefined && (
                <Base.Description className="mt-1 text-sm text-pretty text-ink-2">{description}</Base.Description>
              )}
            </div>
            <IconButton label="Close" size="sm" className="-mr-1.5" onClick={onClose}>
              <X />
            </IconButton>
          </div>
          <div ref={body} className="min-h-0 overflow-y-auto px-5 pt-2 pb-5">
            {children}
          </div>
          {footer !== undefined && (
            <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3.5">{footer}</div>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

export interface ConfirmProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  /** What will be lost, said plainly. */
  readonly children: ReactNode
  /** The verb: “Remove connection”. */
  readonly action: string
  readonly onConfirm: () => Promise<unknown>
}

/** Asks before something that cannot be undone; a failure is said inside. */
export function Confirm({ open, onClose, title, children, action, onConfirm }: ConfirmProps) {
  const { pending, fault, send, forget } = useSending()
  const close = () => {
    forget()
    onClose()
  }
  const confirm = () =>
    send(async () => {
      await onConfirm()
      close()
    })
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="danger" pending={pending} onClick={() => void confirm()}>
            {action}
          </Button>
        </>
      }
    >
      <div className="text-sm text-ink-2">{children}</div>
      {fault !== undefined && (
        <Callout tone="bad" className="mt-4">
          {fault}
        </Callout>
      )}
    </Dialog>
  )
}
