/** A webhook added or changed. */
import { useState } from 'react'
import type { Schemas } from '../../lib/api.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input, TextArea } from '../../ui/field.tsx'
import { SwitchRow } from '../../ui/switch.tsx'
import { FormBody } from '../../ui/form-dialog.tsx'

export interface WebhookDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  /** Absent: a new one. */
  readonly webhook?: Schemas['Webhook']
  readonly onSave: (webhook: Schemas['NewWebhook']) => Promise<unknown>
}

export function WebhookDialog({ open, ...form }: WebhookDialogProps) {
  return (
    <Dialog open={open} onClose={form.onClose} title={form.webhook ? 'Change webhook' : 'New webhook'}>
      <WebhookForm {...form} />
    </Dialog>
  )
}

function WebhookForm({ onClose, webhook, onSave }: Omit<WebhookDialogProps, 'open'>) {
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [all, setAll] = useState(webhook?.events.includes('*') ?? true)
  const [events, setEvents] = useState(webhook?.events.filter((name) => name !== '*').join('\n') ?? '')
  const [enabled, setEnabled] = useState(webhook?.enabled ?? true)
  const save = () => {
    const named = events.split(/\s+/).filter((name) => name !== '')
    return onSave({ url: url.trim(), events: all || named.length === 0 ? ['*'] : named, enabled })
  }
  return (
    <FormBody onClose={onClose} action={webhook ? 'Save' : 'Make webhook'} onSubmit={save}>
      <Field label="Address of your server">
        <Input
          type="url"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          placeholder="https://example.com/offhook"
          required
          maxLength={2_000}
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
    </FormBody>
  )
}
