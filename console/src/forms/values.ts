/** Answers in a form, and settings at the gateway: from one to the other and back. */
import { recordOf, type Control, type FormField, type Json } from './model.ts'

/** What stands in the controls: text for most, so that half a number can be typed. */
export type FormValues = Record<string, unknown>

/** The controls' content for stored settings; defaults where nothing is stored. */
export function valuesOf(fields: readonly FormField[], settings: Json): FormValues {
  return Object.fromEntries(fields.map((field) => [field.name, valueOf(field, settings[field.name] ?? field.fallback)]))
}

function valueOf({ control }: FormField, value: unknown): unknown {
  switch (control.type) {
    case 'switch':
      return value === true
    case 'lines':
      return Array.isArray(value) ? value.join('\n') : ''
    case 'group':
      return valuesOf(control.fields, recordOf(value))
    case 'list':
      return itemsOf(value).map((item) => valuesOf(control.fields, item))
    case 'reference':
      return control.to.to === 'settings' ? { ...recordOf(value) } : String(value ?? '')
    case 'json':
      return value === undefined ? '' : JSON.stringify(value, null, 2)
    default:
      return value === undefined || value === null ? '' : String(value) // text, numbers and choices are plain
  }
}

/** Whether the field is asked for while the others hold these values. */
export function isShown(field: FormField, fields: readonly FormField[], values: FormValues): boolean {
  const { when, control } = field
  if (control.type === 'constant') return false
  if (!when) return true
  const other = fields.find(({ name }) => name === when.field)
  const value = values[when.field]
  const holds = when.is.some((wanted) =>
    typeof wanted === 'boolean' ? wanted === value : String(wanted) === String(value),
  )
  return holds && (other === undefined || isShown(other, fields, values))
}

export type Faults = Readonly<Record<string, string>>

/** What is wrong before the gateway is asked, by path. The gateway checks everything again, and more. */
export function faultsOf(fields: readonly FormField[], values: FormValues, above = ''): Faults {
  const faults: Record<string, string> = {}
  for (const field of fields) {
    if (!isShown(field, fields, values)) continue
    const value = values[field.name]
    if (field.control.type === 'list') {
      for (const [index, item] of itemsOf(value).entries())
        Object.assign(faults, faultsOf(field.control.fields, item, `${above}${field.name}.${index}.`))
    } else if (field.control.type === 'group') {
      const inner = recordOf(value)
      const asked = field.required || groupOf(field.control.fields, inner, {}, false) !== undefined
      if (asked) Object.assign(faults, faultsOf(field.control.fields, inner, `${above}${field.name}.`))
    } else {
      const fault = faultOf(field, value)
      if (fault !== undefined) faults[above + field.name] = fault
    }
  }
  return faults
}

function faultOf({ control, title, required }: FormField, value: unknown): string | undefined {
  if (isEmpty(value)) return required ? `${title} is needed` : undefined
  if (control.type === 'number') return numberFault(control, String(value))
  if (control.type === 'json') return jsonFault(String(value))
  return undefined
}

function numberFault({ whole, least, most }: Control & { type: 'number' }, text: string): string | undefined {
  const value = Number(text)
  if (!Number.isFinite(value)) return `“${text}” is not a number`
  if (whole && !Number.isInteger(value)) return 'A whole number, without a fraction'
  if (least !== undefined && value < least) return `At least ${least}`
  if (most !== undefined && value > most) return `At most ${most}`
  return undefined
}

function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`
  }
}

/** What is sent to the gateway. `stored` keeps what is hidden now as it was. */
export function settingsOf(fields: readonly FormField[], values: FormValues, stored: Json = {}): Json {
  const entries = fields.flatMap((field): readonly (readonly [string, unknown])[] => {
    const { name } = field
    if (!isShown(field, fields, values)) return name in stored ? [[name, stored[name]]] : []
    const setting = settingOf(field, values[name], stored[name])
    return setting === undefined ? [] : [[name, setting]]
  })
  return Object.fromEntries(entries)
}

function settingOf({ control, fallback, required }: FormField, value: unknown, stored: unknown): unknown {
  switch (control.type) {
    case 'switch':
      return value === true
    case 'lines':
      return String(value ?? '')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    case 'group':
      return groupOf(control.fields, recordOf(value), recordOf(stored), required)
    case 'list':
      return itemsOf(value).map((item) => settingsOf(control.fields, item, sameItem(itemsOf(stored), item)))
    case 'reference':
      if (control.to.to === 'settings') return filled(recordOf(value))
      break
    default:
  }
  // Emptied, it must not turn into its default again; without a default, empty is absent.
  if (isEmpty(value)) return typeof fallback === 'string' ? '' : undefined
  if (control.type === 'number') return Number(value)
  if (control.type === 'json') return JSON.parse(String(value)) as unknown
  if (control.type === 'choice') return control.choices.find((one) => String(one.value) === value)?.value ?? value
  return value
}

function itemsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}

/** Items move: a stored one is known by its name, as the gateway knows it, else by its address. */
function sameItem(stored: readonly Json[], item: Json): Json | undefined {
  const key = 'name' in item ? 'name' : 'url'
  return stored.find((other) => other[key] === item[key])
}

/** A group of which nothing was said is absent, unless it must be there. */
function groupOf(fields: readonly FormField[], values: Json, stored: Json, required: boolean): Json | undefined {
  const settings = settingsOf(fields, values, stored)
  const said = Object.values(settings).some((one) => one !== false && !(Array.isArray(one) && one.length === 0))
  return said || required ? settings : undefined
}

function filled(settings: Json): Json {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
