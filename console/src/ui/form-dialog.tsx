/** A short form in a window: sent with Enter, its failure said inside. */
import type { ReactNode, SubmitEvent } from 'react'
import { Button } from './button.tsx'
import { Callout } from './callout.tsx'
import { Dialog } from './dialog.tsx'
import { useSending } from './sending.ts'

export interface FormBodyProps {
  readonly onClose: () => void
  readonly action: string
  /** Rejects with what went wrong; else the window closes. */
  readonly onSubmit: () => Promise<unknown>
  readonly children: ReactNode
}

export interface FormDialogProps extends FormBodyProps {
  readonly open: boolean
  readonly title: string
  readonly description?: string
}

/** For a form whose answers are kept outside; one that begins anew each time puts its own `FormBody` into a `Dialog`. */
export function FormDialog({ open, title, description, ...body }: FormDialogProps) {
  return (
    <Dialog open={open} onClose={body.onClose} title={title} description={description}>
      <FormBody {...body} />
    </Dialog>
  )
}

export function FormBody({ onClose, action, onSubmit, children }: FormBodyProps) {
  const { pending, fault, send } = useSending()
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    return send(async () => {
      await onSubmit()
      onClose()
    })
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
      {children}
      {fault !== undefined && <Callout tone="bad">{fault}</Callout>}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" pending={pending}>
          {action}
        </Button>
      </div>
    </form>
  )
}
