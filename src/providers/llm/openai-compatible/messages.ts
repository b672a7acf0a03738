/** The history of a call as chat messages. */
import type { Tool, ToolCall, Turn } from '../../../spec/speech.ts'

export type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string | null; readonly tool_calls?: readonly object[] }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string }

/**
 * Servers refuse a call without an answer, and an answer without a call, with 400: whatever the history lacks is made up
 * for here. Turns of the caller in a row become one: some chat templates insist on alternation.
 */
export function toMessages(history: readonly Turn[]): readonly Message[] {
  const messages: Message[] = []
  let open: string[] = []
  const close = () => {
    for (const id of open) messages.push({ role: 'tool', tool_call_id: id, content: 'cancelled' })
    open = []
  }
  for (const turn of history) {
    if (turn.role === 'tool') {
      if (open.includes(turn.id)) messages.push({ role: 'tool', tool_call_id: turn.id, content: turn.result })
      open = open.filter((id) => id !== turn.id)
      continue
    }
    close()
    if (turn.role === 'agent') {
      open = turn.tools?.map((call) => call.id) ?? []
      if (turn.text || open.length > 0) messages.push(assistant(turn.text, turn.tools ?? []))
    } else add(messages, turn.role === 'system' ? 'system' : 'user', turn.text)
  }
  close()
  return messages
}

function add(messages: Message[], role: 'system' | 'user', content: string): void {
  const last = messages.at(-1)
  if (role === 'user' && last?.role === 'user') {
    messages[messages.length - 1] = { role, content: `${last.content}\n${content}` }
  } else messages.push({ role, content })
}

function assistant(text: string, calls: readonly ToolCall[]): Message {
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
