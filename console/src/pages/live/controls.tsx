/** What can be done to a running call: listen, say something, press keys, transfer, hang up. */
import { Ear, EarOff, Ellipsis, Forward, Grid3x3, MessageSquareText, PhoneOff } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '../../app/session.ts'
import { api, read, type Schemas } from '../../lib/api.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { KeysDialog, SayDialog, TransferDialog } from './dialogs.tsx'
import { startListening, stopListening, useHeard } from './listening.ts'

type Call = Schemas['Call']
type Asked = 'say' | 'keys' | 'transfer' | 'hangup'

/** Small, for a row; `full` with words, for the call's own page. */
export function CallControls({ call, full = false }: { readonly call: Call; readonly full?: boolean }) {
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const writes = useMay('calls:write')
  return (
    <div className="relative flex items-center gap-1">
      <ListenButton call={call.id} full={full} disabled={call.status !== 'in-progress'} />
      {writes && (
        <>
          <More full={full} disabled={call.status !== 'in-progress'} onAsk={setAsked} />
          <HangUp full={full} onAsk={() => setAsked('hangup')} />
          <SayDialog call={call.id} open={asked === 'say'} onClose={close} />
          <KeysDialog call={call.id} open={asked === 'keys'} onClose={close} />
          <TransferDialog call={call.id} open={asked === 'transfer'} onClose={close} />
          <Confirm
            open={asked === 'hangup'}
            onClose={close}
            title="Hang up this call?"
            action="Hang up"
            onConfirm={() => hangUp(call.id)}
          >
            The caller is cut off at once. The agent is not told first.
          </Confirm>
        </>
      )}
    </div>
  )
}

async function hangUp(id: string): Promise<void> {
  await read(api.POST('/v1/calls/{id}/hangup', { params: { path: { id } } }))
  noteDone('Hanging up')
}

interface ListenButtonProps {
  readonly call: string
  readonly full: boolean
  readonly disabled: boolean
}

function ListenButton({ call, full, disabled }: ListenButtonProps) {
  const heard = useHeard()
  const here = heard?.call === call
  const toggle = () => (here ? stopListening() : void startListening(call))
  const icon = here ? <EarOff /> : <Ear />
  const label = here ? 'Stop listening' : 'Listen'
  const pending = here && heard.state === 'connecting'
  if (full)
    return (
      <Button icon={icon} onClick={toggle} pending={pending} disabled={disabled} aria-pressed={here}>
        {label}
      </Button>
    )
  return (
    <IconButton size="sm" label={label} onClick={toggle} pending={pending} disabled={disabled} aria-pressed={here}>
      {icon}
    </IconButton>
  )
}

interface MoreProps {
  readonly full: boolean
  readonly disabled: boolean
  readonly onAsk: (asked: Asked) => void
}

function More({ full, disabled, onAsk }: MoreProps) {
  const trigger = full ? (
    <Button icon={<Ellipsis />} disabled={disabled}>
      Act
    </Button>
  ) : (
    <IconButton size="sm" label="More" disabled={disabled}>
      <Ellipsis />
    </IconButton>
  )
  return (
    <Menu trigger={trigger}>
      <MenuItem icon={<MessageSquareText />} onClick={() => onAsk('say')}>
        Say something…
      </MenuItem>
      <MenuItem icon={<Grid3x3 />} onClick={() => onAsk('keys')}>
        Press keys…
      </MenuItem>
      <MenuItem icon={<Forward />} onClick={() => onAsk('transfer')}>
        Transfer…
      </MenuItem>
    </Menu>
  )
}

function HangUp({ full, onAsk }: { readonly full: boolean; readonly onAsk: () => void }) {
  if (full)
    return (
      <Button variant="danger" icon={<PhoneOff />} onClick={onAsk}>
        Hang up
      </Button>
    )
  return (
    <IconButton size="sm" variant="ghost" label="Hang up" onClick={onAsk} className="hover:text-bad!">
      <PhoneOff />
    </IconButton>
  )
}
