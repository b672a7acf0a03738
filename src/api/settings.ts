/** Settings as people send and see them: checked against the provider's schema, secrets masked, a re-submitted mask restored. */
import { z } from 'zod'
import { OffhookError } from '../spec/errors.ts'
import { notesOf, secretsOf } from '../spec/provider.ts'

type Settings = Readonly<Record<string, unknown>>

const dots = '••••'

/** What a reader sees of a secret: its last four characters, or nothing of a short one. */
export function mask(secret: string): string {
  const text = secret.trimEnd()
  return text.length < 12 ? dots : dots + text.slice(-4)
}

export function maskSettings(schema: z.ZodObject, settings: Settings): Settings {
  const secrets = new Set(secretsOf(schema))
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      secrets.has(name) && typeof value === 'string' && value !== '' ? mask(value) : value,
    ]),
  )
}

/**
 * Puts stored secrets back where their mask was submitted. Runs before any other check, since account ids may be secret too.
 * Throws `settings.invalid` for a mask that matches nothing: it would overwrite a secret with dots.
 */
export function restoreSecrets(schema: z.ZodObject, submitted: Settings, stored: Settings | undefined): Settings {
  const restored: Record<string, unknown> = { ...submitted }
  for (const name of secretsOf(schema)) {
    const value = submitted[name]
    if (typeof value !== 'string' || !value.startsWith(dots)) continue
    const kept = stored?.[name]
    // Text areas trim the newline that ends a key: masks are compared without it.
    if (typeof kept !== 'string' || mask(kept) !== value.trimEnd())
      throw new OffhookError(
        'settings.invalid',
        `"${name}" is a mask that matches no stored secret: send the secret itself`,
        {
          details: { fields: [{ field: name, message: 'a mask that matches no stored secret' }] },
        },
      )
    restored[name] = kept
  }
  return restored
}

/** Checks settings strictly; unknown fields are refused by name. Throws `settings.invalid` with every fault. */
export function parseSettings(schema: z.ZodObject, settings: Settings): Settings {
  const parsed = z.strictObject(schema.shape).safeParse(settings)
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }))
    const list = fields.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')
    throw new OffhookError('settings.invalid', `The settings are not valid: ${list}`, { details: { fields } })
  }
  // Rules across fields live on the provider's own schema.
  const whole = schema.safeParse(settings)
  if (whole.success) return whole.data
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
