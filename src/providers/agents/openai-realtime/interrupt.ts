/** The caller spoke over the agent: the model forgets what was not heard. */
import { callOff } from './responses.ts'
import { send, type Draft, type Spoken } from './state.ts'

/** `heardMs` of `reply` were heard, and nothing of any later one; without `reply` nothing of the one in the making. */
export function interrupt(draft: Draft, heardMs: number, reply: string | undefined): void {
  const { state } = draft
  const making = state.active?.dropped === false ? state.active.id : undefined
  state.waiting = []
  callOff(draft)
  const from = state.spoken.findIndex(({ id }) => id === (reply ?? making))
  if (from < 0) return
  const [cut, ...later] = state.spoken.slice(from)
  if (cut) trim(draft, cut, heardMs, cut.id === making)
  for (const unheard of later) trim(draft, unheard, 0, false)
  state.spoken = state.spoken.slice(0, from)
}

/** `growing`: the server may have made more of its last item than it sent, so that one ends where hearing did. */
function trim(draft: Draft, { items }: Spoken, heardMs: number, growing: boolean): void {
  if (!draft.state.config.truncates) return
  let before = 0
  for (const [at, { id, part, sentMs }] of items.entries()) {
    // Never beyond what was sent: the server refuses that, and keeps everything.
    const heard = Math.floor(Math.min(heardMs - before, sentMs))
    before += sentMs
    const whole = heard >= Math.floor(sentMs) && !(growing && at === items.length - 1)
    if (whole && heard > 0) continue
    if (heard <= 0) send(draft, 'delete', { type: 'conversation.item.delete', item_id: id })
    else {
      send(draft, 'truncate', {
        type: 'conversation.item.truncate',
        item_id: id,
        content_index: part,
        audio_end_ms: heard,
      })
    }
  }
}

/** So much sound of an item came. */
export function spoke(draft: Draft, reply: string, item: string, part: number, ms: number): void {
  const { state } = draft
  state.spoken = state.spoken.map((spoken) => {
    if (spoken.id !== reply) return spoken
    const known = spoken.items.find(({ id }) => id === item)
    const items = known
      ? spoken.items.map((one) => (one === known ? { ...one, sentMs: one.sentMs + ms } : one))
      : [...spoken.items, { id: item, part, sentMs: ms }]
    return { ...spoken, items }
  })
}
