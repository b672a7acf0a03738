/** The controls of a form drawn from a JSON Schema, for react-hook-form around them. */
import { ChevronRight } from 'lucide-react'
import { useMemo } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import { recordOf, type FormField } from './model.ts'
import { SchemaField } from './schema-field.tsx'
import { isShown } from './values.ts'

export interface SchemaFieldsProps {
  readonly fields: readonly FormField[]
  /** Where the values stand in the form: `settings`. */
  readonly at: string
}

/** Fields of no group first, then each group behind its heading. */
export function SchemaFields({ fields, at }: SchemaFieldsProps) {
  const values: unknown = useWatch({ name: at })
  const shown = fields.filter((field) => isShown(field, fields, recordOf(values)))
  const groups = useMemo(() => [...new Set(fields.flatMap(({ group }) => group ?? []))], [fields])
  const draw = (some: readonly FormField[]) =>
    some.map((field) => <SchemaField key={field.name} field={field} path={`${at}.${field.name}`} at={at} />)
  return (
    <div className="flex flex-col gap-5">
      {draw(shown.filter(({ group }) => group === undefined))}
      {groups.map((group) => (
        <Group key={group} title={group} fields={shown.filter((field) => field.group === group)} at={at}>
          {draw(shown.filter((field) => field.group === group))}
        </Group>
      ))}
    </div>
  )
}

interface GroupProps extends SchemaFieldsProps {
  readonly title: string
  readonly children: React.ReactNode
}

/** Closed at first, since its defaults do; open when something inside is wrong. */
function Group({ title, fields, at, children }: GroupProps) {
  const { getFieldState, formState } = useFormContext()
  const faulty = fields.some(({ name }) => getFieldState(`${at}.${name}`, formState).invalid)
  if (fields.length === 0) return null
  return (
    <details open={faulty || undefined} className="group rounded-lg border border-line">
      <summary className="flex cursor-pointer items-center gap-2 rounded-lg px-4 py-2.5 text-sm font-medium select-none hover:bg-hover">
        <ChevronRight className="size-4 text-ink-3 transition-transform group-open:rotate-90" aria-hidden />
        {title}
        <span className="text-xs font-normal text-ink-3">{fields.length} settings</span>
      </summary>
      <div className="flex flex-col gap-5 border-t border-line p-4">{children}</div>
    </details>
  )
}
