/** What all providers have in common: a name, a label, and one schema that gives type, checks, form, masking and environment names. */
import { z } from 'zod'

export interface ProviderSpec<S extends z.ZodObject = z.ZodObject> {
  /** Unique within its kind; lower-case letters, digits and hyphens; stands in URLs and configurations. */
  readonly name: string
  /** For people. */
  readonly label: string
  /** One sentence for people: what it is. */
  readonly about?: string
  /** Build fields with `field.*` so that labels, secrets and environment names travel with them. */
  readonly settings: S
  /** Where a person finds these settings at the vendor, step by step; shown beside the form. */
  readonly checklist?: readonly string[]
}

/** What a settings field carries besides its type; also emitted into the JSON Schema of `/v1/providers`. */
export interface FieldNotes {
  readonly title: string
  readonly description?: string
  /** Encrypted at rest, masked on read, never logged. */
  readonly secret?: boolean
  /** The conventional environment name, e.g. `TWILIO_ACCOUNT_SID`. Present, it makes a connection "from environment". */
  readonly env?: string
  /** Multi-line input (PEM keys). */
  readonly multiline?: boolean
  /** The vendor's account id: inbound requests on shared URLs are matched by it. At most one field per provider. */
  readonly account?: boolean
  /** Kept by us (the id of what we made there): nobody sends or sees it, and every save carries it over. Must be optional. */
  readonly managed?: boolean
  readonly examples?: readonly string[]
  /** Fields of one group stand together under this heading, after those of none. */
  readonly group?: string
  /** The value names a provider of that kind, a connection of it, or holds its settings; `of`: the field that says which provider. */
  readonly refers?: {
    readonly to: 'provider' | 'connection' | 'settings'
    readonly kind: 'carrier' | 'agent' | 'stt' | 'llm' | 'tts'
    readonly of?: string
  }
  /** Shown only while another field has one of these values. */
  readonly when?: { readonly field: string; readonly is: readonly (string | number | boolean)[] }
}

/** Adds notes to any zod type: `field(z.string().min(1), { title: 'Account SID', env: 'TWILIO_ACCOUNT_SID' })`. */
export function field<T extends z.ZodType>(type: T, notes: FieldNotes): T {
  return type.meta({ ...notes })
}

/** Notes of a field, looking through optional and default wrappers. */
export function notesOf(type: z.ZodType): Partial<FieldNotes> {
  const own = type.meta() as Partial<FieldNotes> | undefined
  if (own?.title !== undefined) return own
  const inner = (type as { def?: { innerType?: z.ZodType } }).def?.innerType
  return inner ? notesOf(inner) : (own ?? {})
}

/** Names of the secret fields of a settings object. */
export function secretsOf(settings: z.ZodObject): readonly string[] {
  return noted(settings, 'secret')
}

/** Names of the fields that we keep ourselves. */
export function managedOf(settings: z.ZodObject): readonly string[] {
  return noted(settings, 'managed')
}

function noted(settings: z.ZodObject, note: 'secret' | 'managed'): readonly string[] {
  return Object.entries(settings.shape)
    .filter(([, type]) => notesOf(type as z.ZodType)[note] === true)
    .map(([name]) => name)
}
