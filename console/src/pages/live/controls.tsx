/** What can be done to a running call: listen, say something, press keys, transfer, hang up. */
import { Ear, EarOff, Ellipsis, Forward, Grid3x3, MessageSquareText, PhoneOff } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useMay } from '../../app/session.ts'
import { api, read, type Schemas } from '../../lib/api.ts'
import { cx } from '../../lib/classes.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { KeysDialog, SayDialog, TransferDialog } from './dialogs.tsx'
import { startListening, stopListening, useHeard } from './listening.ts'

type Call = Schemas['Call']
type Asked = 'say' | 'keys' | 'transfer' | 'hangup'

/** On a call's own page: with words. */
export function CallControls({ call }: { readonly call: Call }) {
  const [asked, setAsked] = useState<Asked>()
  const running = call.status === 'in-progress'
  const writes = useMay('calls:write')
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <ListenButton call={call.id} disabled={!running} />
      {writes && (
        <>
          <Menu
            trigger={
              <Button icon={<Ellipsis />} disabled={!running}>
                Act
              </Button>
            }
          >
            {acts.map(({ act, label, icon: Icon }) => (
              <MenuItem key={act} icon={<Icon />} onClick={() => setAsked(act)}>
                {label}…
              </MenuItem>
            ))}
          </Menu>
          <Button variant="danger" icon={<PhoneOff />} onClick={() => setAsked('hangup')}>
            Hang up
          </Button>
        </>
      )}
      {asked !== undefined && <Asking call={call.id} asked={asked} onClose={() => setAsked(undefined)} />}
    </div>
  )
}

const acts = [
  { act: 'say', label: 'Say something', icon: MessageSquareText },
  { act: 'keys', label: 'Press keys', icon: Grid3x3 },
  { act: 'transfer', label: 'Transfer', icon: Forward },
] as const

/** In a row of many: bare buttons, because rows come and go by the dozen while a list is scrolled. */
export function RowControls({ call }: { readonly call: Call }) {
  const [asked, setAsked] = useState<Asked>()
  const running = call.status === 'in-progress'
  const here = useHeard()?.call === call.id
  const writes = useMay('calls:write')
  const listen = () => (here ? stopListening() : void startListening(call.id))
  return (
    <div className="relative flex items-center justify-end">
      <RowButton label={here ? 'Stop listening' : 'Listen'} pressed={here} disabled={!running} onClick={listen}>
        {here ? <EarOff /> : <Ear />}
      </RowButton>
      {writes &&
        acts.map(({ act, label, icon: Icon }) => (
          <RowButton key={act} label={label} disabled={!running} onClick={() => setAsked(act)} wideOnly>
            <Icon />
          </RowButton>
        ))}
      {writes && (
        <RowButton label="Hang up" onClick={() => setAsked('hangup')} danger>
          <PhoneOff />
        </RowButton>
      )}
      {asked !== undefined && <Asking call={call.id} asked={asked} onClose={() => setAsked(undefined)} />}
    </div>
  )
}

interface RowButtonProps {
  readonly label: string
  readonly pressed?: boolean
  readonly disabled?: boolean
  readonly danger?: boolean
  readonly wideOnly?: boolean
  readonly onClick: () => void
  readonly children: ReactNode
}

function RowButton({ label, pressed, disabled = false, danger = false, wideOnly = false, ...rest }: RowButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      className={cx(
        'size-7 items-center justify-center rounded-md text-ink-2 hover:bg-hover disabled:opacity-40 aria-pressed:text-accent [&_svg]:size-4',
        wideOnly ? 'hidden sm:flex' : 'flex',
        danger ? 'hover:text-bad' : 'hover:text-ink',
      )}
    />
  )
}

interface AskingProps {
  readonly call: string
  readonly asked: Asked
  readonly onClose: () => void
}

/** There are many rows, and one question at a time: it is drawn when it is asked. */
function Asking({ call, asked, onClose }: AskingProps) {
  switch (asked) {
    case 'say':
      return <SayDialog call={call} open onClose={onClose} />
    case 'keys':
      return <KeysDialog call={call} open onClose={onClose} />
    case 'transfer':
      return <TransferDialog call={call} open onClose={onClose} />
    case 'hangup':
      return (
        <Confirm open onClose={onClose} title="Hang up this call?" action="Hang up" onConfirm={() => hangUp(call)}>
          The caller is cut off at once. The agent is not told first.
        </Confirm>
      )
    default:
      return asked satisfies never
  }
}

async function hangUp(id: string): Promise<void> {
  await read(api.POST('/v1/calls/{id}/hangup', { params: { path: { id } } }))
  noteDone('Hanging up')
}

function ListenButton({ call, disabled }: { readonly call: string; readonly disabled: boolean }) {
  const heard = useHeard()
  const here = heard?.call === call
  return (
    <Button
      icon={here ? <EarOff /> : <Ear />}
      onClick={() => (here ? stopListening() : void startListening(call))}
      pending={here && heard.state === 'connecting'}
      disabled={disabled}
      aria-pressed={here}
    >
      {here ? 'Stop listening' : 'Listen'}
    </Button>
  )
}
