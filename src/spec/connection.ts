/** What is stored of an account at a provider: its own settings, and what every connection of its kind may say. */
import { z } from 'zod'
import { lineFields } from './lines.ts'
import { field, notesOf, type FieldNotes } from './provider.ts'

/**
 * What a stored connection of this provider holds. A carrier's is whole, and says how its lines are used. An AI vendor's is an account (its key, its address): what is
 * chosen per agent, such as the model, may be left to the agent, so every field is optional.
 */
export function connectionSettings(spec: { readonly kind: string; readonly settings: z.ZodObject }): z.ZodObject {
  if (spec.kind === 'carrier') return spec.settings.extend(lineFields)
  const fields = Object.entries(spec.settings.shape).map(([name, type]) => [
    name,
    withoutDefault(type as z.ZodType).optional(),
  ]) // a shape holds zod types
  return z.object(Object.fromEntries(fields))
}

/** A default belongs to the agent's settings: in a connection it would stand for a choice that nobody made. */
function withoutDefault(type: z.ZodType): z.ZodType {
  const { def } = type as { readonly def?: { readonly type?: string; readonly innerType?: z.ZodType } } // zod's own description of a schema
  return def?.type === 'default' && def.innerType
    ? field(withoutDefault(def.innerType), notesOf(type) as FieldNotes)
    : type
}
