/** How long things are kept, and what is hidden from viewers and from outgoing webhooks. */
import { useQuery } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'
import { useMay } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Section } from '../../ui/page.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { SwitchRow } from '../../ui/switch.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { saveSettings, settingsQuery, type Settings } from './house.ts'
import { useSending } from '../../ui/sending.ts'

export function PrivacyTab() {
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
  return <PrivacyForm key={settings.dataUpdatedAt} settings={settings.data} />
}

const kept: readonly { readonly name: keyof Settings['retention']; readonly label: string; readonly hint: string }[] = [
  { name: 'recordingsDays', label: 'Recordings', hint: 'Sound files on disk' },
  { name: 'transcriptsDays', label: 'Transcripts', hint: 'What was said, and events that hold it' },
  { name: 'wireDays', label: 'Wire messages', hint: 'What went between carrier and gateway' },
  { name: 'callsDays', label: 'Calls', hint: 'Everything of a call, the call itself too' },
]

const hidden: readonly { readonly name: keyof Settings['redaction']; readonly label: string; readonly hint: string }[] =
  [
    { name: 'numbers', label: 'Phone numbers', hint: 'All but their ends' },
    { name: 'transcripts', label: 'Transcripts', hint: 'What was said and pressed, and what tools did' },
    { name: 'variables', label: 'Variables and metadata', hint: 'What you attached to the call' },
    { name: 'recordings', label: 'Recordings', hint: 'And live listening' },
  ]

function PrivacyForm({ settings }: { readonly settings: Settings }) {
  const [retention, setRetention] = useState(settings.retention)
  const [redaction, setRedaction] = useState(settings.redaction)
  const { pending, fault, send } = useSending()
  const may = useMay('admin')
  const before = { retention: settings.retention, redaction: settings.redaction }
  const dirty = JSON.stringify({ retention, redaction }) !== JSON.stringify(before)
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    return send(async () => {
      await saveSettings({ ...settings, retention, redaction })
      noteDone('Saved')
    })
  }
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-5">
      <Section title="Retention" lead="How many days things are kept after the call ended. 0 keeps them for good.">
        <div className="grid gap-5 sm:grid-cols-2 lg:grid-cols-4">
          {kept.map(({ name, label, hint }) => (
            <Field key={name} label={label} hint={hint}>
              <Days
                value={retention[name]}
                disabled={!may}
                onChange={(days) => setRetention({ ...retention, [name]: days })}
              />
            </Field>
          ))}
        </div>
      </Section>
      <Redaction redaction={redaction} disabled={!may} onChange={setRedaction} />
      {fault !== undefined && <Callout tone="bad">{fault}</Callout>}
      {may ? (
        <div>
          <Button type="submit" variant="primary" pending={pending} disabled={!dirty}>
            Save changes
          </Button>
        </div>
      ) : (
        <Callout>Only owners may change these.</Callout>
      )}
    </form>
  )
}

interface RedactionProps {
  readonly redaction: Settings['redaction']
  readonly disabled: boolean
  readonly onChange: (redaction: Settings['redaction']) => void
}

function Redaction({ redaction, disabled, onChange }: RedactionProps) {
  return (
    <Section title="Redaction" lead="Hidden from viewers, and left out of outgoing webhooks.">
      <div className="grid gap-x-12 gap-y-4 sm:grid-cols-2">
        {hidden.map(({ name, label, hint }) => (
          <SwitchRow
            key={name}
            checked={redaction[name]}
            disabled={disabled}
            hint={hint}
            onChange={(on) => onChange({ ...redaction, [name]: on })}
          >
            {label}
          </SwitchRow>
        ))}
      </div>
    </Section>
  )
}

interface DaysProps {
  readonly value: number
  readonly disabled: boolean
  readonly onChange: (days: number) => void
}

function Days({ value, disabled, onChange }: DaysProps) {
  return (
    <div className="flex items-center gap-2.5">
      <Input
        type="number"
        min={0}
        max={3_650}
        step={1}
        required
        disabled={disabled}
        value={Number.isNaN(value) ? '' : value}
        onChange={(event) => onChange(event.target.valueAsNumber)}
        className="w-24! tabular-nums"
      />
      <span className="text-sm text-ink-3">{value === 0 ? 'days: kept for good' : value === 1 ? 'day' : 'days'}</span>
    </div>
  )
}
