/** Settings that cannot be changed here, as facts instead of a form. */
import { useMemo } from 'react'
import { Fact, Facts } from '../ui/page.tsx'
import { fieldsOf, type Json } from './model.ts'

export function StoredSettings({ schema, settings }: { readonly schema: Json; readonly settings: Json }) {
  const fields = useMemo(() => fieldsOf(schema).filter(({ name }) => settings[name] !== undefined), [schema, settings])
  if (fields.length === 0) return <p className="text-sm text-ink-2">Nothing is set.</p>
  return (
    <Facts>
      {fields.map(({ name, title }) => (
        <Fact key={name} label={title}>
          <span className="font-mono text-xs">{wordsOf(settings[name])}</span>
        </Fact>
      ))}
    </Facts>
  )
}

function wordsOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
