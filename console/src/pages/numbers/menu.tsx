/** What can be done with one number: named, pointed at this gateway, taken away. */
import { useQuery } from '@tanstack/react-query'
import { Cable, Ellipsis, Pencil, Signpost, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { phone } from '../../lib/format.ts'
import { connectionsQuery, numbersQuery, providersQuery } from '../../lib/lookups.ts'
import { IconButton } from '../../ui/button.tsx'
import { Confirm, Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FormBody } from '../../ui/form-dialog.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { SwitchRow } from '../../ui/switch.tsx'
import { noteDone, noteFailed } from '../../ui/toast.tsx'
import { StreamDialog } from './stream.tsx'

type PhoneNumber = Schemas['PhoneNumber']

/** What the carrier of a connection can do, by its provider. */
export function useCapabilities(connection: string | undefined): readonly string[] {
  const { data: connections = [] } = useQuery(connectionsQuery)
  const { data: providers = [] } = useQuery(providersQuery)
  const provider = connections.find(({ id }) => id === connection)?.provider
  return providers.find(({ kind, name }) => kind === 'carrier' && name === provider)?.capabilities ?? []
}

export function NumberMenu({ row }: { readonly row: PhoneNumber }) {
  const [open, setOpen] = useState<'label' | 'stream' | 'remove'>()
  const can = useCapabilities(row.connection)
  const close = () => setOpen(undefined)
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`More for ${row.number}`} size="sm">
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem icon={<Pencil />} onClick={() => setOpen('label')}>
          Label…
        </MenuItem>
        {can.includes('numbers.point') && (
          <MenuItem icon={<Signpost />} onClick={() => void point(row)}>
            Point it here again
          </MenuItem>
        )}
        {can.includes('stream') && !can.includes('listen') && (
          <MenuItem icon={<Cable />} onClick={() => setOpen('stream')}>
            Stream address…
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem icon={<Trash2 />} danger onClick={() => setOpen('remove')}>
          Remove…
        </MenuItem>
      </Menu>
      <LabelDialog row={row} open={open === 'label'} onClose={close} />
      <StreamDialog row={row} open={open === 'stream'} onClose={close} />
      <RemoveDialog row={row} open={open === 'remove'} onClose={close} canRelease={can.includes('numbers.release')} />
    </>
  )
}

const place = (row: PhoneNumber) => ({ path: { id: row.id } })
const refresh = () => queries.invalidateQueries({ queryKey: numbersQuery.queryKey })

async function point(row: PhoneNumber): Promise<void> {
  try {
    await read(api.PATCH('/v1/numbers/{id}', { params: place(row), body: { point: true } }))
    noteDone(`${phone(row.number)} leads here`, 'The carrier was told to send its calls to this gateway.')
  } catch (error) {
    noteFailed('The number was not pointed here', error)
  }
}

interface NumberDialogProps {
  readonly row: PhoneNumber
  readonly open: boolean
  readonly onClose: () => void
}

function LabelDialog({ row, open, onClose }: NumberDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title={`Label of ${phone(row.number)}`}>
      <LabelForm row={row} onClose={onClose} />
    </Dialog>
  )
}

function LabelForm({ row, onClose }: Omit<NumberDialogProps, 'open'>) {
  const [label, setLabel] = useState(row.label ?? '')
  const save = async () => {
    const body = { label: label.trim() === '' ? null : label.trim() }
    await read(api.PATCH('/v1/numbers/{id}', { params: place(row), body }))
    await refresh()
  }
  return (
    <FormBody onClose={onClose} action="Save label" onSubmit={save}>
      <Field label="Label" hint="For you: “Support”, “Berlin office”." optional>
        <Input value={label} maxLength={200} onChange={(event) => setLabel(event.target.value)} />
      </Field>
    </FormBody>
  )
}

function RemoveDialog({ row, open, onClose, canRelease }: NumberDialogProps & { readonly canRelease: boolean }) {
  const [release, setRelease] = useState(false)
  const remove = async () => {
    await read(
      api.DELETE('/v1/numbers/{id}', { params: { ...place(row), query: { release: release ? 'true' : 'false' } } }),
    )
    await refresh()
    noteDone(`${phone(row.number)} was ${release ? 'given back' : 'removed'}`)
  }
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Remove ${phone(row.number)}?`}
      action={release ? 'Give number back' : 'Remove number'}
      onConfirm={remove}
    >
      <p>Calls to it will be refused. Past calls stay.</p>
      {canRelease && (
        <div className="mt-4 rounded-lg border border-line p-3.5 text-ink">
          <SwitchRow
            checked={release}
            onChange={setRelease}
            hint="The carrier stops billing it, and somebody else may get it. This cannot be undone."
          >
            Give it back to the carrier too
          </SwitchRow>
        </div>
      )}
    </Confirm>
  )
}
