/** The agent's replies that are not all heard yet: what each says, how much sound it has, and how far the caller got. */
import { heardText, type Piece } from './heard.ts'

interface Reply {
  readonly id: string
  readonly pieces: Piece[]
  soundMs: number
  ended: boolean
}

export interface HeardReply {
  readonly id: string
  readonly heardMs: number
  /** The words that were heard. */
  readonly text: string
  /** The words that were not, as far as they are known. */
  readonly rest: string
  /** All of it was said and heard. */
  readonly whole: boolean
}

export class Replies {
  #open: Reply[] = []

  /** Any sound, of any reply, that is not known to be heard. */
  get sounding(): boolean {
    return this.#open.some((reply) => reply.soundMs > 0)
  }

  /** The newest reply, if nothing of it is to come. */
  get ended(): string | undefined {
    const last = this.#open.at(-1)
    return last?.ended ? last.id : undefined
  }

  start(id: string): void {
    if (!this.#find(id)) this.#open.push({ id, pieces: [], soundMs: 0, ended: false })
  }

  /** Text of a reply that is over, or was cut off, means nothing any more. */
  text(id: string, piece: Piece): void {
    this.#find(id)?.pieces.push(piece)
  }

  /** Sound belongs to the reply that began last; sound that nobody announced is counted all the same. */
  sound(ms: number): void {
    const last = this.#open.at(-1)
    if (last) last.soundMs += ms
    else this.#open.push({ id: '', pieces: [], soundMs: ms, ended: true })
  }

  /** Returns whether the reply had any sound. One without is forgotten: nobody heard it. `broken`: words that no sound came of are, too. */
  end(id: string, broken = false): boolean {
    const reply = this.#find(id)
    if (!reply) return false
    if (broken) reply.pieces.splice(0, Infinity, { text: heardText(reply, reply.soundMs) })
    reply.ended = true
    if (reply.soundMs === 0) this.#open = this.#open.filter((other) => other !== reply)
    return reply.soundMs > 0
  }

  /** Everything up to and including this reply was heard. */
  heard(id: string): readonly HeardReply[] {
    const reply = this.#find(id)
    const count = reply ? this.#open.indexOf(reply) + 1 : 0
    return this.#open.splice(0, count).map((each) => heardOf(each, 0))
  }

  /** The agent falls silent with `unheardMs` of its sound not played: every open reply, oldest first, as far as it was heard. */
  cut(unheardMs: number): readonly HeardReply[] {
    const replies = this.#heardNow(unheardMs)
    this.#open = []
    return replies
  }

  /** The line is gone with `unheardMs` of sound: as `cut`, but a reply that has more to say goes on. */
  lose(unheardMs: number): readonly HeardReply[] {
    const heard = this.#heardNow(unheardMs).filter((_, index) => this.#open[index]!.ended)
    this.#open = this.#open.filter((reply) => !reply.ended)
    return heard
  }

  /** With `unheardMs` not played yet, what the caller hears is, or just was, a question. */
  asks(unheardMs: number): boolean {
    const now = this.#heardNow(unheardMs).findLast(({ heardMs }) => heardMs > 0)
    return now !== undefined && isQuestion(now.text, now.rest)
  }

  #heardNow(unheardMs: number): readonly HeardReply[] {
    let left = unheardMs
    const replies: HeardReply[] = []
    for (const reply of this.#open.toReversed()) {
      const missing = Math.min(reply.soundMs, left)
      left -= missing
      replies.unshift(heardOf(reply, missing))
    }
    return replies
  }

  #find(id: string): Reply | undefined {
    return this.#open.find((reply) => reply.id === id)
  }
}

function heardOf(reply: Reply, missing: number): HeardReply {
  const heardMs = reply.soundMs - missing
  const text = heardText(reply, heardMs)
  return {
    id: reply.id,
    heardMs,
    text,
    rest: textOf(reply).slice(text.length).trim(),
    whole: reply.ended && missing === 0,
  }
}

function textOf({ pieces }: Reply): string {
  return pieces
    .map(({ text }) => text)
    .join('')
    .trim()
}

/** The sentence that ends `heard`, or that is in its middle there. */
function isQuestion(heard: string, rest: string): boolean {
  const stop = /[.!?。！？]/u
  const end = stop.exec(heard.at(-1) ?? '')?.[0] ?? stop.exec(rest)?.[0]
  return end === '?' || end === '？'
}
