/** Settings of a provider, checked before they are used: stored ones may be older than the provider. */
import { z } from 'zod'
import { OffhookError } from '../spec/errors.ts'
import { secretsOf } from '../spec/provider.ts'

/** Throws `settings.invalid`. */
export function checked(
  spec: { readonly name: string; readonly settings: z.ZodObject },
  settings: unknown,
): Readonly<Record<string, unknown>> {
  const parsed = spec.settings.safeParse(settings)
  if (parsed.success) return parsed.data
  // The issues name fields and rules, never values.
  const issues = z.prettifyError(parsed.error)
  throw new OffhookError('settings.invalid', `settings of '${spec.name}' do not fit:\n${issues}`)
}

/** To be hidden wherever a vendor repeats them. */
export function secretValues(
  { settings }: { readonly settings: z.ZodObject },
  config: Readonly<Record<string, unknown>>,
): readonly string[] {
  const values = secretsOf(settings).map((name) => config[name])
  return values.filter((value) => typeof value === 'string')
}
