/** What happens in a call, in RTVI's words. Keeps what it needs to tell one thing from the next. */
import type { ServerMessage } from '../../../protocols/rtvi/server.ts'
import type { AgentEvent } from '../../../spec/agent.ts'
import type { CallEvent, TurnTimings } from '../../../spec/event.ts'

/** Sentences told but not heard yet. */
interface Segment {
  readonly id: number
  readonly text: string
}

export class Teller {
  #segments: Segment[] = []
  #last = 0
  /** Text of the reply that is no whole sentence yet. */
  #open = ''

  /** `now`: ms since 1970. */
  tell(seen: CallEvent | AgentEvent, now: number): readonly ServerMessage[] {
    switch (seen.type) {
      case 'speech.started':
        return [{ type: 'user-started-speaking', data: undefined }]
      case 'speech.ended':
        return [{ type: 'user-stopped-speaking', data: undefined }]
      case 'agent.interrupted':
        return [{ type: 'bot-interrupted', data: undefined }]
      case 'caller-text':
        return seen.final || seen.text === '' ? [] : [transcription(seen.text, false, now)]
      case 'message.added':
        return this.#message(seen, now)
      case 'reply-started':
        this.#open = ''
        return [started('bot-llm-started'), started('bot-tts-started')]
      case 'reply-text':
        return [{ type: 'bot-llm-text', data: { text: seen.delta } }, ...this.#sentences(seen.delta, false)]
      case 'reply-ended':
        return [...this.#sentences('', true), started('bot-llm-stopped'), started('bot-tts-stopped')]
      case 'tool.called':
        return called(seen)
      case 'tool.returned':
        return [returned(seen)]
      case 'turn.measured':
        return measured(seen.timings)
      case 'agent.failed':
        return [{ type: 'error', data: { error: seen.message, message: seen.message, fatal: false } }]
      default:
        return []
    }
  }

  #message({ role, text, interrupted }: CallEvent & { type: 'message.added' }, now: number): readonly ServerMessage[] {
    if (role === 'caller') return [transcription(text, true, now)]
    if (role !== 'agent') return []
    const heard = this.#segments.filter((segment) => text.includes(segment.text))
    // What an interruption kept from being heard is never said.
    this.#segments = interrupted ? [] : this.#segments.filter((segment) => !heard.includes(segment))
    return [
      ...heard.map((segment) => output(segment, true)),
      { type: 'bot-tts-text', data: { text } },
      { type: 'bot-transcription', data: { text } },
    ]
  }

  /** Whole sentences of what was said so far; with `last`, the rest too. */
  #sentences(delta: string, last: boolean): readonly ServerMessage[] {
    this.#open += delta
    const told: ServerMessage[] = []
    for (let end = sentenceEnd(this.#open); end > 0; end = sentenceEnd(this.#open)) {
      told.push(...this.#segment(this.#open.slice(0, end)))
      this.#open = this.#open.slice(end)
    }
    if (!last) return told
    const rest = this.#open
    this.#open = ''
    return [...told, ...this.#segment(rest)]
  }

  #segment(sentence: string): readonly ServerMessage[] {
    const text = sentence.trim()
    if (text === '') return []
    const segment = { id: ++this.#last, text }
    this.#segments = [...this.#segments.slice(-50), segment]
    return [output(segment, false)]
  }
}

/** Where the first sentence ends: a mark and a space after it. 0: not yet. */
function sentenceEnd(text: string): number {
  const mark = /[.!?…。！？]["')\]]*\s/.exec(text)
  return mark ? mark.index + mark[0].length : 0
}

function output({ id, text }: Segment, spoken: boolean): ServerMessage {
  return {
    type: 'bot-output',
    data: {
      text,
      aggregated_by: 'sentence',
      segment_id: id,
      spoken,
      will_be_spoken: true,
      spoken_status: spoken ? 'completed' : 'new',
    },
  }
}

function started(type: 'bot-llm-started' | 'bot-llm-stopped' | 'bot-tts-started' | 'bot-tts-stopped'): ServerMessage {
  return { type, data: undefined }
}

function transcription(text: string, final: boolean, now: number): ServerMessage {
  return { type: 'user-transcription', data: { text, user_id: '', timestamp: new Date(now).toISOString(), final } }
}

function called({ id, name, arguments: given }: CallEvent & { type: 'tool.called' }): readonly ServerMessage[] {
  return [
    { type: 'llm-function-call-started', data: { function_name: name } },
    { type: 'llm-function-call-in-progress', data: { tool_call_id: id, function_name: name, arguments: given } },
  ]
}

function returned({ id, name, result }: CallEvent & { type: 'tool.returned' }): ServerMessage {
  return {
    type: 'llm-function-call-stopped',
    data: { tool_call_id: id, function_name: name, cancelled: false, result },
  }
}

/** RTVI counts in seconds. */
function measured(timings: TurnTimings): readonly ServerMessage[] {
  const ttfb = Object.entries(timings).flatMap(([processor, ms]) =>
    typeof ms === 'number' ? [{ processor, value: ms / 1000 }] : [],
  )
  return ttfb.length > 0 ? [{ type: 'metrics', data: { ttfb } }] : []
}
