/** The agent's replies, put together from sound and words that come by themselves. */
import type { Draft, Reply } from './state.ts'

/** So long after its last sound a reply is over; one of which no sound has come is waited for longer. Ms. */
const silence = 1000
const patience = 5000

function present(draft: Draft): Reply {
  const { state } = draft
  if (state.reply) return state.reply
  const reply: Reply = { id: `reply_${++state.replies}`, words: 'none', sounded: false, since: state.time }
  draft.tell({ type: 'reply-started', reply: reply.id })
  return reply
}

export function sounded(draft: Draft, pcm: Int16Array): void {
  const { state } = draft
  state.reply = { ...present(draft), sounded: true, since: state.time }
  const ms = (pcm.length * 1000) / state.speaks.rate
  state.audibleUntil = Math.max(state.audibleUntil, state.time) + ms
  draft.tell({ type: 'audio', pcm })
}

/** The words of a whole turn. Where they came in parts, nothing new. */
export function said(draft: Draft, words: string): void {
  const { state } = draft
  if (state.stopped?.words) {
    // They belong to the reply that we stopped.
    state.stopped = { since: state.time, words: false }
    return
  }
  state.stopped = undefined
  if (state.reply?.words === 'whole') ended(draft)
  const reply = present(draft)
  if (reply.words === 'none' && words) draft.tell({ type: 'reply-text', reply: reply.id, delta: words })
  state.reply = { ...reply, words: 'whole', since: state.time }
}

export function saidPart(draft: Draft, delta: string): void {
  const { state } = draft
  if (state.stopped) return
  if (state.reply?.words === 'whole') ended(draft)
  const reply = present(draft)
  if (delta) draft.tell({ type: 'reply-text', reply: reply.id, delta })
  state.reply = { ...reply, words: 'parts', since: state.time }
}

export function ended(draft: Draft): void {
  const { reply } = draft.state
  if (!reply) return
  draft.state.reply = undefined
  draft.tell({ type: 'reply-ended', reply: reply.id })
}

/** Time has passed. */
export function passed(draft: Draft): void {
  const { reply, stopped, time } = draft.state
  if (stopped && time - stopped.since >= silence) draft.state.stopped = undefined
  if (reply && time - reply.since >= (reply.sounded ? silence : patience)) ended(draft)
}

/** The rest of what it says is not wanted: the vendor cannot be told, so it is dropped here. */
export function stop(draft: Draft): void {
  const { state } = draft
  const { reply, interrupted } = state
  state.interrupted = false
  state.reply = undefined
  state.audibleUntil = state.time
  if (reply && !interrupted) state.stopped = { since: state.time, words: reply.words === 'none' }
}
