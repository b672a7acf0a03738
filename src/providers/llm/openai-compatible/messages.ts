/** The history of a call as chat messages. */
import { begun, exchanges, type AnsweredCall } from '../../../protocols/vendor/history.ts'
import type { Tool, Turn } from '../../../spec/speech.ts'

export type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string | null; readonly tool_calls?: readonly object[] }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string }

export function toMessages(history: readonly Turn[]): readonly Message[] {
  return begun(exchanges(history)).flatMap((one): readonly Message[] => {
    if (one.role !== 'agent') return [{ role: one.role === 'system' ? 'system' : 'user', content: one.text }]
    const answers = one.calls.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result }) as const)
    return [assistant(one.text, one.calls), ...answers]
  })
}

function assistant(text: string, calls: readonly AnsweredCall[]): Message {
  const tool_calls = calls.map(({ id, name, arguments: given }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(given) },
  }))
  return { role: 'assistant', content: text || null, ...(calls.length > 0 && { tool_calls }) }
}

export function toFunctions(tools: readonly Tool[]): readonly object[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }))
}
