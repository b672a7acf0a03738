/** What can be connected: every provider with its settings as JSON Schema and its capabilities. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { agentSettings } from '../../conversation/settings.ts'
import type { CarrierSpec } from '../../spec/carrier.ts'
import { connectionSettings } from '../../spec/connection.ts'
import type { ApiParts, AnySpec } from '../parts.ts'
import { featuresOf } from '../features.ts'
import { failure, provider } from '../schemas.ts'
import { givenSettings } from '../settings.ts'

export async function providerRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  app.withTypeProvider<ZodTypeProvider>().route({
    method: 'GET',
    url: '/providers',
    config: { scope: 'config:read' },
    schema: {
      summary: 'Providers of phone lines, agents and speech',
      tags: ['Configuration'],
      response: { 200: z.object({ items: z.array(provider) }), default: failure },
    },
    handler: async () => ({ items: parts.providers.map(present) }),
  })
}

function settingsSchema(spec: AnySpec): z.ZodObject {
  if (spec.kind === 'agent') return agentSettings(spec)
  return spec.kind === 'carrier' ? givenSettings(connectionSettings(spec)) : spec.settings
}

function present(spec: AnySpec): z.input<typeof provider> {
  const { kind, name, label, about, checklist } = spec
  return {
    ...{ kind, name, label, ...(about === undefined ? {} : { about }) },
    settings: z.toJSONSchema(settingsSchema(spec), { io: 'input', unrepresentable: 'any' }),
    checklist: [...(checklist ?? [])],
    capabilities: [...capabilitiesOf(spec)],
    features: spec.kind === 'carrier' ? [...featuresOf(spec)] : [],
  }
}

/** Read from the spec alone: a group that is there is a capability. */
export function capabilitiesOf(spec: AnySpec): readonly string[] {
  if (spec.kind !== 'carrier') return []
  const numbers = Object.entries(spec.numbers ?? {}).flatMap(([name, made]) => (made ? [`numbers.${name}`] : []))
  return [
    ...(spec.webhook ? ['webhook'] : []),
    ...(spec.listen ? ['listen'] : []),
    ...(spec.control?.commands ?? []),
    ...(spec.control?.commands.includes('dial') ? [detection(spec.control)] : []),
    ...(spec.stream
      ? [
          'stream',
          ...(spec.stream.marks ? ['stream.marks'] : []),
          ...(spec.stream.clears === false ? [] : ['stream.clear']),
        ]
      : []),
    ...numbers,
    ...(spec.recordings ? ['recordings'] : []),
    ...(spec.cost ? ['cost'] : []),
    ...(spec.lookup ? ['lookup'] : []),
    ...(spec.setUp ? ['set-up'] : []),
    ...(spec.check ? ['check'] : []),
  ]
}

/** By the carrier, or by our own ear. */
function detection({ detectsMachines }: Pick<NonNullable<CarrierSpec['control']>, 'detectsMachines'>): string {
  return detectsMachines === false ? 'machine-detection.by-ear' : 'machine-detection'
}
