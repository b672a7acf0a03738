/** The model behind the one that speaks: it calls the tools, and is told what they returned. */
import { failed, number, wordsOf } from '../../../protocols/agent/wire.ts'
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { argumentsOf } from '../../../protocols/vendor/arguments.ts'
import type { AgentOrder } from '../../../spec/agent.ts'
import { send, type Draft } from './state.ts'

/** An event of its own stream. */
export function backendSaid(draft: Draft, event: Fields): void {
  switch (event['type']) {
    case 'response.output_item.done':
      return called(draft, inner(event, 'item'))
    case 'response.completed':
      return used(draft, inner(inner(event, 'response'), 'usage'))
    case 'response.failed': {
      const why = text(inner(inner(event, 'response'), 'error'), 'message')
      const said = why ? ` (${why})` : ''
      return draft.tell(failed('vendor.failed', `its backend failed${said}; the call goes on`))
    }
    default:
  }
}

function called(draft: Draft, item: Fields): void {
  const [id, name] = [text(item, 'call_id'), text(item, 'name')]
  if (item['type'] !== 'function_call' || !id || !name || draft.state.open.has(id)) return
  try {
    const given = argumentsOf(name, text(item, 'arguments') ?? '')
    draft.state.open = new Set([...draft.state.open, id])
    draft.tell({ type: 'tool-called', call: { id, name, arguments: given } })
  } catch (error) {
    // What it meant must not be guessed: it is told, and may try again.
    const why = error instanceof Error ? error.message : String(error)
    draft.tell(failed('vendor.failed', `${why}; it was asked to try again`))
    answer(draft, id, 'failed: the arguments were no JSON object; call again with a JSON object')
    goOn(draft)
  }
}

function used(draft: Draft, usage: Fields): void {
  const [inputTokens, outputTokens] = [number(usage, 'input_tokens'), number(usage, 'output_tokens')]
  if (inputTokens === undefined || outputTokens === undefined) return
  draft.tell({ type: 'usage', usage: { inputTokens, outputTokens } })
}

export function returned(draft: Draft, order: AgentOrder & { readonly type: 'tool-result' }): void {
  const { state } = draft
  if (!state.open.has(order.id)) return
  state.open = new Set([...state.open].filter((id) => id !== order.id))
  answer(draft, order.id, wordsOf(order))
  // After a hang-up or a transfer there is nobody to speak to.
  if (!order.last) goOn(draft)
}

function answer(draft: Draft, call_id: string, output: string): void {
  send(draft, { type: 'response.item.create', item: { type: 'function_call_output', call_id, output } })
}

/** Once all of them have returned. */
function goOn(draft: Draft): void {
  if (draft.state.open.size === 0) send(draft, { type: 'response.create' })
}
