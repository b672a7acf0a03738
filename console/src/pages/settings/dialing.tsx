/** Whom calls and transfers may reach. */
import { useQuery } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'
import { useMay } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { Section } from '../../ui/page.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { SwitchRow } from '../../ui/switch.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { saveSettings, settingsQuery, type Settings } from './house.ts'
import { useSending } from '../../ui/sending.ts'

type Dialing = NonNullable<Settings['dialing']>

export function DialingTab() {
  const settings = useQuery(settingsQuery)
  if (settings.isPending) return <SkeletonRows />
  if (settings.isError)
    return (
      <ErrorState
        title="The settings could not be read"
        error={settings.error}
        onRetry={() => void settings.refetch()}
      />
    )
  return <DialingForm key={settings.dataUpdatedAt} settings={settings.data} />
}

const nothing: Dialing = { allow: [], block: [], premium: false, foreign: false }

function DialingForm({ settings }: { readonly settings: Settings }) {
  const before = settings.dialing ?? nothing
  const [dialing, setDialing] = useState(before)
  const { pending, fault, send } = useSending()
  const may = useMay('admin')
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    return send(async () => {
      await saveSettings({ ...settings, dialing })
      noteDone('Saved')
    })
  }
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-5">
      <Permissions dialing={dialing} disabled={!may} onChange={setDialing} />
      <Lists dialing={dialing} disabled={!may} onChange={setDialing} />
      {fault !== undefined && <Callout tone="bad">{fault}</Callout>}
      {may ? (
        <div>
          <Button
            type="submit"
            variant="primary"
            pending={pending}
            disabled={JSON.stringify(dialing) === JSON.stringify(before)}
          >
            Save changes
          </Button>
        </div>
      ) : (
        <Callout>Only owners may change these.</Callout>
      )}
    </form>
  )
}

interface PartProps {
  readonly dialing: Dialing
  readonly disabled: boolean
  readonly onChange: (dialing: Dialing) => void
}

function Permissions({ dialing, disabled, onChange }: PartProps) {
  return (
    <Section title="Permissions" lead="Fraud lives on these numbers. Agents that transfer calls are held to them, too.">
      <div className="grid gap-x-12 gap-y-4 sm:grid-cols-2">
        <SwitchRow
          checked={dialing.foreign}
          disabled={disabled}
          hint="Outside the country of the number that calls"
          onChange={(foreign) => onChange({ ...dialing, foreign })}
        >
          Foreign numbers
        </SwitchRow>
        <SwitchRow
          checked={dialing.premium}
          disabled={disabled}
          hint="Such as +1 900 or +44 9"
          onChange={(premium) => onChange({ ...dialing, premium })}
        >
          Premium-rate numbers
        </SwitchRow>
      </div>
    </Section>
  )
}

function Lists({ dialing, disabled, onChange }: PartProps) {
  return (
    <Section title="Lists" lead="Leading digits such as +4420, or addresses such as sip:*@pbx.example.com. One a line.">
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label="Allowed" hint="Permission for what they cover. With none, everybody who needs no permission.">
          <Lines value={dialing.allow} disabled={disabled} onChange={(allow) => onChange({ ...dialing, allow })} />
        </Field>
        <Field label="Blocked" hint="Wins over everything else.">
          <Lines value={dialing.block} disabled={disabled} onChange={(block) => onChange({ ...dialing, block })} />
        </Field>
      </div>
    </Section>
  )
}

interface LinesProps {
  readonly value: readonly string[]
  readonly disabled: boolean
  readonly onChange: (lines: string[]) => void
}

/** Text while it is edited: an empty line is on its way to become an entry. */
function Lines({ value, disabled, onChange }: LinesProps) {
  const [text, setText] = useState(value.join('\n'))
  return (
    <TextArea
      rows={5}
      disabled={disabled}
      value={text}
      onChange={(event) => {
        setText(event.target.value)
        onChange(
          event.target.value
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        )
      }}
    />
  )
}
