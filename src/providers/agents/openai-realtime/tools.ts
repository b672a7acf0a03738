/** Tools: what the model calls, and what it is told of the result. */
import { failed, wordsOf } from '../../../protocols/agent/wire.ts'
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { argumentsOf } from '../../../protocols/vendor/arguments.ts'
import type { AgentOrder } from '../../../spec/agent.ts'
import { next, want } from './responses.ts'
import { send, type Draft } from './state.ts'

/** An item of a reply begins or is whole: function calls give their names here, which one generation does not repeat. */
export function announce(draft: Draft, message: Fields): void {
  const item = inner(message, 'item')
  const [id, call, name] = [text(item, 'id'), text(item, 'call_id'), text(item, 'name')]
  if (item['type'] !== 'function_call' || !id || !call || !name) return
  draft.state.announced = { ...draft.state.announced, [id]: { call, name } }
}

/** All arguments of a call are there. */
export function complete(draft: Draft, message: Fields): void {
  const item = text(message, 'item_id') ?? text(message, 'id') ?? ''
  const known = draft.state.announced[item]
  const id = text(message, 'call_id') ?? known?.call
  const name = text(message, 'name') ?? known?.name
  if (id && name) call(draft, { id, name, json: text(message, 'arguments') ?? '' })
}

/** Servers tell of a call more than once, and not all in the same events: each counts once. */
function call(draft: Draft, { id, name, json }: { id: string; name: string; json: string }): void {
  const { state } = draft
  if (state.called.has(id)) return
  state.called = new Set([...state.called, id].slice(-remembered))
  try {
    const given = argumentsOf(name, json)
    state.open = new Set([...state.open, id])
    draft.tell({ type: 'tool-called', call: { id, name, arguments: given } })
  } catch (error) {
    // What it meant must not be guessed: it is told, and may try again.
    const why = error instanceof Error ? error.message : String(error)
    draft.tell(failed('vendor.failed', `${why}; it was asked to try again`))
    output(draft, id, 'failed: the arguments were no JSON object; call again with a JSON object')
    want(draft, { type: 'continue' })
  }
}

const remembered = 100

export function returned(draft: Draft, order: AgentOrder & { readonly type: 'tool-result' }): void {
  const { state } = draft
  if (!state.open.has(order.id)) return
  const open = new Set(state.open)
  open.delete(order.id)
  state.open = open
  output(draft, order.id, wordsOf(order))
  // After a hang-up or a transfer there is nobody to speak to.
  if (order.last) next(draft)
  else want(draft, { type: 'continue' })
}

function output(draft: Draft, id: string, words: string): void {
  const item = { type: 'function_call_output', call_id: id, output: words }
  send(draft, 'result', { type: 'conversation.item.create', item })
}
