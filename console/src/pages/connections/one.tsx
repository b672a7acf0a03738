/** One connection: its settings, its test, the addresses to give to the carrier, its numbers, its end. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '../../app/session.ts'
import { ProviderForm } from '../../forms/provider-form.tsx'
import type { Json } from '../../forms/model.ts'
import { StoredSettings } from '../../forms/stored.tsx'
import { api, queries, read, type Schemas } from '../../lib/api.ts'
import { connectionsQuery, numbersQuery, providersQuery } from '../../lib/lookups.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { noteDone, noteFailed } from '../../ui/toast.tsx'
import { Abilities } from './abilities.tsx'
import { Checklist } from './checklist.tsx'
import { Back } from './new.tsx'
import { noteSaved, SetUp } from './set-up.tsx'
import { Standing } from './standing.tsx'
import { TestButton } from './test.tsx'
import { Webhooks } from './webhooks.tsx'

type Connection = Schemas['Connection']
type Provider = Schemas['Provider']

export function ConnectionPage() {
  const { id } = useParams({ from: '/shell/connections/$id' })
  const connection = useQuery({
    queryKey: ['connections', id],
    queryFn: () => read(api.GET('/v1/connections/{id}', { params: { path: { id } } })),
  })
  const { data: providers } = useQuery(providersQuery)
  if (connection.isError || !connection.data || !providers)
    return (
      <Page title="Connection" back={<Back />}>
        {connection.isError ? (
          <ErrorState
            title="The connection could not be read"
            error={connection.error}
            onRetry={() => void connection.refetch()}
          />
        ) : (
          <Section flush>
            <SkeletonRows />
          </Section>
        )}
      </Page>
    )
  const provider = providers.find((one) => one.kind === connection.data.kind && one.name === connection.data.provider)
  return <Loaded connection={connection.data} provider={provider} />
}

interface LoadedProps {
  readonly connection: Connection
  readonly provider: Provider | undefined
}

function Loaded({ connection, provider }: LoadedProps) {
  const may = useMay('config:write')
  const own = connection.source === 'api'
  return (
    <Page
      title={connection.name}
      heading={
        <span className="flex flex-wrap items-center gap-2.5">
          {connection.name}
          {connection.isDefault && <Badge tone="accent">Default</Badge>}
        </span>
      }
      lead={provider?.label ?? `${connection.provider}: this provider is not part of this gateway any more.`}
      back={<Back />}
      actions={may && <Actions connection={connection} provider={provider} />}
    >
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <SetUp connection={connection} may={may && own && prepares(provider)} />
          {connection.kind === 'carrier' && <Standing connection={connection.id} />}
          <Section title="Settings">
            {!own && <NotHere source={connection.source} />}
            {provider && own && <SettingsForm connection={connection} provider={provider} disabled={!may} />}
            {provider && !own && <StoredSettings schema={provider.settings} settings={connection.settings} />}
          </Section>
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Webhooks addresses={connection.webhooks} />
          <Checklist steps={provider?.checklist ?? []} />
          <Abilities features={provider?.features ?? []} />
        </div>
      </div>
    </Page>
  )
}

/** A save reaches its carrier. */
function prepares(provider: Provider | undefined): boolean {
  return ['set-up', 'check'].some((one) => provider?.capabilities.includes(one))
}

function NotHere({ source }: Pick<Connection, 'source'>) {
  return (
    <Callout className="mb-5">
      {source === 'environment'
        ? 'This connection comes from the environment of the gateway: change its variables and start it again.'
        : 'This connection belongs to a simulated carrier. It follows the simulator, so there is nothing to set.'}
    </Callout>
  )
}

function SettingsForm({
  connection,
  provider,
  disabled,
}: {
  readonly connection: Connection
  readonly provider: Provider
  readonly disabled: boolean
}) {
  const save = async ({ name, settings }: { readonly name: string; readonly settings: Json }) => {
    const saved = await read(
      api.PUT('/v1/connections/{id}', {
        params: { path: { id: connection.id } },
        body: { name, settings: { ...settings } },
      }),
    )
    queries.setQueryData(['connections', connection.id], saved)
    void queries.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true })
    noteSaved(saved, 'Saved')
  }
  return (
    <ProviderForm
      key={connection.updatedAt}
      schema={provider.settings}
      sparse={provider.kind !== 'carrier'}
      name={connection.name}
      stored={connection.settings}
      disabled={disabled}
      onSubmit={save}
      footer={({ pending, dirty }) =>
        !disabled && (
          <Button type="submit" variant="primary" pending={pending} disabled={!dirty}>
            Save changes
          </Button>
        )
      }
    />
  )
}

function Actions({ connection, provider }: LoadedProps) {
  const [removing, setRemoving] = useState(false)
  const { data: numbers = [] } = useQuery(numbersQuery)
  const navigate = useNavigate()
  const params = { path: { id: connection.id } }
  const own = numbers.filter((one) => one.connection === connection.id).length
  const makeDefault = async () => {
    try {
      await read(api.POST('/v1/connections/{id}/default', { params }))
      await queries.invalidateQueries({ queryKey: connectionsQuery.queryKey })
      noteDone(`${connection.name} is the default of ${provider?.label ?? connection.provider}`)
    } catch (error) {
      noteFailed('The default did not change', error)
    }
  }
  const remove = async () => {
    await read(api.DELETE('/v1/connections/{id}', { params }))
    await navigate({ to: '/connections' })
    queries.removeQueries({ queryKey: ['connections', connection.id] })
    void queries.invalidateQueries({ queryKey: connectionsQuery.queryKey })
    void queries.invalidateQueries({ queryKey: numbersQuery.queryKey })
    noteDone(`${connection.name} was removed`)
  }
  return (
    <>
      {provider?.capabilities.includes('check') && <TestButton id={connection.id} />}
      {!connection.isDefault && <Button onClick={() => void makeDefault()}>Make default</Button>}
      {connection.source === 'api' && (
        <Button variant="danger" icon={<Trash2 />} onClick={() => setRemoving(true)}>
          Remove
        </Button>
      )}
      <Confirm
        open={removing}
        onClose={() => setRemoving(false)}
        title={`Remove ${connection.name}?`}
        action="Remove connection"
        onConfirm={remove}
      >
        Its stored credentials are deleted
        {own > 0 && `, and so ${own === 1 ? 'is its number' : `are its ${own} numbers`} here`}. Nothing changes at the
        carrier, but calls from there will be refused. Past calls stay.
      </Confirm>
    </>
  )
}
