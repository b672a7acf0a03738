/** What was said in a call, as a model should see it: only what the caller heard, and every tool call with its answer. */
import type { ToolCall, Turn } from '../../spec/speech.ts'
import { heardText, type Piece } from '../heard.ts'

interface Reply {
  readonly id: string
  readonly pieces: Piece[]
  soundMs: number
  ended: boolean
  /** Set once it was interrupted: nothing else of it exists any more. */
  heard?: string
  calls: readonly ToolCall[]
  readonly results: Map<string, string>
}

type Entry = { readonly caller: string } | { readonly reply: Reply }

/** The answer to a call that has none: models refuse a call without one. */
const unanswered = 'no result: cancelled, or still working when the caller spoke'

export class History {
  readonly #system: string | undefined
  readonly #entries: Entry[] = []

  constructor(system?: string) {
    this.#system = system || undefined
  }

  caller(text: string): void {
    this.#entries.push({ caller: text })
  }

  begin(id: string): void {
    this.#entries.push({ reply: { id, pieces: [], soundMs: 0, ended: false, calls: [], results: new Map() } })
  }

  /** Text whose sound begins now. */
  text(id: string, text: string): void {
    const reply = this.#reply(id)
    reply?.pieces.push({ text, atMs: reply.soundMs })
  }

  sound(id: string, ms: number): void {
    const reply = this.#reply(id)
    if (reply) reply.soundMs += ms
  }

  /** The reply is complete, with the tools it asks for. */
  end(id: string, calls: readonly ToolCall[]): void {
    const reply = this.#reply(id)
    if (!reply) return
    reply.ended = true
    reply.calls = calls
  }

  /** False when no reply asked for this. */
  result(id: string, result: string): boolean {
    const reply = this.#replies().findLast(({ calls }) => calls.some((call) => call.id === id))
    reply?.results.set(id, result)
    return reply !== undefined
  }

  /** `id` was heard for `heardMs`, and nothing of what came after it. Returns the words of it that were heard. */
  interrupt(id: string, heardMs: number): string {
    const replies = this.#replies()
    const at = replies.findIndex((reply) => reply.id === id)
    if (at < 0) return ''
    for (const later of replies.slice(at + 1)) later.heard ??= ''
    const reply = replies[at]!
    return (reply.heard ??= heardText(reply, heardMs))
  }

  /** For the model: callers' turns may follow one another, an agent's turn nobody heard is left out. */
  turns(): readonly Turn[] {
    const turns = this.#entries.flatMap((entry) =>
      'caller' in entry ? [callerTurn(entry.caller)] : agentTurns(entry.reply),
    )
    return this.#system === undefined ? turns : [{ role: 'system', text: this.#system }, ...turns]
  }

  #replies(): readonly Reply[] {
    return this.#entries.flatMap((entry) => ('reply' in entry ? [entry.reply] : []))
  }

  #reply(id: string): Reply | undefined {
    return this.#replies().findLast((reply) => reply.id === id)
  }
}

function callerTurn(text: string): Turn {
  return { role: 'caller', text }
}

function agentTurns(reply: Reply): readonly Turn[] {
  const text =
    reply.heard ??
    reply.pieces
      .map((piece) => piece.text)
      .join('')
      .trim()
  const { calls, results } = reply
  if (calls.length === 0) return text ? [{ role: 'agent', text }] : []
  const answers = calls.map(({ id, name }): Turn => ({ role: 'tool', id, name, result: results.get(id) ?? unanswered }))
  return [{ role: 'agent', text, tools: calls }, ...answers]
}
