/** The history of a call as Anthropic's messages. */
import { conversation, exchanges, systemOf, type AnsweredCall } from '../../../protocols/vendor/history.ts'
import type { Tool, Turn } from '../../../spec/speech.ts'
import type { Thinking } from './stream.ts'

interface Message {
  readonly role: 'user' | 'assistant'
  readonly content: readonly object[]
}

/** Ids of another vendor's calls may be in the history; only these letters are taken. */
function idOf(id: string): string {
  return id.replaceAll(/[^\w-]/g, '_')
}

/**
 * The system's words stand apart; the user speaks first and last; results come first in the user's message right after
 * the calls. Empty texts are refused, so there are none.
 */
export function toMessages(history: readonly Turn[], thinking: Thinking, cache: boolean): object {
  const found = exchanges(history)
  const system = systemOf(found)
  const messages: Message[] = []
  const add = (role: Message['role'], content: readonly object[]) => {
    const last = messages.at(-1)
    if (last?.role === role) messages[messages.length - 1] = { role, content: [...last.content, ...content] }
    else messages.push({ role, content })
  }
  for (const one of conversation(found)) {
    if (one.role !== 'agent') add('user', [text(one.text)])
    else {
      add('assistant', [...thoughts(one.calls, thinking), ...(one.text ? [text(one.text)] : []), ...one.calls.map(use)])
      if (one.calls.length > 0) add('user', one.calls.map(result))
    }
  }
  const kept = cache ? { cache_control: { type: 'ephemeral' } } : {}
  return { ...(system !== undefined && { system: [{ ...text(system), ...kept }] }), messages }
}

function text(words: string): object {
  return { type: 'text', text: words }
}

function thoughts(calls: readonly AnsweredCall[], thinking: Thinking): readonly object[] {
  return calls.flatMap(({ id }) => thinking.get(id) ?? [])
}

function use({ id, name, arguments: input }: AnsweredCall): object {
  return { type: 'tool_use', id: idOf(id), name, input }
}

function result({ id, result: content }: AnsweredCall): object {
  // An empty text would be refused.
  return { type: 'tool_result', tool_use_id: idOf(id), content: content || '(no result)' }
}

export function toTools(tools: readonly Tool[]): readonly object[] {
  return tools.map(({ name, description, parameters }) => ({ name, description, input_schema: parameters }))
}
