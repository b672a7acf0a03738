/** A list of things that have fields of their own: each may be opened, removed, and another added. */
import { ChevronRight, Plus, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useFieldArray, useFormContext, useWatch } from 'react-hook-form'
import { Button } from '../ui/button.tsx'
import { recordOf, type Control, type FormField } from './model.ts'
import { SchemaFields } from './schema-fields.tsx'
import { valuesOf } from './values.ts'

export interface ListFieldProps {
  readonly field: FormField
  readonly control: Control & { readonly type: 'list' }
  readonly path: string
  readonly error: string | undefined
}

export function ListField({ field, control, path, error }: ListFieldProps) {
  const { fields, item, most = Infinity } = control
  const { fields: items, append, remove } = useFieldArray({ name: path })
  const list = useRef<HTMLFieldSetElement>(null)
  // Whoever adds one wants to fill it in: it must stand on the page before it can have the focus.
  const add = () => {
    flushSync(() => append(valuesOf(fields, {}), { shouldFocus: false }))
    list.current?.querySelector<HTMLElement>('details:last-of-type :is(input, textarea)')?.focus()
  }
  const drop = (index: number) => {
    remove(index)
    list.current?.querySelector<HTMLElement>('[data-add]')?.focus()
  }
  return (
    <fieldset ref={list} className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">{field.title}</legend>
      {field.description !== undefined && (
        <p className="max-w-2xl text-xs text-pretty text-ink-3">{field.description}</p>
      )}
      {items.map(({ id }, index) => (
        <Item key={id} {...{ fields, item }} path={`${path}.${index}`} remove={() => drop(index)} />
      ))}
      {error !== undefined && (
        <p role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
      {items.length < most && (
        <div>
          <Button size="sm" data-add icon={<Plus aria-hidden />} onClick={add}>
            Add {item}
          </Button>
        </div>
      )}
    </fieldset>
  )
}

interface ItemProps {
  readonly fields: readonly FormField[]
  readonly item: string
  readonly path: string
  readonly remove: () => void
}

/** Closed while there is nothing to do: what is new, or wrong inside, is open. */
function Item({ fields, item, path, remove }: ItemProps) {
  const { getFieldState, formState } = useFormContext()
  const values = recordOf(useWatch({ name: path }))
  const [first] = fields.flatMap(({ name, control }) =>
    control.type === 'text' && values[name] ? [String(values[name])] : [],
  )
  const name = first ?? `New ${item}`
  const [open, setOpen] = useState(first === undefined)
  const faulty = getFieldState(path, formState).invalid
  return (
    <details
      open={open || faulty}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group/item min-w-0 rounded-lg border border-line"
    >
      <summary className="flex cursor-pointer items-center gap-2 rounded-lg px-3 py-2 text-sm select-none hover:bg-hover">
        <ChevronRight
          className="size-4 shrink-0 text-ink-3 transition-transform group-open/item:rotate-90"
          aria-hidden
        />
        <span className="truncate font-medium">{name}</span>
      </summary>
      <div role="group" aria-label={name} className="flex flex-col gap-5 border-t border-line p-4">
        <SchemaFields fields={fields} at={path} />
        <div>
          <Button
            size="sm"
            variant="danger"
            icon={<Trash2 aria-hidden />}
            onClick={remove}
            aria-label={`Remove ${name}`}
          >
            Remove
          </Button>
        </div>
      </div>
    </details>
  )
}
