/** What a carrier and we say to each other about a call, kept for people to read: bounded, without secrets, written when there is time. */
import type { Clock, Timer } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import { isSecretName, redactFields, redactText, secretHider } from '../lib/redact.ts'
import type { Scope } from '../lib/scope.ts'
import type { Coordination, Store } from '../store/contract.ts'
import type { CountedWire, WireNote } from '../store/contract/wire.ts'

export interface WireOf {
  readonly organization: string
  readonly call: string
}

/** A message as it was, secrets and all: they are removed before anything is kept. */
export interface WireWord extends Pick<WireNote, 'direction' | 'channel' | 'title' | 'body'> {
  /** When it was said, where that was before now. */
  readonly at?: number
  /** Values hidden wherever they occur, beside what names and shapes give away. */
  readonly secrets?: readonly string[]
}

/** Sound that passes is counted here, by whoever passes it. */
export interface WireCounts {
  framesIn: number
  bytesIn: number
  framesOut: number
  bytesOut: number
}

export interface WireBook {
  note(of: WireOf, word: WireWord): void
  /** Counters of one line, read until it is disposed. */
  counts(of: WireOf): WireCounts & Disposable
  /** Counted for a call here, and not in the store yet. */
  uncounted(call: string): Readonly<WireCounts>
}

/** Messages per call; the rest is counted. */
const wireBound = 500
/** Messages of one call on their way to the store: a flood is not held in memory. */
const mostWaiting = 600
/** The same of all calls together: what is beyond is dropped, and counted as lost in the log. */
const mostInAll = 20_000
/** Of a message's text, characters. */
const longest = 8_192
/** Between two writes, ms. */
const spacing = 500
/** In one round of writing: the rest waits its turn. */
const together = 500
/** In one transaction: calls that wait for the store get their turn between two. */
const portion = 24

export interface WireBookOptions {
  readonly store: Pick<Store, 'wire'>
  readonly coordination: Pick<Coordination, 'publish'>
  readonly clock: Clock
  readonly logger: Logger
  readonly scope: Scope
}

/** Processes tell each other that a call's wire grew. */
export function wireChannel(call: string): string {
  return `wire:${call}`
}

export function openWireBook(options: WireBookOptions): WireBook {
  const book = new Book(options)
  options.scope.defer(() => book.close())
  return book
}

interface Waiting extends WireOf, WireWord {
  readonly at: number
}

class Book implements WireBook {
  readonly #options: WireBookOptions
  #waiting: Waiting[] = []
  readonly #perCall = new Map<string, number>()
  readonly #lines = new Map<WireCounts, WireOf>()
  #ended: CountedWire[] = []
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false
  #lost = 0

  constructor(options: WireBookOptions) {
    this.#options = options
  }

