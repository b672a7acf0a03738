/** A short form in a window: sent with Enter, its failure said inside. */
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { sentenceOf } from '../lib/failure.ts'
import { Button } from './button.tsx'
import { Callout } from './callout.tsx'
import { Dialog } from './dialog.tsx'

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
  const [pending, setPending] = useState(false)
  const [fault, setFault] = useState<string>()
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setPending(true)
    setFault(undefined)
    try {
      await onSubmit()
      onClose()
    } catch (error) {
      setFault(sentenceOf(error))
    } finally {
      setPending(false)
    }
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
