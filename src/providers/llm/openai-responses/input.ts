/** The history of a call as input items, and tools as functions. */
import { begun, exchanges, systemOf, type AnsweredCall, type Exchange } from '../../../protocols/vendor/history.ts'
import type { Tool, Turn } from '../../../spec/speech.ts'
import type { Reasoning } from './stream.ts'

/** At most 64 letters of these; ids of another vendor's calls may be in the history. */
function idOf(id: string): string {
  return id.replaceAll(/[^\w-]/g, '_').slice(0, 64)
}

export function toInput(history: readonly Turn[], reasoning: Reasoning): object {
  const found = begun(exchanges(history))
  const instructions = systemOf(found)
  const input = found.flatMap((one) => items(one, reasoning))
  return { ...(instructions !== undefined && { instructions }), input }
}

function items(one: Exchange, reasoning: Reasoning): readonly object[] {
  if (one.role !== 'agent') return one.role === 'caller' ? [{ role: 'user', content: one.text }] : []
  const said = one.text ? [{ role: 'assistant', content: one.text }] : []
  return [...said, ...one.calls.flatMap((call) => callItems(call, reasoning)), ...one.calls.map(answerItem)]
}

function callItems({ id, name, arguments: given }: AnsweredCall, reasoning: Reasoning): readonly object[] {
  const call = { type: 'function_call', call_id: idOf(id), name, arguments: JSON.stringify(given) }
  return [...(reasoning.get(id) ?? []), call]
}

function answerItem({ id, result }: AnsweredCall): object {
  return { type: 'function_call_output', call_id: idOf(id), output: result }
}

/** Not strict: that would refuse schemas with optional fields. */
export function toFunctions(tools: readonly Tool[]): readonly object[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    name,
    description,
    parameters,
    strict: false,
  }))
}
