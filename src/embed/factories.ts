/** What a user gives for each carrier: made only for the stream that is of it, checked before anybody talks. */
import { z } from 'zod'
import type { cloudonix } from '../providers/carriers/cloudonix/cloudonix.ts'
import type { exotel } from '../providers/carriers/exotel/exotel.ts'
import type { plivo } from '../providers/carriers/plivo/plivo.ts'
import type { telnyx } from '../providers/carriers/telnyx/telnyx.ts'
import type { twilio } from '../providers/carriers/twilio/twilio.ts'
import type { vobiz } from '../providers/carriers/vobiz/vobiz.ts'
import type { vonage } from '../providers/carriers/vonage/vonage.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import { notesOf } from '../spec/provider.ts'
import type { CarrierName } from './call-data.ts'

interface Specs {
  readonly twilio: typeof twilio
  readonly telnyx: typeof telnyx
  readonly plivo: typeof plivo
  readonly vobiz: typeof vobiz
  readonly vonage: typeof vonage
  readonly cloudonix: typeof cloudonix
  readonly exotel: typeof exotel
}

/** The carrier's credentials, as a connection has them. */
export type CarrierSettings<Name extends CarrierName> = z.input<Specs[Name]['settings']>

export interface Chosen<Name extends CarrierName = CarrierName> {
  /** Needed to steer the call, to hang up for example. */
  readonly settings: CarrierSettings<Name>
  /** Rate of the sound that is heard, Hz. Default: the line's. */
  readonly rate?: number
}

/** One function per carrier that may call; only that of the carrier that does is run. */
export type TransportFactories = { readonly [Name in CarrierName]?: () => Chosen<Name> | Promise<Chosen<Name>> }

export interface Checked {
  readonly settings: Readonly<Record<string, unknown>>
  readonly rate: number | undefined
}

/** Rejects with `provider.unknown` for a key that is missing, `settings.missing` or `settings.invalid` with every field at fault. */
export async function choose(carrier: CarrierSpec, factories: TransportFactories): Promise<Checked> {
  const name = carrier.name as CarrierName // a carrier with streams: the list has no others
  const factory = Object.hasOwn(factories, name) ? factories[name] : undefined
  if (factory) {
    const { settings, rate } = await factory()
    return { settings: checked(carrier, settings), rate }
  }
  const given = Object.keys(factories).join(', ') || 'none'
  throw new OffhookError(
    'provider.unknown',
    `The stream is of ${carrier.label}, and there is no factory "${name}" (given: ${given})`,
  )
}

/** Strict: what belongs to another carrier is refused here, and never reaches this one. */
function checked({ label, name, settings: schema }: CarrierSpec, given: object): Readonly<Record<string, unknown>> {
  const known = Object.keys(schema.shape)
  const strange = Object.keys(given).filter((field) => !known.includes(field))
  if (strange.length > 0)
    throw new OffhookError(
      'settings.invalid',
      `${strange.join(', ')}: no setting of ${label}; it has ${known.join(', ')}`,
    )
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const fields = [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? '')))]
  const missing = fields.filter((field) => Reflect.get(given, field) === undefined)
  const sentences = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  if (missing.length === 0)
    throw new OffhookError('settings.invalid', `The settings of ${label} are not valid: ${sentences.join('; ')}`)
  const named = missing.map((field) => withEnvironment(schema, field)).join(', ')
  throw new OffhookError('settings.missing', `${label} lacks ${named}: give them in the factory "${name}"`, {
    details: { fields: missing },
  })
}

function withEnvironment(schema: z.ZodObject, field: string): string {
  const type = schema.shape[field] as z.ZodType | undefined // the shape of a ZodObject holds zod types
  const env = type && notesOf(type).env
  return env ? `${field} (usually ${env})` : field
}
