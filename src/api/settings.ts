/** Settings as people send and see them: checked against the provider's schema, secrets masked, a re-submitted mask restored. */
import { z } from 'zod'
import { OffhookError } from '../spec/errors.ts'
import { managedOf, notesOf } from '../spec/provider.ts'

type Settings = Readonly<Record<string, unknown>>

const dots = '••••'

/** What a reader sees of a secret: its last four characters, or nothing of a short one. */
export function mask(secret: string): string {
  const text = secret.trimEnd()
  return text.length < 12 ? dots : dots + text.slice(-4)
}

export function maskSettings(schema: z.ZodObject, settings: Settings): Settings {
  const managed = new Set(managedOf(schema))
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([name]) => !managed.has(name))
      .map(([name, value]) => [name, secretsIn(schema.shape[name], value, { secret: maskValue })]),
  )
}

interface Visit {
  readonly secret: (value: unknown, at: string, kept: unknown) => unknown
}

/** A copy of `value` with every secret in it visited, however deep in lists and objects its field stands. */
function secretsIn(type: unknown, value: unknown, visit: Visit, at = '', kept?: unknown): unknown {
  if (!(type instanceof z.ZodType)) return value
  if (notesOf(type).secret === true) return visit.secret(value, at, kept)
  const inner = bare(type)
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item, index) =>
      secretsIn(inner.element, item, visit, `${at}.${index}`, sameItem(kept, item, index)),
    )
  if (!(inner instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      secretsIn(inner.shape[name], member, visit, `${at}.${name}`, memberOf(kept, name)),
    ]),
  )
}

/** Without what says that it may be absent. */
function bare(type: z.ZodType): z.ZodType {
  const inner = (type as { def?: { innerType?: z.ZodType } }).def?.innerType
  return inner ? bare(inner) : type
}

function serverOf(item: unknown): string | undefined {
  const url = memberOf(item, 'url')
  return typeof url === 'string' ? URL.parse(url)?.origin : undefined
}

/** Items of a list move: the stored one is known by its name, else by its address, else by its place. Secrets do not follow an item to another server. */
function sameItem(kept: unknown, item: unknown, index: number): unknown {
  if (!Array.isArray(kept)) return undefined
  for (const key of ['name', 'url']) {
    const mine = memberOf(item, key)
    const same = kept.find((other: unknown) => memberOf(other, key) === mine)
    if (mine !== undefined) return serverOf(same) === serverOf(item) ? same : undefined
  }
  return kept[index]
}

/** What people may say: without the fields that we keep ourselves. */
export function givenSettings(schema: z.ZodObject): z.ZodObject {
  const managed = new Set(managedOf(schema))
  if (managed.size === 0) return schema
  return z.object(Object.fromEntries(Object.entries(schema.shape).filter(([name]) => !managed.has(name))))
}

/** What we keep ourselves of `stored`: it stays with every save. */
export function managedSettings(schema: z.ZodObject, stored: Settings): Settings {
  return Object.fromEntries(managedOf(schema).flatMap((name) => (name in stored ? [[name, stored[name]]] : [])))
}

/** A secret may be a whole object: every text in it is masked, its shape stays. */
function maskValue(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? value : mask(value)
  if (Array.isArray(value)) return value.map(maskValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, maskValue(member)]))
}

/**
 * Puts stored secrets back where their mask was submitted. Runs before any other check, since account ids may be secret too.
 * Throws `settings.invalid` for a mask that matches nothing: it would overwrite a secret with dots.
 */
export function restoreSecrets(schema: z.ZodObject, submitted: Settings, stored: Settings | undefined): Settings {
  const restored: Record<string, unknown> = { ...submitted }
  const secret = (value: unknown, at: string, kept: unknown) => restoreValue(at, value, kept)
  for (const [name, value] of Object.entries(submitted))
    restored[name] = secretsIn(schema.shape[name], value, { secret }, name, stored?.[name])
  return restored
}

function restoreValue(name: string, value: unknown, kept: unknown): unknown {
  if (typeof value === 'string') return restoreText(name, value, kept)
  if (Array.isArray(value))
    return value.map((item, index) => restoreValue(`${name}.${index}`, item, memberOf(kept, index)))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, restoreValue(`${name}.${key}`, member, memberOf(kept, key))]),
  )
}

function restoreText(name: string, value: string, kept: unknown): string {
  if (!value.startsWith(dots)) return value
  // Text areas trim the newline that ends a key: masks are compared without it.
  if (typeof kept === 'string' && mask(kept) === value.trimEnd()) return kept
  throw new OffhookError(
    'settings.invalid',
    `"${name}" is a mask that matches no stored secret: send the secret itself`,
    {
      details: { fields: [{ field: name, message: 'a mask that matches no stored secret' }] },
    },
  )
}

function memberOf(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

/**
 * Checks settings strictly; unknown fields are refused by name. `rules`: the provider's own schema, whose rules across fields hold too, where
 * `schema` is made from it. Throws `settings.invalid` with every fault.
 */
export function parseSettings(schema: z.ZodObject, settings: Settings, rules: z.ZodObject = schema): Settings {
  const parsed = z.strictObject(schema.shape).safeParse(settings)
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }))
    const list = fields.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')
    throw new OffhookError('settings.invalid', `The settings are not valid: ${list}`, { details: { fields } })
  }
  // Rules across fields live on the provider's own schema.
  const whole = rules.safeParse(settings)
  if (whole.success) return parsed.data
  const fields = whole.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }))
  throw new OffhookError(
    'settings.invalid',
    `The settings are not valid: ${fields.map(({ message }) => message).join('; ')}`,
    {
      details: { fields },
    },
  )
}

/** The vendor's account id among the settings, if the provider has such a field. */
export function accountOf(schema: z.ZodObject, settings: Settings): string | undefined {
  for (const [name, type] of Object.entries(schema.shape)) {
    const value = settings[name]
    if (notesOf(type as z.ZodType).account && typeof value === 'string') return value // a ZodObject's shape holds zod types
  }
  return undefined
}
