/** The conversation as the server holds it. */
import type { Remembered } from '../script.ts'
import type { NewItem } from './schema.ts'

export interface Item {
  readonly id: string
  readonly type: 'message' | 'function_call' | 'function_call_output'
  readonly role?: 'user' | 'assistant' | 'system'
  /** Of a message or a result. */
  words: string
  /** Sound of the agent's, ms. */
  ms: number
  /** The caller spoke it. */
  readonly spoken?: boolean
  readonly call?: string
  readonly name?: string
}

export class Items {
  #items: Item[] = []

  get last(): Item | undefined {
    return this.#items.at(-1)
  }

  get history(): readonly Remembered[] {
    return this.#items.map(({ type, role, words, ms }) => {
      if (type === 'function_call') return { role: 'call', words }
      if (type === 'function_call_output') return { role: 'tool', words }
      return role === 'assistant' ? { role: 'agent', words, ms } : { role: 'caller', words }
    })
  }

  find(id: string): Item | undefined {
    return this.#items.find((item) => item.id === id)
  }

  /** Undefined where `after` is no item. */
  insert(item: Item, after?: string): boolean {
    if (after === undefined) this.#items.push(item)
    else if (after === 'root') this.#items.unshift(item)
    else {
      const at = this.#items.findIndex(({ id }) => id === after)
      if (at < 0) return false
      this.#items.splice(at + 1, 0, item)
    }
    return true
  }

  delete(id: string): boolean {
    const before = this.#items.length
    this.#items = this.#items.filter((item) => item.id !== id)
    return this.#items.length < before
  }

  /** A call that has no result yet. */
  openCall(call: string): boolean {
    const of = (type: Item['type']) => this.#items.some((item) => item.type === type && item.call === call)
    return of('function_call') && !of('function_call_output')
  }
}

export function itemFrom(given: NewItem, id: string): Item {
  switch (given.type) {
    case 'message':
      return { id, type: 'message', role: given.role, words: given.content[0]?.text ?? '', ms: 0 }
    case 'function_call':
      return { id, type: 'function_call', words: given.arguments, ms: 0, call: given.call_id, name: given.name }
    case 'function_call_output':
      return { id, type: 'function_call_output', words: given.output, ms: 0, call: given.call_id }
    default:
      return given satisfies never
  }
}

/** As the server shows it. */
export function shownItem(item: Item, status: 'in_progress' | 'completed' | 'incomplete' = 'completed'): object {
  const { id, type, role, words, call, name } = item
  const common = { id, object: 'realtime.item', type, status }
  if (type === 'function_call') return { ...common, call_id: call, name, arguments: words }
  if (type === 'function_call_output') return { ...common, call_id: call, output: words }
  if (role === 'assistant') {
    return { ...common, role, content: status === 'in_progress' ? [] : [{ type: 'output_audio', transcript: words }] }
  }
  const part = item.spoken ? { type: 'input_audio', transcript: null } : { type: 'input_text', text: words }
  return { ...common, role, content: [part] }
}
