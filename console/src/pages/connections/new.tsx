/** A new connection: which provider, then its settings, with its checklist beside them. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { ProviderForm } from '../../forms/provider-form.tsx'
import type { Json } from '../../forms/model.ts'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { connectionsQuery, providersQuery } from '../../lib/lookups.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Choices } from '../../ui/choices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { Abilities } from './abilities.tsx'
import { Checklist } from './checklist.tsx'
import { connectable, kindTitle } from './kinds.ts'
import { noteSaved } from './set-up.tsx'

type Provider = Schemas['Provider']

export function NewConnectionPage() {
  const { kind, provider } = useSearch({ from: '/shell/connections/new' })
  const providers = useQuery(providersQuery)
  const chosen = providers.data?.find((one) => one.kind === kind && one.name === provider)
  if (chosen) return <Settings provider={chosen} />
  return (
    <Page
      title="New connection"
      width="text"
      lead="Choose what to connect. Its settings come next, with where to find them."
      back={<Back />}
    >
      {providers.isError && (
        <ErrorState
          title="The providers could not be read"
          error={providers.error}
          onRetry={() => void providers.refetch()}
        />
      )}
      {providers.isPending && <SkeletonRows />}
      {connectable(providers.data ?? []).map((group) => (
        <section key={group.kind}>
          <h2 className="mb-2 text-sm font-medium text-ink-2">{kindTitle(group.kind)}</h2>
          <Choices
            choices={group.providers.map(({ name, label, about }) => ({
              ...{ label, about },
              link: { to: '/connections/new', search: { kind: group.kind, provider: name } } as const,
            }))}
          />
        </section>
      ))}
    </Page>
  )
}

export function Back() {
  return (
    <Link to="/connections" className="inline-flex items-center gap-1 text-ink-2 hover:text-ink">
      <ChevronLeft className="size-4" aria-hidden /> Connections
    </Link>
  )
}

function Settings({ provider }: { readonly provider: Provider }) {
  const navigate = useNavigate()
  const save = async ({ name, settings }: { readonly name: string; readonly settings: Json }) => {
    const body = { kind: provider.kind, provider: provider.name, name, settings: { ...settings } }
    const made = await read(api.POST('/v1/connections', { body }))
    await queries.invalidateQueries({ queryKey: connectionsQuery.queryKey })
    noteSaved(made, `${made.name} is connected`)
    await navigate({ to: '/connections/$id', params: { id: made.id } })
  }
  return (
    <Page title={`Connect ${provider.label}`} width="wide" lead={provider.about} back={<Back />}>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Section>
          <ProviderForm
            schema={provider.settings}
            sparse={provider.kind !== 'carrier'}
            name={provider.label}
            nameHint="For you, to tell this account from others."
            onSubmit={save}
            footer={({ pending }) => (
              <>
                <Button type="submit" variant="primary" pending={pending}>
                  Save connection
                </Button>
                <ButtonLink to="/connections" variant="ghost">
                  Cancel
                </ButtonLink>
              </>
            )}
          />
        </Section>
        <div className="flex min-w-0 flex-col gap-5">
          <Checklist steps={provider.checklist} />
          <Abilities features={provider.features} />
        </div>
      </div>
    </Page>
  )
}
