/** From what the receptionist wants done to a call of the tool that does it, whatever the tool calls its arguments. */
import type { Tool } from '../../../spec/speech.ts'
import type { Deed } from './dialogue.ts'

export interface Wanted {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

const toolNames = { 'hang-up': 'hang_up', transfer: 'transfer_call', press: 'send_digits' } as const satisfies Record<
  Deed['type'],
  string
>

/** The call, or undefined when the talk was given no such tool. */
export function toolFor(deed: Deed, tools: readonly Tool[]): Wanted | undefined {
  const tool = tools.find(({ name }) => name === toolNames[deed.type])
  return tool && { name: tool.name, arguments: argumentsOf(deed, propertiesOf(tool)) }
}

function argumentsOf(deed: Deed, properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (deed.type === 'hang-up') return {}
  if (deed.type === 'press') return { [named(properties, ['digits', 'keys', 'dtmf']) ?? 'digits']: deed.keys }
  const key = named(properties, ['to', 'target', 'destination', 'department', 'number']) ?? 'to'
  const { name, target } = deed.to
  const choices = choicesOf(properties[key])
  return { [key]: choices.find((choice) => choice.toLowerCase() === name) ?? target }
}

function propertiesOf(tool: Tool): Readonly<Record<string, unknown>> {
  const properties = tool.parameters['properties']
  return typeof properties === 'object' && properties !== null ? { ...properties } : {}
}

function named(properties: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  return names.find((name) => name in properties)
}

/** The values an argument may have, where its schema lists them. */
function choicesOf(schema: unknown): readonly string[] {
  const listed = typeof schema === 'object' && schema !== null && 'enum' in schema ? schema.enum : undefined
  return Array.isArray(listed) ? listed.filter((choice) => typeof choice === 'string') : []
}
