/** A field that names something else of the gateway: a provider, a connection of it, or its settings. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useController, useWatch } from 'react-hook-form'
import { connectionsQuery, providersQuery } from '../lib/lookups.ts'
import { Field } from '../ui/field.tsx'
import { Select, type Choice } from '../ui/select.tsx'
import { fieldsOf, type FormField, type Reference } from './model.ts'
import { SchemaFields } from './schema-fields.tsx'

export interface ReferenceControlProps {
  readonly field: FormField
  readonly reference: Reference
  readonly path: string
  /** Where the field stands that names the provider. */
  readonly at: string
  readonly error: string | undefined
}

export function ReferenceControl({ field, reference, path, at, error }: ReferenceControlProps) {
  const provider = String(useWatch({ name: `${at}.${reference.of ?? ''}` }) ?? '')
  if (reference.to === 'settings')
    return <ProviderSettings title={field.title} reference={reference} provider={provider} path={path} />
  return <Named field={field} reference={reference} provider={provider} path={path} error={error} />
}

function Named({
  field,
  reference,
  provider,
  path,
  error,
}: Omit<ReferenceControlProps, 'at'> & { readonly provider: string }) {
  const { field: held } = useController({ name: path })
  const { data: providers = [] } = useQuery(providersQuery)
  const { data: connections = [] } = useQuery({ ...connectionsQuery, enabled: reference.to === 'connection' })
  const value = String(held.value ?? '')
  // A place that may stay empty is empty by default.
  const nobody = field.fallback === '' ? [{ value: '', label: 'Nobody' }] : []
  const choices: readonly Choice[] =
    reference.to === 'provider'
      ? [
          ...nobody,
          ...providers
            .filter(({ kind }) => kind === reference.kind)
            .map(({ name, label, about }) => ({ value: name, label, hint: about })),
        ]
      : [
          { value: '', label: 'Its default connection' },
          ...connections
            .filter((one) => one.kind === reference.kind && one.provider === provider)
            .map(({ id, name }) => ({ value: id, label: name })),
        ]
  if (reference.to === 'connection' && choices.length === 1 && value === '') return null
  return (
    <Field label={field.title} hint={field.description} error={error} name={path}>
      <Select
        choices={choices}
        value={value}
        onChange={held.onChange}
        onBlur={held.onBlur}
        placeholder={reference.to === 'provider' ? 'Nobody' : 'Its default connection'}
      />
    </Field>
  )
}

interface ProviderSettingsProps {
  readonly title: string
  readonly reference: Reference
  readonly provider: string
  readonly path: string
}

/** The provider's own form inside this one; what stays empty is taken from its connection, or its default. */
function ProviderSettings({ title, reference, provider, path }: ProviderSettingsProps) {
  const { data: providers = [] } = useQuery(providersQuery)
  const found = providers.find(({ kind, name }) => kind === reference.kind && name === provider)
  const fields = useMemo(() => (found ? fieldsOf(found.settings, { sparse: true }) : []), [found])
  if (fields.length === 0) return null
  return (
    <fieldset className="rounded-lg border border-line px-4 pt-1.5 pb-4">
      <legend className="px-1 text-sm font-medium">{title}</legend>
      <p className="mb-4 text-xs text-ink-3">What stays empty is taken from the connection, or is the default.</p>
      <SchemaFields fields={fields} at={path} />
    </fieldset>
  )
}
