/** A short form in a window: sent with Enter, its failure said inside. */
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { sentenceOf } from '../lib/failure.ts'
import { Button } from './button.tsx'
import { Callout } from './callout.tsx'
import { Dialog } from './dialog.tsx'

export interface FormDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly description?: string
  readonly action: string
  /** Rejects with what went wrong; else the window closes. */
  readonly onSubmit: () => Promise<unknown>
  readonly children: ReactNode
}

/** Drawn only while it is open, so that it begins anew each time. */
export function FormDialog(props: FormDialogProps) {
  return props.open ? <Opened {...props} /> : null
}

function Opened({ onClose, title, description, action, onSubmit, children }: FormDialogProps) {
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
      setPending(false)
    }
  }
  return (
    <Dialog open onClose={onClose} title={title} description={description}>
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
    </Dialog>
  )
}
