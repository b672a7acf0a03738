/** What providers that listen are told by the environment, whatever their connections: read once, every mistake named. */
import { z } from 'zod'
import type { CarrierSpec } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import { notesOf } from '../spec/provider.ts'
import { environmentVariables } from './environment.ts'

type Values = Readonly<Record<string, string | undefined>>

interface Variable {
  readonly field: string
  readonly env: string
  readonly about: string
  readonly type: z.ZodType
}

/** The variables of a provider's `process`, with what each is for. Some belong to all, such as `HOST`. */
function processVariables({ process = z.object({}) }: CarrierSpec): readonly Variable[] {
  return Object.entries(process.shape).flatMap(([field, type]) => {
    const { env, title = field, description } = notesOf(type as z.ZodType) // a shape holds zod types
    return env === undefined ? [] : [{ field, env, about: description ?? title, type: type as z.ZodType }] // as above
  })
}

/** Those that the provider brings along. */
export function ownVariables(carriers: readonly CarrierSpec[]): readonly Variable[] {
  return carriers.flatMap(processVariables).filter(({ env }) => !(env in environmentVariables))
}

/** By field and as text. Throws `environment.invalid` that names the variables at fault. */
export function processValues(carrier: CarrierSpec, values: Values): Readonly<Record<string, string>> {
  const variables = processVariables(carrier)
  const given = variables.flatMap(({ field, env }) => (values[env] ? [[field, values[env]] as const] : []))
  const parsed = (carrier.process ?? z.object({})).safeParse(Object.fromEntries(given))
  if (parsed.success) return Object.fromEntries(given)
  const envOf = new Map(variables.map(({ field, env }) => [field, env]))
  const faults = parsed.error.issues.map(
    ({ path, message }) => `  ${envOf.get(String(path[0])) ?? carrier.label}: ${message}`,
  )
  throw new OffhookError(
    'environment.invalid',
    `The environment has ${faults.length} mistake(s):\n${faults.join('\n')}`,
  )
}
