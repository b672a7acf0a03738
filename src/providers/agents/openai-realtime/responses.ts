/** One response at a time: what is asked for waits until the server is done with the last. */
import { failed } from '../../../protocols/agent/wire.ts'
import { send, type Draft, type Wanted } from './state.ts'

/** Asks for it, now or as soon as it can be had. */
export function want(draft: Draft, wanted: Wanted): void {
  const { state } = draft
  // One answer is enough, whatever it is an answer to.
  const doubled = wanted.type !== 'say' && state.waiting.some(({ type }) => type !== 'say')
  if (!doubled) state.waiting = [...state.waiting, wanted]
  else if (wanted.type === 'answer') {
    state.waiting = state.waiting.map((one) => (one.type === 'continue' ? wanted : one))
  }
  next(draft)
}

/** Asks for the next one that can be had now. */
export function next(draft: Draft): void {
  const { state } = draft
  if (state.active || state.speaking) return
  // What follows tools waits for all of their results.
  const at = state.waiting.findIndex(({ type }) => type !== 'continue' || state.open.size === 0)
  const wanted = state.waiting[at]
  if (!wanted) return
  state.waiting = state.waiting.toSpliced(at, 1)
  const event = send(draft, wanted.type, { type: 'response.create', ...responseOf(draft, wanted) })
  state.active = { asked: { event, wanted }, dropped: false, sounded: false }
}

function responseOf({ state: { config } }: Draft, wanted: Wanted): object {
  if (wanted.type !== 'say') return {}
  const quoted = JSON.stringify(wanted.text)
  const instructions = `Say exactly these words to the caller, all of them and nothing else, without any comment: ${quoted}`
  const modalities = config.generation === 'ga' ? {} : { modalities: ['text', 'audio'] }
  return { response: { ...modalities, instructions, tool_choice: 'none' } }
}

/** A response of the server's, or the one that we asked for, begins. */
export function started(draft: Draft, id: string): void {
  const { state } = draft
  if (state.active?.id === id) return
  const asked = state.active?.id === undefined ? state.active : undefined
  state.active = { dropped: false, sounded: false, ...asked, id }
  if (state.active.dropped) return
  state.spoken = [...state.spoken.slice(-longest), { id, items: [] }]
  draft.tell({ type: 'reply-started', reply: id })
}

/** Replies that may still be waiting to be heard. */
const longest = 15

/** Sound or words of this response count: it is the present one, and was not called off. */
export function counts(draft: Draft, id: string): boolean {
  if (draft.state.active?.id !== id) started(draft, id)
  return draft.state.active?.dropped === false
}

/** Nobody wants the rest of it. */
export function callOff(draft: Draft): void {
  const { active } = draft.state
  if (!active || active.dropped) return
  send(draft, 'cancel', { type: 'response.cancel', ...(active.id !== undefined && { response_id: active.id }) })
  draft.state.active = { ...active, dropped: true }
}

/** The caller goes on before an answer is heard: it would answer half a question. */
export function reconsider(draft: Draft): void {
  const { active } = draft.state
  if (active && !active.sounded && active.asked?.wanted.type !== 'say') callOff(draft)
}

export function finished(draft: Draft, id: string | undefined): void {
  const { active } = draft.state
  if (active && (active.id === id || active.id === undefined)) {
    draft.state.active = undefined
    if (id !== undefined && active.id === id && !active.dropped) draft.tell({ type: 'reply-ended', reply: id })
  }
  next(draft)
}

/** The server refused to begin what we asked for. */
export function refusedToBegin(draft: Draft, event: string, busy: boolean): void {
  const { state } = draft
  const { active } = state
  if (active?.asked?.event !== event) return
  if (!busy) {
    state.active = undefined
    return next(draft)
  }
  // It had begun one of its own: ours comes after it, unless it was called off meanwhile.
  if (!active.dropped) state.waiting = [active.asked.wanted, ...state.waiting]
  state.active = { ...(active.id !== undefined && { id: active.id }), dropped: active.dropped, sounded: active.sounded }
}

/** What a response that did not go well is told as. */
export function shortfall(status: string | undefined, reason: string | undefined) {
  if (status !== 'incomplete') return undefined
  const why =
    reason === 'content_filter' ? 'its filter took offence' : `it broke off (${reason ?? 'it did not say why'})`
  return failed('vendor.refused', `a reply is incomplete: ${why}; look at the prompt and what the caller said`)
}
