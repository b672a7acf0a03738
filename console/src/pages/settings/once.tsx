/** A secret that is shown now and never again. */
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'

export interface ShownOnceProps {
  /** Undefined: nothing to show. */
  readonly secret: string | undefined
  readonly title: string
  /** What it is for. */
  readonly text: string
  readonly onClose: () => void
}

export function ShownOnce({ secret, title, text, onClose }: ShownOnceProps) {
  return (
    <Dialog
      open={secret !== undefined}
      onClose={onClose}
      title={title}
      description={text}
      footer={
        <Button variant="primary" onClick={onClose}>
          I have stored it
        </Button>
      }
    >
      <Copyable label="Copy the secret">{secret ?? ''}</Copyable>
      <Callout tone="warn" className="mt-4">
        It is shown only now. Lost, it must be replaced by a new one.
      </Callout>
    </Dialog>
  )
}
