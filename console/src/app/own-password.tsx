/** One's own password, changed. */
import { useState } from 'react'
import { api, read } from '../lib/api.ts'
import { Field, Input } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { noteDone } from '../ui/toast.tsx'

export function OwnPassword({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const save = async () => {
    await read(api.PUT('/v1/session/password', { body: { current, password } }))
    setCurrent('')
    setPassword('')
    noteDone('Your password was changed')
  }
  return (
    <FormDialog open={open} onClose={onClose} title="Change your password" action="Change password" onSubmit={save}>
      <Field label="Current password">
        <Input
          type="password"
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
          autoComplete="current-password"
          required
        />
      </Field>
      <Field label="New password" hint="At least 10 characters.">
        <Input
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="new-password"
          minLength={10}
          required
        />
      </Field>
    </FormDialog>
  )
}
