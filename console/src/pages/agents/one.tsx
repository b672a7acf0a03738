/** One agent: its settings, the numbers it answers, and a way to talk to it. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { AudioLines, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '../../app/session.ts'
import { ProviderForm } from '../../forms/provider-form.tsx'
import type { Json } from '../../forms/model.ts'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { agentsQuery, numbersQuery, providersQuery } from '../../lib/lookups.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { Checklist } from '../connections/checklist.tsx'
import { BackToAgents } from './new.tsx'

type Agent = Schemas['Agent']

export function AgentPage() {
  const { id } = useParams({ from: '/shell/agents/$id' })
  const agent = useQuery({
    queryKey: ['agents', id],
    queryFn: () => read(api.GET('/v1/agents/{id}', { params: { path: { id } } })),
  })
  if (agent.data) return <Loaded agent={agent.data} />
  return (
    <Page title="Agent" back={<BackToAgents />}>
      {agent.isError ? (
        <ErrorState title="The agent could not be read" error={agent.error} onRetry={() => void agent.refetch()} />
      ) : (
        <Section flush>
          <SkeletonRows />
        </Section>
      )}
    </Page>
  )
}

function Loaded({ agent }: { readonly agent: Agent }) {
  const may = useMay('config:write')
  const { data: providers } = useQuery(providersQuery)
  const provider = providers?.find(({ kind, name }) => kind === 'agent' && name === agent.provider)
  const save = async ({ name, settings }: { readonly name: string; readonly settings: Json }) => {
    const body = { name, provider: agent.provider, settings: { ...settings } }
    const saved = await read(api.PUT('/v1/agents/{id}', { params: { path: { id: agent.id } }, body }))
    queries.setQueryData(['agents', agent.id], saved)
    void queries.invalidateQueries({ queryKey: agentsQuery.queryKey, exact: true })
    noteDone('Saved', 'The next call uses the new settings.')
  }
  return (
    <Page
      title={agent.name}
      lead={provider?.about ?? provider?.label}
      back={<BackToAgents />}
      actions={<Actions agent={agent} may={may} />}
    >
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Section title="Settings">
          {!providers && <SkeletonRows />}
          {providers && !provider && (
            <Callout tone="warn">
              The provider “{agent.provider}” is not part of this gateway any more: calls to this agent fail.
            </Callout>
          )}
          {provider && (
            <ProviderForm
              key={agent.updatedAt}
              schema={provider.settings}
              name={agent.name}
              stored={agent.settings}
              disabled={!may}
              onSubmit={save}
              footer={({ pending, dirty }) =>
                may && (
                  <Button type="submit" variant="primary" pending={pending} disabled={!dirty}>
                    Save changes
                  </Button>
                )
              }
            />
          )}
        </Section>
        <div className="flex min-w-0 flex-col gap-5">
          <Answers agent={agent} />
          <Checklist steps={provider?.checklist ?? []} />
        </div>
      </div>
    </Page>
  )
}

function Answers({ agent }: { readonly agent: Agent }) {
  const { data: numbers = [] } = useQuery(numbersQuery)
  const own = numbers.filter((one) => one.agent === agent.id)
  return (
    <Section title="Answers">
      {own.length === 0 ? (
        <p className="text-sm text-pretty text-ink-2">
          No number yet.{' '}
          <Link to="/numbers" className="font-medium text-accent underline-offset-2 hover:underline">
            Give it one
          </Link>{' '}
          to let it answer calls.
        </p>
      ) : (
        <ul className="flex flex-col gap-1.5 text-sm tabular-nums">
          {own.map(({ id, number, label }) => (
            <li key={id} className="flex justify-between gap-3">
              <span className="truncate">{number}</span>
              {label !== null && <span className="truncate text-ink-3">{label}</span>}
            </li>
          ))}
        </ul>
      )}
      <p className="mt-5 mb-1 text-xs font-medium text-ink-2">Its id, for the API</p>
      <Copyable label="Copy the agent's id">{agent.id}</Copyable>
    </Section>
  )
}

function Actions({ agent, may }: { readonly agent: Agent; readonly may: boolean }) {
  const [removing, setRemoving] = useState(false)
  const navigate = useNavigate()
  const remove = async () => {
    await read(api.DELETE('/v1/agents/{id}', { params: { path: { id: agent.id } } }))
    await navigate({ to: '/agents' })
    queries.removeQueries({ queryKey: ['agents', agent.id] })
    void queries.invalidateQueries({ queryKey: agentsQuery.queryKey })
    noteDone(`${agent.name} was removed`)
  }
  return (
    <>
      {may && (
        <Button variant="danger" icon={<Trash2 />} onClick={() => setRemoving(true)}>
          Remove
        </Button>
      )}
      <ButtonLink to="/phone" search={{ agent: agent.id }} variant="primary" icon={<AudioLines />}>
        Talk to it
      </ButtonLink>
      <Confirm
        open={removing}
        onClose={() => setRemoving(false)}
        title={`Remove ${agent.name}?`}
        action="Remove agent"
        onConfirm={remove}
      >
        Its settings are deleted. Numbers that it answers will refuse calls until they get another agent. Past calls
        stay.
      </Confirm>
    </>
  )
}
