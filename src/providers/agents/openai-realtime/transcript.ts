/** The caller's words: written down turn by turn, some later than others, told in the order in which they were said. */
import { failed } from '../../../protocols/agent/wire.ts'
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import type { Draft, Written } from './state.ts'

/** Turns that may be waited for: what never comes must not keep the others. */
const longest = 4

/** The caller's turn is an item now; its words will follow. */
export function committed(draft: Draft, item: string): void {
  const { state } = draft
  if (state.config.transcription === 'none' || state.written.some((one) => one.item === item)) return
  state.written = [...state.written, { item, text: '', done: false }].slice(-longest)
}

export function wrote(draft: Draft, item: string, delta: string): void {
  const written = entry(draft, item)
  change(draft, { ...written, text: written.text + delta })
  const first = draft.state.written[0]
  if (first?.item === item && first.text.trim()) {
    draft.tell({ type: 'caller-text', text: first.text.trim(), final: false })
  }
}

export function written(draft: Draft, item: string, whole: string): void {
  change(draft, { ...entry(draft, item), text: whole, done: true })
  for (let first = draft.state.written[0]; first?.done; first = draft.state.written[0]) {
    draft.state.written = draft.state.written.slice(1)
    // The server answers noise, too: an empty text would say that no reply will come.
    if (first.text.trim()) draft.tell({ type: 'caller-text', text: first.text.trim(), final: true })
  }
}

/** What was said stays unknown to us; the model itself heard it. */
export function unwritten(draft: Draft, item: string, message: Fields): void {
  draft.state.written = draft.state.written.filter((one) => one.item !== item)
  const why = text(inner(message, 'error'), 'message')
  const said = why ? ` (${why})` : ''
  draft.tell(failed('vendor.failed', `the caller's words could not be written down${said}; the call goes on`))
}

function entry(draft: Draft, item: string): Written {
  return draft.state.written.find((one) => one.item === item) ?? { item, text: '', done: false }
}

/** A turn that nobody announced stands last. */
function change(draft: Draft, next: Written): void {
  const { written: all } = draft.state
  const known = all.some(({ item }) => item === next.item)
  draft.state.written = known ? all.map((one) => (one.item === next.item ? next : one)) : [...all, next]
}
