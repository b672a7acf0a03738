/** Whose media stream is it? Found out from its first messages, in whatever order they come, with none of them lost. */
import type { Stream, StreamEvent, WireMessage } from '../spec/carrier.ts'

/** Who may speak on a socket: a carrier. One that listens for itself opens its own. */
export interface Candidate {
  readonly name: string
  readonly stream?: Stream
  readonly listen?: unknown
}

export type StartedEvent = StreamEvent & { readonly type: 'started' }

export interface Recognised<C> {
  readonly carrier: C
  readonly stream: Stream
  readonly started: StartedEvent
  /** The translator's memory after `before`. */
  readonly state: unknown
  /** What opened the stream: greetings, then the start message. */
  readonly before: readonly WireMessage[]
  /** All else, in the order it came: sound may be faster than the start. */
  readonly later: readonly WireMessage[]
}

/**
 * Everybody whose stream these messages open; mostly one. Empty: nobody's yet, more may tell. Pure: asked twice, it answers the same.
 */
export function recognise<C extends Candidate>(
  candidates: readonly C[],
  messages: readonly WireMessage[],
): readonly Recognised<C>[] {
  const at = messages.findIndex((message) => candidates.some((one) => startIn(one, message)))
  const start = messages[at]
  if (!start) return []
  return candidates.filter((one) => startIn(one, start)).map((one) => open(one, messages, at))
}

/** Does this message open a stream of the candidate's? */
export function startIn({ stream, listen }: Candidate, message: WireMessage): boolean {
  if (!stream || listen !== undefined || !stream.recognise(message)) return false
  return stream.step(stream.begin(), { type: 'message', message }).events.some(({ type }) => type === 'started')
}

function open<C extends Candidate>(carrier: C, messages: readonly WireMessage[], at: number): Recognised<C> {
  const stream = carrier.stream! // `startIn` asked it
  const greets = (message: WireMessage, index: number) => index === at || (index < at && stream.recognise(message))
  const before = messages.filter(greets)
  let state = stream.begin()
  let started: StartedEvent | undefined
  for (const message of before) {
    const step = stream.step(state, { type: 'message', message })
    state = step.state
    started ??= step.events.find((event) => event.type === 'started')
  }
  const later = messages.filter((message, index) => !greets(message, index))
  return { carrier, stream, started: started!, state, before, later } // the last of `before` starts it
}
