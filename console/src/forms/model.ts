/** A form out of a JSON Schema as `/v1/providers` gives it: what to ask, in which order, and how the answers become settings again. */

export type Json = Readonly<Record<string, unknown>>

export type Control =
  | { readonly type: 'text'; readonly input: 'text' | 'url' | 'email' | 'multiline' | 'secret' }
  | { readonly type: 'number'; readonly whole: boolean; readonly least?: number; readonly most?: number }
  | { readonly type: 'switch' }
  | { readonly type: 'choice'; readonly choices: readonly FormChoice[] }
  | { readonly type: 'lines'; readonly most?: number }
  | { readonly type: 'group'; readonly fields: readonly FormField[] }
  /** `item`: what one of them is called. */
  | { readonly type: 'list'; readonly fields: readonly FormField[]; readonly item: string; readonly most?: number }
  /** It has one value: nobody is asked. */
  | { readonly type: 'constant'; readonly value: unknown }
  | { readonly type: 'reference'; readonly to: Reference }
  /** A shape that no control fits: written as JSON. */
  | { readonly type: 'json' }

export interface FormChoice {
  readonly label: string
  readonly value: string | number | boolean
}

/** The value names something else of the gateway; see `refers` in the gateway's field notes. */
export interface Reference {
  readonly to: 'provider' | 'connection' | 'settings'
  readonly kind: string
  /** The field that names the provider, for its connections and settings. */
  readonly of?: string
}

export interface FormField {
  readonly name: string
  readonly title: string
  readonly description?: string
  readonly group?: string
  readonly required: boolean
  /** May be left empty, and then there is no default in its place either. */
  readonly optional: boolean
  readonly secret: boolean
  readonly control: Control
  readonly fallback: unknown
  readonly examples: readonly string[]
  readonly env?: string
  readonly when?: { readonly field: string; readonly is: readonly unknown[] }
}

/**
 * Fields of an object's schema. `sparse`: everything may stay empty and its default is only shown, because what is left out here is said elsewhere.
 */
export function fieldsOf(schema: Json, { sparse = false } = {}): readonly FormField[] {
  const required = new Set(listOf(schema['required']))
  return Object.entries(recordOf(schema['properties'])).map(([name, member]) => {
    const one = recordOf(member)
    return {
      name,
      title: textOf(one['title']) ?? name,
      ...optional('description', textOf(one['description'])),
      ...optional('group', textOf(one['group'])),
      ...optional('env', textOf(one['env'])),
      required: !sparse && required.has(name),
      optional: !sparse && !required.has(name) && one['default'] === undefined,
      secret: one['secret'] === true,
      control: controlOf(one, sparse),
      fallback: sparse ? undefined : one['default'],
      examples: examplesOf(one, sparse),
      ...optional('when', whenOf(one['when'])),
    }
  })
}

function controlOf(schema: Json, sparse: boolean): Control {
  const reference = referenceOf(schema['refers'])
  if (reference) return { type: 'reference', to: reference }
  if ('const' in schema) return { type: 'constant', value: schema['const'] }
  const choices = choicesOf(schema)
  if (choices) return { type: 'choice', choices }
  switch (typeOf(schema)) {
    case 'boolean':
      return { type: 'switch' }
    case 'integer':
    case 'number':
      return {
        type: 'number',
        whole: schema['type'] === 'integer',
        ...optional('least', numberOf(schema['minimum'])),
        ...optional('most', numberOf(schema['maximum'])),
      }
    case 'string':
      return { type: 'text', input: inputOf(schema) }
    case 'array':
      return listControl(recordOf(schema['items']), numberOf(schema['maxItems']))
    case 'object':
      return schema['properties'] === undefined
        ? { type: 'json' }
        : { type: 'group', fields: fieldsOf(schema, { sparse }) }
    default:
      return { type: 'json' }
  }
}

function listControl(items: Json, most: number | undefined): Control {
  const limit = optional('most', most)
  if (typeOf(items) === 'string') return { type: 'lines', ...limit }
  if (typeOf(items) !== 'object' || items['properties'] === undefined) return { type: 'json' }
  return { type: 'list', fields: fieldsOf(items), item: textOf(items['title']) ?? 'item', ...limit }
}

/** What may be longer than this gets room for several lines. */
const longText = 300

function inputOf(schema: Json): 'text' | 'url' | 'email' | 'multiline' | 'secret' {
  if (schema['multiline'] === true) return 'multiline'
  if (schema['secret'] === true) return 'secret'
  const formats = [schema, ...alternatives(schema)].map((one) => one['format'])
  if (formats.includes('uri')) return 'url'
  if (formats.includes('email')) return 'email'
  return Number(schema['maxLength'] ?? 0) >= longText ? 'multiline' : 'text'
}

/** The one type of a schema, looking through “empty or …” and “null or …”. */
function typeOf(schema: Json): string | undefined {
  const { type } = schema
  if (typeof type === 'string') return type
  if (Array.isArray(type)) return type.find((one) => one !== 'null') as string | undefined // JSON Schema's list of names
  const types = new Set(alternatives(schema).map((one) => typeOf(one) ?? typeof one['const']))
  types.delete('null')
  const [only] = types
  return types.size === 1 ? only : undefined
}

function choicesOf(schema: Json): readonly FormChoice[] | undefined {
  const values = Array.isArray(schema['enum']) ? schema['enum'] : constants(schema)
  if (!values || values.length === 0 || !values.every(isPlain)) return undefined
  return values.map((value) => ({ value, label: value === '' ? 'None' : String(value) }))
}

/** The values of `anyOf` constants; undefined when one alternative is more than a constant. */
function constants(schema: Json): readonly unknown[] | undefined {
  const all = alternatives(schema)
  return all.length > 0 && all.every((one) => 'const' in one) ? all.map((one) => one['const']) : undefined
}

function alternatives(schema: Json): readonly Json[] {
  const list = schema['anyOf'] ?? schema['oneOf']
  return Array.isArray(list) ? list.map(recordOf) : []
}

function referenceOf(value: unknown): Reference | undefined {
  const { to, kind, of } = recordOf(value)
  if ((to !== 'provider' && to !== 'connection' && to !== 'settings') || typeof kind !== 'string') return undefined
  return { to, kind, ...optional('of', textOf(of)) }
}

function whenOf(value: unknown): FormField['when'] {
  const { field, is } = recordOf(value)
  return typeof field === 'string' && Array.isArray(is) ? { field, is } : undefined
}

function examplesOf(schema: Json, sparse: boolean): readonly string[] {
  const fallback = schema['default']
  if (sparse && isPlain(fallback) && fallback !== '') return [String(fallback)]
  return listOf(schema['examples'])
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

export function recordOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {} // what is no object has no members
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined
}

function optional<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]: V }) // the one member it was made with
}
