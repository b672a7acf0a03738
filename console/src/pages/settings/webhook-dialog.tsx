/** A webhook added or changed. */
import { useState } from 'react'
import type { Schemas } from '../../lib/api.ts'
import { Field, Input, TextArea } from '../../ui/field.tsx'
import { SwitchRow } from '../../ui/switch.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'

export interface WebhookDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  /** Absent: a new one. */
  readonly webhook?: Schemas['Webhook']
  readonly onSave: (webhook: Schemas['NewWebhook']) => Promise<unknown>
}

export function WebhookDialog(props: WebhookDialogProps) {
  return props.open ? <Opened {...props} /> : null
}

function Opened({ open, onClose, webhook, onSave }: WebhookDialogProps) {
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [all, setAll] = useState(webhook?.events.includes('*') ?? true)
  const [events, setEvents] = useState(webhook?.events.filter((name) => name !== '*').join('\n') ?? '')
  const [enabled, setEnabled] = useState(webhook?.enabled ?? true)
  const save = () => {
    const named = events.split(/\s+/).filter((name) => name !== '')
    return onSave({ url: url.trim(), events: all || named.length === 0 ? ['*'] : named, enabled })
  }
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={webhook ? 'Change webhook' : 'New webhook'}
      action={webhook ? 'Save' : 'Make webhook'}
      onSubmit={save}
    >
      <Field label="Address of your server">
        <Input
          type="url"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          placeholder="https://example.com/offhook"
          required
          maxLength={2_000}
          autoFocus
        />
      </Field>
      <SwitchRow checked={all} onChange={setAll} hint="Or only those that you name.">
        All events
      </SwitchRow>
      {!all && (
        <Field label="Events" hint="One per line, as the API reference lists them.">
          <TextArea
            value={events}
            onChange={(event) => setEvents(event.target.value)}
            placeholder={'call.ended\nmessage.added'}
            spellCheck={false}
            className="font-mono"
          />
        </Field>
      )}
      <SwitchRow checked={enabled} onChange={setEnabled} hint="Off, nothing is sent and nothing is kept for later.">
        On
      </SwitchRow>
    </FormDialog>
  )
}
