/** A call that a person places: whom to ring, and who speaks with them. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, read } from '../../lib/api.ts'
import { agentsQuery, connectionsQuery, providersQuery } from '../../lib/lookups.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FormBody } from '../../ui/form-dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { SwitchRow } from '../../ui/switch.tsx'

export interface NewCallProps {
  readonly open: boolean
  readonly onClose: () => void
}

export function NewCall({ open, onClose }: NewCallProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Place a call"
      description="The number rings; whoever answers speaks with the agent."
    >
      <NewCallForm onClose={onClose} />
    </Dialog>
  )
}

/** Connections that can place calls. */
function useLines() {
  const { data: connections = [] } = useQuery(connectionsQuery)
  const { data: providers = [] } = useQuery(providersQuery)
  const dialling = new Set(
    providers
      .filter(({ kind, capabilities }) => kind === 'carrier' && capabilities.includes('dial'))
      .map(({ name }) => name),
  )
  return connections.filter(({ kind, provider }) => kind === 'carrier' && dialling.has(provider))
}

function NewCallForm({ onClose }: Pick<NewCallProps, 'onClose'>) {
  const [to, setTo] = useState('')
  const [from, setFrom] = useState('')
  const [agent, setAgent] = useState<string>()
  const [connection, setConnection] = useState<string>()
  const [record, setRecord] = useState(false)
  const { data: agents = [] } = useQuery(agentsQuery)
  const lines = useLines()
  const navigate = useNavigate()
  const [speaker, line] = [agent ?? agents[0]?.id ?? '', connection ?? lines[0]?.id ?? '']
  const place = async () => {
    const call = await read(
      api.POST('/v1/calls', {
        body: { to, agent: speaker, record, ...(line && { connection: line }), ...(from && { from }) },
      }),
    )
    await navigate({ to: '/calls/$id', params: { id: call.id } })
  }
  return (
    <FormBody onClose={onClose} action="Call" onSubmit={place}>
      <Field label="To" hint="With plus and country code.">
        <Input
          type="tel"
          value={to}
          onChange={(event) => setTo(event.target.value)}
          placeholder="+14155550100"
          required
        />
      </Field>
      <Field label="Who speaks">
        <Select
          choices={agents.map(({ id, name }) => ({ value: id, label: name }))}
          value={speaker}
          onChange={setAgent}
        />
      </Field>
      <Field label="Over">
        <Select
          choices={lines.map(({ id, name }) => ({ value: id, label: name }))}
          value={line}
          onChange={setConnection}
        />
      </Field>
      <Field
        label="From"
        optional
        hint="A number of yours at that carrier. Empty: the connection’s default, or its first number."
      >
        <Input type="tel" value={from} onChange={(event) => setFrom(event.target.value)} />
      </Field>
      <SwitchRow checked={record} onChange={setRecord} hint="Ask for consent where the law wants it.">
        Record it
      </SwitchRow>
    </FormBody>
  )
}
