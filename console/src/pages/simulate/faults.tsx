/** What goes wrong on the wire: drawn from the simulator's own schema, closed until somebody wants trouble. */
import { ChevronRight } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useWatch } from 'react-hook-form'
import type { FormField } from '../../forms/model.ts'
import { settingsOf, type FormValues } from '../../forms/values.ts'
import { Badge } from '../../ui/badge.tsx'

/** Behind a closed door, so it may come later than the page. */
const SchemaFields = lazy(async () => ({ default: (await import('../../forms/schema-fields.tsx')).SchemaFields }))

export function Faults({ fields }: { readonly fields: readonly FormField[] }) {
  const values = useWatch<{ faults: FormValues }, 'faults'>({ name: 'faults' })
  if (fields.length === 0) return null
  const count = countOf(fields, values)
  return (
    <details className="group rounded-lg border border-line">
      <summary className="flex cursor-pointer items-center gap-2 rounded-lg px-4 py-2.5 text-sm font-medium select-none hover:bg-hover">
        <ChevronRight className="size-4 text-ink-3 transition-transform group-open:rotate-90" aria-hidden />
        What goes wrong
        <span className="ml-auto">
          {count > 0 ? (
            <Badge tone="warn">{count} set</Badge>
          ) : (
            <span className="text-xs font-normal text-ink-3">nothing</span>
          )}
        </span>
      </summary>
      <div className="border-t border-line p-4">
        <Suspense>
          <SchemaFields fields={fields} at="faults" />
        </Suspense>
      </div>
    </details>
  )
}

/** Half a number or half a JSON is not counted while it is typed. */
function countOf(fields: readonly FormField[], values: FormValues): number {
  try {
    return Object.keys(saidFaults(settingsOf(fields, values))).length
  } catch {
    return 0
  }
}

/** Only what was said: a switch that is off is no fault. */
export function saidFaults(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== false && !(Array.isArray(value) && value.length === 0)),
  )
}
