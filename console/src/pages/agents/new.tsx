/** A new agent: what it is made of, then its settings. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { ProviderForm } from '../../forms/provider-form.tsx'
import type { Json } from '../../forms/model.ts'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { agentsQuery, providersQuery } from '../../lib/lookups.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Choices } from '../../ui/choices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { noteDone } from '../../ui/toast.tsx'
import { Checklist } from '../connections/checklist.tsx'

type Provider = Schemas['Provider']

export function NewAgentPage() {
  const { provider } = useSearch({ from: '/shell/agents/new' })
  const providers = useQuery(providersQuery)
  const agents = providers.data?.filter(({ kind }) => kind === 'agent') ?? []
  const chosen = agents.find(({ name }) => name === provider)
  if (chosen) return <Settings provider={chosen} />
  return (
    <Page title="New agent" width="text" lead="Choose what it is made of." back={<BackToAgents />}>
      {providers.isError && (
        <ErrorState
          title="The providers could not be read"
          error={providers.error}
          onRetry={() => void providers.refetch()}
        />
      )}
      {providers.isPending && <SkeletonRows />}
      <Choices
        choices={agents.map(({ name, label, about }) => ({
          ...{ label, about },
          link: { to: '/agents/new', search: { provider: name } } as const,
        }))}
      />
    </Page>
  )
}

export function BackToAgents() {
  return (
    <Link to="/agents" className="inline-flex items-center gap-1 text-ink-2 hover:text-ink">
      <ChevronLeft className="size-4" aria-hidden /> Agents
    </Link>
  )
}

function Settings({ provider }: { readonly provider: Provider }) {
  const navigate = useNavigate()
  const save = async ({ name, settings }: { readonly name: string; readonly settings: Json }) => {
    const body = { name, provider: provider.name, settings: { ...settings } }
    const made = await read(api.POST('/v1/agents', { body }))
    await queries.invalidateQueries({ queryKey: agentsQuery.queryKey })
    noteDone(`${made.name} is ready`, 'Talk to it, or let it answer a number.')
    await navigate({ to: '/agents/$id', params: { id: made.id } })
  }
  return (
    <Page title={`New agent: ${provider.label}`} lead={provider.about} back={<BackToAgents />}>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Section>
          <ProviderForm
            schema={provider.settings}
            name={provider.label}
            onSubmit={save}
            footer={({ pending }) => (
              <>
                <Button type="submit" variant="primary" pending={pending}>
                  Make agent
                </Button>
                <ButtonLink to="/agents" variant="ghost">
                  Cancel
                </ButtonLink>
              </>
            )}
          />
        </Section>
        <Checklist steps={provider.checklist} />
      </div>
    </Page>
  )
}
