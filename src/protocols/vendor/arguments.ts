/** What a model gives a tool, as a JSON text. */
import { parseJson } from '../../lib/json.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { ToolCall } from '../../spec/speech.ts'
import { isFields, type Fields } from '../json-media/fields.ts'

/** `{}` for no text at all. Throws `vendor.failed` when it is no JSON object: what was meant must not be guessed. */
export function argumentsOf(name: string, json: string): Fields {
  if (json.trim() === '') return {}
  const value = parsed(json)
  if (isFields(value)) return value
  throw new OffhookError('vendor.failed', `the model called ${name} with arguments that are no JSON object`)
}

/** Of a call that is to be answered whatever it holds. */
export function callArguments(name: string, json: string): Pick<ToolCall, 'arguments' | 'broken'> {
  try {
    return { arguments: argumentsOf(name, json) }
  } catch (error) {
    return { arguments: {}, broken: error instanceof Error ? error.message : String(error) }
  }
}

function parsed(json: string): unknown {
  try {
    return parseJson(json)
  } catch {
    // Told by the caller of this function, which knows the tool.
    return undefined
  }
}
