/** The agent's voice: one stream of sound without turns, in which replies are found by their pauses. */
import type { Draft } from './state.ts'

/** A sample of speech is louder than this. */
const loud = 250
/** Silence in the stream after which a reply is over, or a stopped one has paused, ms. */
const pause = 600
const breath = 300
/** A stream that simply stops is over after so long. */
const gone = 1000

export function sounded(draft: Draft, pcm: Int16Array): void {
  const { state } = draft
  const ms = (pcm.length * 1000) / state.format.rate
  const speaks = pcm.some((sample) => Math.abs(sample) > loud)
  if (state.stopped) return drop(draft, speaks, ms)
  if (!state.reply && !speaks) return
  const { id, quiet } = state.reply ?? begin(draft)
  const silence = speaks ? 0 : quiet + ms
  state.reply = { id, quiet: silence, since: state.time }
  if (silence >= pause) ended(draft)
  else draft.tell({ type: 'audio', pcm })
}

function begin(draft: Draft) {
  const { state } = draft
  settleWords(draft)
  const reply = { id: `reply_${++state.replies}`, quiet: 0, since: state.time }
  draft.tell({ type: 'reply-started', reply: reply.id })
  if (state.ahead) draft.tell({ type: 'reply-text', reply: reply.id, delta: state.ahead })
  state.ahead = ''
  return reply
}

export function said(draft: Draft, delta: string): void {
  const { state } = draft
  if (state.stopped) return
  if (state.reply) draft.tell({ type: 'reply-text', reply: state.reply.id, delta })
  else state.ahead += delta
}

export function ended(draft: Draft): void {
  const { reply } = draft.state
  if (!reply) return
  draft.state.reply = undefined
  draft.tell({ type: 'reply-ended', reply: reply.id })
}

/** The model cannot be told to stop: the rest of what it says is dropped here. */
export function stop(draft: Draft): void {
  const { state } = draft
  if (state.reply) state.stopped = { quiet: 0, since: state.time }
  state.reply = undefined
  state.ahead = ''
}

function drop(draft: Draft, speaks: boolean, ms: number): void {
  const { state } = draft
  const quiet = speaks ? 0 : (state.stopped?.quiet ?? 0) + ms
  state.stopped = quiet >= breath ? undefined : { quiet, since: state.time }
}

/** Time has passed. */
export function passed(draft: Draft): void {
  const { state } = draft
  if (state.reply && state.time - state.reply.since >= gone) ended(draft)
  if (state.stopped && state.time - state.stopped.since >= gone) state.stopped = undefined
}

// ── the caller ───────────────────────────────────────────────────────────────────────────────────────────────────────

export function heard(draft: Draft, delta: string): void {
  draft.state.heard += delta
  const text = draft.state.heard.trim()
  if (text) draft.tell({ type: 'caller-text', text, final: false })
}

/** Nobody tells when the caller's turn is over: it is when the agent speaks. */
export function settleWords(draft: Draft): void {
  const text = draft.state.heard.trim()
  draft.state.heard = ''
  if (text) draft.tell({ type: 'caller-text', text, final: true })
}
