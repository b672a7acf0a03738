/** A new API key: its name and its rights. */
import { useState } from 'react'
import { api, read, type Schemas } from '../../lib/api.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'

type Scope = Schemas['NewApiKey']['scopes'][number]

const rights: readonly { readonly scope: Scope; readonly label: string; readonly hint: string }[] = [
  { scope: 'calls:read', label: 'Read calls', hint: 'Calls, transcripts, recordings, live events' },
  { scope: 'calls:write', label: 'Make and steer calls', hint: 'Dial, hang up, transfer, play; browser grants' },
  { scope: 'config:read', label: 'Read configuration', hint: 'Connections, numbers, agents, webhooks' },
  { scope: 'config:write', label: 'Change configuration', hint: 'The same, and buy numbers' },
  { scope: 'admin', label: 'Everything', hint: 'Keys, people and retention too' },
]

export interface NewKeyProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly onMade: (secret: string) => void
}

export function NewKey({ open, onClose, onMade }: NewKeyProps) {
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly Scope[]>(['calls:read', 'calls:write'])
  const make = async () => {
    if (scopes.length === 0) throw new Error('Choose at least one right: a key without any can do nothing.')
    const { secret } = await read(api.POST('/v1/keys', { body: { name: name.trim(), scopes: [...scopes] } }))
    setName('')
    onMade(secret)
  }
  const toggle = (scope: Scope, on: boolean) =>
    setScopes((before) => (on ? [...before, scope] : before.filter((one) => one !== scope)))
  return (
    <FormDialog open={open} onClose={onClose} title="New API key" action="Make key" onSubmit={make}>
      <Field label="Name" hint="The program that will use it: “Booking server”.">
        <Input value={name} onChange={(event) => setName(event.target.value)} required maxLength={200} />
      </Field>
      <fieldset>
        <legend className="mb-2 text-sm font-medium">It may</legend>
        <div className="flex flex-col gap-3">
          {rights.map(({ scope, label, hint }) => (
            <Checkbox key={scope} checked={scopes.includes(scope)} onChange={(on) => toggle(scope, on)} hint={hint}>
              {label}
            </Checkbox>
          ))}
        </div>
      </fieldset>
    </FormDialog>
  )
}
