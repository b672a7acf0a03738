/** A person added or changed, and a password set for somebody. */
import { useState } from 'react'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { FormBody, FormDialog } from '../../ui/form-dialog.tsx'
import { usersQuery } from './users.tsx'

type User = Schemas['User']

const roles = [
  { value: 'owner', label: 'Owner', hint: 'Everything, with keys and people' },
  { value: 'operator', label: 'Operator', hint: 'Calls and configuration' },
  { value: 'viewer', label: 'Viewer', hint: 'Looks, and changes nothing' },
] as const

const least = 10

export interface UserDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  /** Absent: a new one. */
  readonly user?: User | undefined
  /** The first person should be an owner. */
  readonly first?: boolean
}

export function UserDialog({ open, ...form }: UserDialogProps) {
  return (
    <Dialog open={open} onClose={form.onClose} title={form.user ? `Change ${form.user.name}` : 'Add a person'}>
      <UserForm {...form} />
    </Dialog>
  )
}

function UserForm({ onClose, user, first = false }: Omit<UserDialogProps, 'open'>) {
  const [name, setName] = useState(user?.name ?? '')
  const [email, setEmail] = useState(user?.email ?? '')
  const [role, setRole] = useState<User['role']>()
  const [password, setPassword] = useState('')
  const chosen = role ?? user?.role ?? (first ? 'owner' : 'operator')
  const save = async () => {
    const body = { name: name.trim(), email: email.trim(), role: chosen }
    if (user) await read(api.PATCH('/v1/users/{id}', { params: { path: { id: user.id } }, body }))
    else await read(api.POST('/v1/users', { body: { ...body, ...(password && { password }) } }))
    await queries.invalidateQueries({ queryKey: usersQuery.queryKey })
    noteDone(user ? `${body.name} was changed` : `${body.name} may sign in${password ? '' : ' once a password is set'}`)
  }
  return (
    <FormBody onClose={onClose} action={user ? 'Save' : 'Add'} onSubmit={save}>
      <Field label="Name">
        <Input value={name} onChange={(event) => setName(event.target.value)} required maxLength={200} />
      </Field>
      <Field label="Email">
        <Input
          type="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          required
          autoComplete="off"
        />
      </Field>
      <Field label="Role">
        <Select choices={roles} value={chosen} onChange={(value) => setRole(value as User['role'])} />
      </Field>
      {!user && (
        <Field label="Password" optional hint={`At least ${least} characters. Without one they cannot sign in yet.`}>
          <Input
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            minLength={least}
            autoComplete="new-password"
          />
        </Field>
      )}
    </FormBody>
  )
}

export function PasswordDialog({ open, onClose, user }: Pick<UserDialogProps, 'open' | 'onClose' | 'user'>) {
  const [password, setPassword] = useState('')
  const save = async () => {
    if (!user) return
    await read(api.PUT('/v1/users/{id}/password', { params: { path: { id: user.id } }, body: { password } }))
    setPassword('')
    noteDone(`The password of ${user.name} was set`)
  }
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={`Set the password of ${user?.name ?? ''}`}
      description="They are signed out everywhere and sign in with the new one."
      action="Set password"
      onSubmit={save}
    >
      <Field label="New password" hint={`At least ${least} characters.`}>
        <Input
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          minLength={least}
          required
          autoComplete="new-password"
        />
      </Field>
    </FormDialog>
  )
}
