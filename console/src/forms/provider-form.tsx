/** A form for anything that has a name and a provider's settings: its state, its faults, its way to the gateway. */
import { useMemo, type ReactNode } from 'react'
import { FormProvider, useForm, type UseFormReturn } from 'react-hook-form'
import { fieldFaults, sentenceOf } from '../lib/failure.ts'
import { Callout } from '../ui/callout.tsx'
import { Field, Input } from '../ui/field.tsx'
import { fieldsOf, type FormField, type Json } from './model.ts'
import { SchemaFields } from './schema-fields.tsx'
import { faultsOf, settingsOf, valuesOf, type FormValues } from './values.ts'

export interface ProviderFormProps {
  /** The settings' JSON Schema. */
  readonly schema: Json
  /** Nothing is required and defaults are only shown. */
  readonly sparse?: boolean
  readonly name: string
  readonly nameHint?: string
  readonly stored?: Json
  readonly disabled?: boolean
  /** Rejects with the gateway's failure; its words then stand beside the fields. */
  readonly onSubmit: (values: { readonly name: string; readonly settings: Json }) => Promise<unknown>
  /** Buttons; drawn inside the form. */
  readonly footer: (state: { readonly pending: boolean; readonly dirty: boolean }) => ReactNode
}

interface Values {
  readonly name: string
  readonly settings: FormValues
}

export function ProviderForm(props: ProviderFormProps) {
  const { schema, sparse = false, name, nameHint, stored, disabled = false, onSubmit, footer } = props
  const fields = useMemo(() => fieldsOf(schema, { sparse }), [schema, sparse])
  const values = useMemo(() => ({ name, settings: valuesOf(fields, stored ?? {}) }), [fields, name, stored])
  const form = useForm<Values>({ values, mode: 'onSubmit' })
  const { errors, isSubmitting, isDirty } = form.formState

  const submit = form.handleSubmit(async (given) => {
    const faults = Object.entries(faultsOf(fields, given.settings))
    if (given.name.trim() === '') faults.unshift(['name', 'A name is needed, to tell it from others'])
    if (faults.length > 0) return blame(form, faults)
    try {
      await onSubmit({ name: given.name.trim(), settings: settingsOf(fields, given.settings, stored) })
      form.reset(given)
    } catch (error) {
      explain(form, fields, error)
    }
  })

  return (
    <FormProvider {...form}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <fieldset disabled={disabled} className="flex flex-col gap-5">
          <Field label="Name" hint={nameHint} error={errors.name?.message} name="name">
            <Input {...form.register('name')} autoComplete="off" maxLength={200} />
          </Field>
          <SchemaFields fields={fields} at="settings" />
        </fieldset>
        {errors.root?.message !== undefined && (
          <Callout tone="bad" className="mt-5">
            {errors.root.message}
          </Callout>
        )}
        <div className="mt-6 flex flex-wrap items-center gap-2">
          {footer({ pending: isSubmitting, dirty: isDirty })}
        </div>
      </form>
    </FormProvider>
  )
}

/** Words beside fields, the first of which gets the focus. */
function blame(form: UseFormReturn<Values>, faults: readonly (readonly [string, string])[]): void {
  for (const [index, [path, message]] of faults.entries()) {
    const place = (path === 'name' ? path : `settings.${path}`) as 'settings' // paths below it are fields too
    form.setError(place, { message }, { shouldFocus: index === 0 })
  }
}

/** The gateway's words: beside the fields that it names, the rest below the form. */
function explain(form: UseFormReturn<Values>, fields: readonly FormField[], error: unknown): void {
  const known = fieldFaults(error).filter(({ field }) => fields.some(({ name }) => name === field.split('.')[0]))
  if (known.length > 0)
    blame(
      form,
      known.map(({ field, message }) => [field, message] as const),
    )
  else form.setError('root', { message: sentenceOf(error) })
}
