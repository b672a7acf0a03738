/** What was said at a vendor, kept beside it: only what the caller heard, and what tools returned; another session goes on with it. */
import type { Turn } from '../spec/speech.ts'
import { heardText, type Piece } from './heard.ts'

interface Reply {
  readonly id: string
  readonly pieces: Piece[]
  soundMs: number
  ended: boolean
  /** Set once it was interrupted: nothing else of it was said. */
  heard?: string
}

type Entry =
  /** A turn of the caller's; its words may come long after it, or never. */
  { readonly caller: { text?: string; lost?: true } } | { readonly reply: Reply } | { readonly note: Turn }

export class Memory {
  readonly #entries: Entry[] = []

  /** The caller's turn is over; its words come later. */
  turn(): void {
    this.#entries.push({ caller: {} })
  }

  /** The words of the oldest turn that waits for some. */
  caller(text: string): void {
    const turn = this.#unwritten()[0]
    if (turn) turn.text = text
    else this.#entries.push({ caller: { text } })
  }

  /** The session that was to write them down is gone. */
  forget(): void {
    for (const turn of this.#unwritten()) turn.lost = true
  }

  note(turn: Turn): void {
    this.#entries.push({ note: turn })
  }

  begin(id: string): void {
    this.#entries.push({ reply: { id, pieces: [], soundMs: 0, ended: false } })
  }

  text(id: string, piece: Piece): void {
    this.#replies()
      .findLast((reply) => reply.id === id)
      ?.pieces.push(piece)
  }

  /** Sound belongs to the reply that began last. */
  sound(ms: number): void {
    const reply = this.#replies().at(-1)
    if (reply) reply.soundMs += ms
  }

  end(id: string): void {
    const reply = this.#replies().findLast((one) => one.id === id)
    if (reply) reply.ended = true
  }

  /** `heardMs` of `reply` were heard, and nothing of any later one; without `reply` nothing of the last that is still being made. */
  interrupt(heardMs: number, id: string | undefined): void {
    const replies = this.#replies()
    const at = id === undefined ? replies.findIndex(({ ended }) => !ended) : replies.findIndex((one) => one.id === id)
    if (at < 0) return
    for (const [index, reply] of replies.slice(at).entries()) {
      reply.heard ??= index === 0 && id !== undefined ? heardText(reply, heardMs) : ''
    }
  }

  /** Replies that nobody heard, and turns whose words nobody knows, are left out. */
  turns(): readonly Turn[] {
    return this.#entries.flatMap((entry): readonly Turn[] => {
      if ('note' in entry) return [entry.note]
      if ('caller' in entry) return entry.caller.text ? [{ role: 'caller', text: entry.caller.text }] : []
      const { reply } = entry
      const text = reply.heard ?? heardText(reply, reply.soundMs)
      return text ? [{ role: 'agent', text }] : []
    })
  }

  #unwritten() {
    return this.#entries.flatMap((entry) =>
      'caller' in entry && entry.caller.text === undefined && !entry.caller.lost ? [entry.caller] : [],
    )
  }

  #replies(): readonly Reply[] {
    return this.#entries.flatMap((entry) => ('reply' in entry ? [entry.reply] : []))
  }
}
