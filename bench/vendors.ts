/** The vendors of a pipeline with fixed delays, and a book on every turn: when each of them spoke, and when it was spoken to. */
import { serveVendor, type VendorApi } from '../simulators/index.ts'
import { realClock } from '../src/lib/clock.ts'
import type { Scope } from '../src/lib/scope.ts'
import { readStampOf } from './stamp.ts'
import { frameLength, frameMs } from './tape.ts'

/** One turn of one call, on the load's monotonic clock. */
export interface Turn {
  readonly call: number
  /** The recogniser said that the turn is over. */
  readonly over: number
  /** The model was asked, and said its first words. */
  asked?: number
  said?: number
  /** The speaker was given them, and made the first sound. */
  given?: number
  sounded?: number
}

export interface Vendors {
  readonly url: string
  readonly turns: readonly Turn[]
  /** Frames of this call that the recogniser heard, by their stamps. */
  heard(call: number): ReadonlySet<number>
}

/** From the question to the first words, and from those to the first sound, ms. */
export const delays = { model: 100, speaker: 80 } as const

/** Sound after which a turn begins, after which it ends, and after which it all begins again, ms. */
const rhythm = { begins: 1000, ends: 2000, again: 4000 } as const
/** Of one sentence, ms. */
const soundMs = 400
const rate = 8000

type Talk = Extract<ReturnType<NonNullable<VendorApi['upgrade']>>, (socket: never) => void>
type Connection = Parameters<Talk>[0]

export async function startVendors(scope: Scope): Promise<Vendors> {
  const book = new Book()
  const api: VendorApi = {
    refuse: (status) => ({ status, headers: {}, body: '' }),
    route: ({ path, body }) =>
      path === '/chat/completions' ? answer(book, Buffer.from(body).toString()) : api.refuse(404),
    upgrade:
      ({ path }) =>
      (socket) =>
        path.startsWith('/v2/listen') ? listen(book, socket) : speak(book, socket),
  }
  const { url } = await serveVendor(api, { scope, clock: realClock })
  return { url, turns: book.turns, heard: (call) => book.heard(call) }
}

/** What is said carries the number of its turn all the way, from the recogniser's text to the speaker's. */
class Book {
  readonly turns: Turn[] = []
  readonly #heard = new Map<number, Set<number>>()

  heard(call: number): Set<number> {
    const heard = this.#heard.get(call) ?? new Set()
    this.#heard.set(call, heard)
    return heard
  }

  /** The last number in it. */
  turn(text: string): Turn | undefined {
    const number = [...text.matchAll(/turn (\d+)/g)].at(-1)?.[1]
    return this.turns[Number(number ?? -1)]
  }
}

const now = () => realClock.monotonic()

// ── recogniser: takes turns by the length of the sound alone ─────────────────────────────────────────────────────────

function listen(book: Book, socket: Connection): void {
  let heardMs = 0
  let call = 0
  const tell = (event: string, transcript: string) => socket.json({ type: 'TurnInfo', event, transcript })
  const frame = (pcm: Int16Array) => {
    const stamp = readStampOf(pcm)
    if (stamp) book.heard(stamp.call).add(stamp.frame)
    call = stamp?.call ?? call
    heardMs += frameMs
    if (heardMs === rhythm.begins) tell('StartOfTurn', 'this')
    if (heardMs === rhythm.again) heardMs = 0
    if (heardMs !== rhythm.ends) return
    book.turns.push({ call, over: now() })
    tell('EndOfTurn', `this is turn ${book.turns.length - 1}`)
  }
  socket.json({ type: 'Connected' })
  socket.onMessage((message) => {
    if (!('binary' in message)) return
    const bytes = Buffer.from(message.binary)
    const pcm = new Int16Array(bytes.length / 2).map((_, at) => bytes.readInt16LE(at * 2))
    for (let at = 0; at < pcm.length; at += frameLength) frame(pcm.subarray(at, at + frameLength))
  })
}

// ── model: one answer to everything, in one piece ────────────────────────────────────────────────────────────────────

function answer(book: Book, body: string) {
  const turn = book.turn(body)
  if (turn) turn.asked = now()
  async function* stream() {
    await realClock.sleep(delays.model)
    if (turn) turn.said = now()
    const number = turn ? book.turns.indexOf(turn) : 0
    yield event({ delta: { content: `The answer to turn ${number}. And that is all.` } })
    yield event({ delta: {}, finish_reason: 'stop' })
    yield 'data: [DONE]\n\n'
  }
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: stream() }
}

function event(choice: object): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`
}

// ── speaker: a tone for every sentence ───────────────────────────────────────────────────────────────────────────────

const tone = Buffer.alloc((rate * soundMs * 2) / 1000)
for (let at = 0; at < tone.length; at += 2)
  tone.writeInt16LE(Math.round(8000 * Math.sin((at * Math.PI * 440) / rate)), at)
const sound = tone.toString('base64')

function speak(book: Book, socket: Connection): void {
  socket.onMessage((message) => {
    if (!('text' in message)) return
    const { context_id: context, transcript = '' } = JSON.parse(message.text) // as the provider writes it
    const turn = book.turn(transcript)
    if (turn) turn.given ??= now()
    socket.after(delays.speaker, () => {
      if (turn) turn.sounded ??= now()
      socket.json({ type: 'chunk', context_id: context, data: sound })
      socket.json({ type: 'done', context_id: context })
    })
  })
}