  note({ organization, call }: WireOf, word: WireWord): void {
    const count = this.#perCall.get(call) ?? 0
    if (this.#closed || count >= mostWaiting) return
    if (this.#waiting.length >= mostInAll) return void this.#lost++
    this.#perCall.set(call, count + 1)
    this.#waiting.push({ organization, call, at: this.#options.clock.now(), ...word })
    this.#soon()
  }

  counts(of: WireOf): WireCounts & Disposable {
    const counts = {
      ...{ framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0 },
      [Symbol.dispose]: () => {
        if (!this.#lines.delete(counts)) return
        this.#ended.push(...takeCounts(of, counts))
        this.#soon()
      },
    }
    this.#lines.set(counts, of)
    return counts
  }

  uncounted(call: string): WireCounts {
    const sum = { framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0 }
    const lines = [...this.#lines].flatMap(([counts, of]) => (of.call === call ? [counts] : []))
    for (const one of [...lines, ...this.#ended.filter((one) => one.call === call)]) {
      sum.framesIn += one.framesIn
      sum.bytesIn += one.bytesIn
      sum.framesOut += one.framesOut
      sum.bytesOut += one.bytesOut
    }
    return sum
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await this.#writing
    while (this.#waiting.length > 0 || this.#ended.length > 0 || this.#lines.size > 0) {
      await this.#write()
      if (this.#waiting.length === 0) this.#lines.clear()
    }
  }

  #soon(): void {
    if (this.#timer || this.#closed) return
    this.#timer = this.#options.clock.timer(spacing, () => {
      this.#timer = undefined
      this.#writing = this.#writing.then(() => this.#write())
    })
  }

  async #write(): Promise<void> {
    const { store, coordination, logger } = this.#options
    // A webhook is noted when it is known which call it is about: after what it brought about.
    const inOrder = this.#waiting.toSorted((a, b) => a.at - b.at)
    const some = inOrder.splice(0, together)
    this.#waiting = inOrder
    for (const { call } of some) this.#forget(call)
    const counted = [...this.#ended, ...[...this.#lines].flatMap(([counts, of]) => takeCounts(of, counts))]
    this.#ended = []
    try {
      await store.wire.add(some.slice(0, portion).map(noteOf), counted, wireBound)
      for (let at = portion; at < some.length; at += portion)
        await store.wire.add(some.slice(at, at + portion).map(noteOf), [], wireBound)
      for (const call of new Set(some.map(({ call }) => call))) await coordination.publish(wireChannel(call), '')
    } catch (error) {
      // What is lost is a help to people, and no call waits for it.
      logger.warn('messages on the wire were not kept', { messages: some.length, error })
    }
    if (this.#lost > 0) logger.warn('more messages on the wire than could be kept', { messages: this.#lost })
    this.#lost = 0
    if (this.#waiting.length > 0) this.#soon()
  }

  #forget(call: string): void {
    const left = (this.#perCall.get(call) ?? 1) - 1
    if (left > 0) this.#perCall.set(call, left)
    else this.#perCall.delete(call)
  }
}

/** Nothing, where nothing passed since the last look. */
function takeCounts(of: WireOf, counts: WireCounts): readonly CountedWire[] {
  const { framesIn, bytesIn, framesOut, bytesOut } = counts
  if (framesIn + framesOut === 0) return []
  Object.assign(counts, { framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0 })
  return [{ organization: of.organization, call: of.call, framesIn, bytesIn, framesOut, bytesOut }]
}

function noteOf({ organization, call, at, direction, channel, title, body, secrets = [] }: Waiting): WireNote {
  const hide = secretHider(secrets)
  const shown = hide(withoutSecrets(body))
  return {
    ...{ organization, call, at, direction, channel },
    title: hide(redactText(title)).slice(0, 300),
    body: shown.length > longest ? `${shown.slice(0, longest)}…` : shown,
    bytes: Buffer.byteLength(body),
  }
}

/** What is larger is not read for secrets, and so not shown, characters. */
const readable = 262_144

/** JSON and forms are read, so that a secret is known by its field's name; all else by its look. */
export function withoutSecrets(body: string): string {
  if (body.length > readable) return `<${body.length} characters>`
  if (isForm(body)) return formLines(body)
  if (!/^\s*[[{]/.test(body)) return redactText(body)
  try {
    return JSON.stringify(redactFields(JSON.parse(body)), null, 2)
  } catch {
    return hideMembers(redactText(body)) // cut short, or never was JSON
  }
}

/** Members of something like JSON whose names say that they are secret. */
function hideMembers(text: string): string {
  return text.replaceAll(/"([^"]{1,60})"(\s*:\s*)"(?:[^"\\]|\\.)*"?/g, (all, name: string, colon: string) =>
    isSecretName(name) ? `"${name}"${colon}"[redacted]"` : all,
  )
}

function isForm(text: string): boolean {
  return /^[\w.%+[\]-]+=[^\s<>{}]*$/.test(text)
}

/** One line per field, as people read it: addresses inside are seen, and what is secret in them is hidden. */
function formLines(text: string): string {
  return [...new URLSearchParams(text)]
    .map(([name, value]) => `${name}: ${isSecretName(name) ? '[redacted]' : redactText(value)}`)
    .join('\n')
}
