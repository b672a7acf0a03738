/** A call's history in a form that every vendor takes: no empty turns, roles in turn, each tool call beside its answer. */
import type { ToolCall, Turn } from '../../spec/speech.ts'

export type Exchange =
  | { readonly role: 'system' | 'caller'; readonly text: string }
  | { readonly role: 'agent'; readonly text: string; readonly calls: readonly AnsweredCall[] }

export interface AnsweredCall extends ToolCall {
  readonly result: string
}

/** The answer to a call that got none before somebody spoke again. */
const cancelled = 'cancelled'

/**
 * Vendors refuse a call without an answer, an answer without a call, empty texts, and some of them two turns of one side
 * in a row: whatever the history lacks is made up for here. A call answered after the next turn began counts as cancelled.
 */
export function exchanges(history: readonly Turn[]): readonly Exchange[] {
  const found: Exchange[] = []
  let open = new Map<string, number>()
  for (const turn of history) {
    if (turn.role === 'tool') {
      answer(found, open, turn)
      continue
    }
    const calls = turn.role === 'agent' ? (turn.tools ?? []) : []
    if (turn.text.trim() === '' && calls.length === 0) continue
    if (turn.role !== 'agent') add(found, { role: turn.role, text: turn.text })
    else {
      add(found, { role: 'agent', text: turn.text, calls: calls.map((call) => ({ ...call, result: cancelled })) })
    }
    open = new Map(calls.map((call, at) => [call.id, at]))
  }
  return found
}

function answer(found: Exchange[], open: Map<string, number>, turn: Turn & { readonly role: 'tool' }): void {
  const at = open.get(turn.id)
  const last = found.at(-1)
  if (at === undefined || last?.role !== 'agent') return
  open.delete(turn.id)
  const calls = last.calls.map((call, index) => (index === at ? { ...call, result: turn.result } : call))
  found[found.length - 1] = { ...last, calls }
}

function add(found: Exchange[], next: Exchange): void {
  const last = found.at(-1)
  if (!last || last.role !== next.role || (last.role === 'agent' && last.calls.length > 0)) found.push(next)
  else found[found.length - 1] = { ...next, text: [last.text, next.text].filter(Boolean).join('\n') }
}

/** What stands for the caller's first turn where the agent is to speak first. */
const opening: Exchange = { role: 'caller', text: '(The call was answered.)' }

/** Has a turn of the caller's: without any, some refuse to speak. */
export function begun(history: readonly Exchange[]): readonly Exchange[] {
  if (history.some(({ role }) => role === 'caller')) return history
  const at = history.findIndex(({ role }) => role === 'agent')
  return at < 0 ? [...history, opening] : history.toSpliced(at, 0, opening)
}

/** All that the system says, as one text; undefined when it says nothing. */
export function systemOf(history: readonly Exchange[]): string | undefined {
  const texts = history.flatMap((one) => (one.role === 'system' ? [one.text] : []))
  return texts.length > 0 ? texts.join('\n\n') : undefined
}

/** Without the system; begins and ends with the caller, as some vendors insist: silence is told as such. */
export function conversation(history: readonly Exchange[]): readonly Exchange[] {
  const found: Exchange[] = []
  for (const one of history) {
    if (one.role === 'system') continue
    if (found.length === 0 && one.role === 'agent') found.push(opening)
    add(found, one)
  }
  const last = found.at(-1)
  if (last === undefined) return [opening]
  if (last.role === 'agent' && last.calls.length === 0)
    found.push({ role: 'caller', text: '(The caller says nothing.)' })
  return found
}
