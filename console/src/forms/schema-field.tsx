/** One field of such a form: its label, its help, and the control that its kind needs. */
import { get, useController, useFormContext } from 'react-hook-form'
import { Field, Input, SecretInput, TextArea } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { SwitchRow } from '../ui/switch.tsx'
import { ListField } from './list-field.tsx'
import type { Control, FormField } from './model.ts'
import { ReferenceControl } from './reference.tsx'
import { SchemaFields } from './schema-fields.tsx'

export interface SchemaFieldProps {
  readonly field: FormField
  readonly path: string
  /** Where the fields beside this one stand. */
  readonly at: string
}

export function SchemaField({ field, path, at }: SchemaFieldProps) {
  const { control, title, description } = field
  const { formState } = useFormContext()
  const fault: { readonly message?: string } | undefined = get(formState.errors, path)
  const error = fault?.message
  if (control.type === 'group')
    return (
      <fieldset className="rounded-lg border border-line px-4 pt-2 pb-4">
        <legend className="px-1 text-sm font-medium">{title}</legend>
        {description !== undefined && <p className="mb-3 text-xs text-ink-3">{description}</p>}
        <SchemaFields fields={control.fields} at={path} />
      </fieldset>
    )
  if (control.type === 'constant') return null
  if (control.type === 'list') return <ListField field={field} control={control} path={path} error={error} />
  if (control.type === 'reference')
    return <ReferenceControl field={field} reference={control.to} path={path} at={at} error={error} />
  if (control.type === 'switch') return <SwitchField field={field} path={path} />
  return (
    <Field label={title} hint={hintOf(field)} error={error} optional={field.optional} name={path}>
      <TextControl field={field} control={control} path={path} />
    </Field>
  )
}

function SwitchField({ field, path }: Pick<SchemaFieldProps, 'field' | 'path'>) {
  const { field: value } = useController({ name: path })
  return (
    <SwitchRow checked={value.value === true} onChange={value.onChange} hint={field.description}>
      {field.title}
    </SwitchRow>
  )
}

interface TextControlProps {
  readonly field: FormField
  readonly control: Exclude<Control, { type: 'group' | 'list' | 'constant' | 'reference' | 'switch' }>
  readonly path: string
}

function TextControl({ field, control, path }: TextControlProps) {
  const { field: held } = useController({ name: path })
  const value = typeof held.value === 'string' ? held.value : ''
  const bound = { ref: held.ref, value, onChange: held.onChange, onBlur: held.onBlur, placeholder: field.examples[0] }
  switch (control.type) {
    case 'choice':
      return (
        <Select
          choices={choicesOf(field, control.choices, value)}
          value={value}
          onChange={held.onChange}
          onBlur={held.onBlur}
          placeholder="Default"
        />
      )
    case 'number':
      return <Input {...bound} inputMode="decimal" autoComplete="off" className="max-w-48 tabular-nums" />
    case 'lines':
      return <TextArea {...bound} rows={3} />
    case 'json':
      return <TextArea {...bound} rows={5} spellCheck={false} className="font-mono" />
    case 'text':
      return <PlainText {...bound} input={control.input} secret={field.secret} />
  }
}

interface PlainTextProps extends React.ComponentProps<'input'> {
  readonly input: (Control & { type: 'text' })['input']
  readonly secret: boolean
}

function PlainText({ input, secret, ref, ...bound }: PlainTextProps) {
  if (input === 'multiline') {
    const { value, onChange, onBlur, placeholder } = bound
    // One path through the form for both kinds of element: nothing but the value and the focus is asked of them.
    const area = { value, onChange, onBlur, placeholder, ref } as unknown as React.ComponentProps<'textarea'>
    return <TextArea {...area} rows={1} spellCheck={!secret} className={secret ? 'font-mono' : undefined} />
  }
  if (input === 'secret') return <SecretInput {...bound} ref={ref} />
  const type = input === 'url' ? 'url' : input === 'email' ? 'email' : 'text'
  return <Input {...bound} ref={ref} type={type} inputMode={type} autoComplete="off" spellCheck={false} />
}

/** A choice that need not be made has an empty entry; a masked one stays as it is until another is made. */
function choicesOf(field: FormField, choices: readonly { value: unknown; label: string }[], value: string) {
  const known = choices.map((choice) => ({ value: String(choice.value), label: choice.label }))
  const masked = value !== '' && !known.some((choice) => choice.value === value)
  return [
    ...(masked ? [{ value, label: 'Unchanged' }] : []),
    ...(field.required || field.fallback !== undefined ? [] : [{ value: '', label: 'Default' }]),
    ...known,
  ]
}

function hintOf({ description, control }: FormField): string | undefined {
  if (control.type !== 'lines') return description
  return description === undefined ? 'One per line.' : `${description} One per line.`
}
