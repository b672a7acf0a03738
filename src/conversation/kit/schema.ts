/** JSON Schemas that users and their servers give: whether they make sense, and whether arguments fit them. */
import { z } from 'zod'

export type JsonSchema = Readonly<Record<string, unknown>>

/** Says what is wrong with arguments, for a model to read; undefined when they fit. */
export type Fits = (given: Readonly<Record<string, unknown>>) => string | undefined

/** Throws an `Error` whose message says why the schema cannot be used. */
export function fitting(schema: JsonSchema): Fits {
  if (schema['type'] !== 'object') throw new Error('the parameters must be of "type": "object"')
  const known = z.fromJSONSchema(schema)
  return (given) => {
    const parsed = known.safeParse(given)
    if (parsed.success) return undefined
    return parsed.error.issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ')
  }
}

/** Why the schema cannot be used; undefined when it can. */
export function schemaFault(schema: JsonSchema): string | undefined {
  try {
    fitting(schema)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
