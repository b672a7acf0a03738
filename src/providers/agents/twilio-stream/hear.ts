/** What the bot says: sound, marks, and to take its sound back. */
import { soundFromBase64 } from '../../../media/codecs/base64.ts'
import { failed } from '../../../protocols/agent/wire.ts'
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import type { ErrorCode } from '../../../spec/errors.ts'
import type { Draft } from './state.ts'

/** A bot that sends nothing for so long has said what it had to say, ms. */
const pause = 300
/** What a line keeps of sound that comes faster than it can be heard, ms. */
const ahead = 60_000
/** Marks that may be waited for at a time: a bot sets few more than one for every frame. */
const mostMarkers = 4_096
/** Longer names are no names. */
const longestName = 1_000

export function hear(draft: Draft, message: Fields): void {
  const { about } = draft.state
  const stream = message['streamSid']
  if (stream !== undefined && stream !== about.streamSid)
    return complain(draft, 'a message for another stream was passed over: check the streamSid that it sends')
  switch (message['event']) {
    case 'media':
      return sound(draft, inner(message, 'media'))
    case 'mark':
      return mark(draft, text(inner(message, 'mark'), 'name'))
    case 'clear':
      return clear(draft)
    default:
      return complain(draft, 'a message that Twilio does not know was passed over: there are media, mark and clear')
  }
}

function sound(draft: Draft, media: Fields): void {
  const { state } = draft
  const pcm = soundFromBase64(text(media, 'payload') ?? '', 'pcmu')
  if (!pcm || pcm.length === 0)
    return complain(draft, 'media without sound was passed over: the payload is base64 of µ-law')
  const until = Math.max(state.audibleUntil, state.time) + pcm.length / 8
  if (until - state.time > ahead)
    return complain(
      draft,
      `it is more than ${ahead / 1000} s ahead of what can be heard: what it sent beyond was dropped`,
      'vendor.refused',
    )
  state.audibleUntil = until
  state.cameAt = state.time
  start(draft)
  draft.tell({ type: 'audio', pcm })
}

function start(draft: Draft): void {
  const { state } = draft
  if (state.run !== undefined) return
  // A stream that takes the place of one that broke has runs of its own.
  state.run = `${state.about.streamSid}_${++state.runs}`
  draft.tell({ type: 'reply-started', reply: state.run })
}

/** What the bot says is over, as far as can be told. */
export function end(draft: Draft): void {
  const { run } = draft.state
  if (run === undefined) return
  draft.state.run = undefined
  draft.tell({ type: 'reply-ended', reply: run })
}

/** Time has passed. */
export function passed(draft: Draft): void {
  const { time, cameAt } = draft.state
  if (time - cameAt >= pause) end(draft)
}

function mark(draft: Draft, name: string | undefined): void {
  if (name === undefined || name.length > longestName) return complain(draft, 'a mark without a name was passed over')
  if (draft.state.markers >= mostMarkers)
    return complain(
      draft,
      `more than ${mostMarkers} marks wait to be heard: further ones are not returned`,
      'vendor.refused',
    )
  draft.state.markers++
  draft.tell({ type: 'marker', name })
}

function clear(draft: Draft): void {
  draft.state.audibleUntil = draft.state.time
  draft.tell({ type: 'clear' })
  // What follows is something new.
  end(draft)
}

/** Of each sort once: a bot that does nothing else would fill the log. */
export function complain(draft: Draft, message: string, code: ErrorCode = 'vendor.failed'): void {
  const { state } = draft
  if (state.told.has(message)) return
  state.told = new Set([...state.told, message])
  draft.tell(failed(code, message))
}
