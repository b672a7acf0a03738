/** How a talk stands at a vendor's session, told by what passes between the two: what another session must be given to go on with it. */
import type { AgentEvent, AgentOrder } from '../spec/agent.ts'
import type { Turn } from '../spec/speech.ts'
import { Memory } from './memory.ts'

type Heard = { readonly pcm: Int16Array } | { readonly order: AgentOrder }

/** What is given to a session that takes another's place. */
export interface Handover {
  readonly history: readonly Turn[]
  readonly due: boolean
}

/** Sound kept from before speech is noticed, and at most; ms. */
const prelude = 1_000
const longest = 30_000

const brokenOff =
  'The line to you broke in the middle of your last reply. The caller heard it as far as it is written here. Go on from there; repeat nothing and do not mention this.'

export class Account {
  readonly #rate: number
  readonly #memory = new Memory()
  /** The caller's present turn, as the vendor heard it: given once more to the next one where this one did not get to it. */
  #kept: Heard[] = []
  #keptMs = 0
  #turn: 'none' | 'open' | 'over' = 'none'
  #reply: string | undefined
  #replied = false
  /** A reply is due, or one broke off. */
  #owed = false
  #broken = false
  #says: string[] = []
  #open = new Map<string, string>()
  /** Nobody is at the other end: whatever the caller says is kept. */
  #alone = false

  /** `rate`: of the sound that the vendor hears, Hz. */
  constructor(rate: number) {
    this.#rate = rate
  }

  /** Nothing is going on between the two. */
  get idle(): boolean {
    const waiting = this.#owed || this.#says.length > 0 || this.#open.size > 0
    return this.#turn === 'none' && this.#reply === undefined && !waiting
  }

  /** The reply that is being made. */
  get reply(): string | undefined {
    return this.#reply
  }

  hear(pcm: Int16Array): void {
    this.#kept.push({ pcm: pcm.slice() })
    this.#keptMs += this.#lengthOf(pcm)
    this.#trim(this.#turn === 'none' && !this.#alone ? prelude : longest)
  }

  sound(ms: number): void {
    this.#memory.sound(ms)
    // It answers: the turn was understood.
    if (this.#turn === 'over') this.#settle()
  }

  order(order: AgentOrder): void {
    switch (order.type) {
      case 'say':
        this.#says.push(order.text)
        return
      case 'interrupt':
        this.#says = []
        this.#owed = this.#broken = false
        return this.#memory.interrupt(order.heardMs, order.reply)
      case 'speech-started':
        this.#kept.push({ order })
        this.#turn = 'open'
        return
      case 'speech-ended':
        this.#kept.push({ order })
        return this.#turnEnded()
      case 'digit':
        return this.#written(`[DTMF: ${order.digit}]`)
      case 'text':
        return this.#written(order.text)
      case 'tool-result':
        return this.#returned(order)
      case 'marker-heard':
        return
      default:
        return // of a session's own sound
    }
  }

  tell(event: AgentEvent): void {
    switch (event.type) {
      case 'reply-started':
        this.#reply = event.reply
        this.#replied = true
        this.#owed = this.#broken = false
        this.#says.shift()
        return this.#memory.begin(event.reply)
      case 'reply-text':
        return this.#memory.text(event.reply, {
          text: event.delta,
          ...(event.atMs !== undefined && { atMs: event.atMs }),
        })
      case 'reply-ended':
        if (event.reply === this.#reply) this.#reply = undefined
        return event.broken ? undefined : this.#memory.end(event.reply)
      case 'caller-speech-started':
        this.#turn = 'open'
        return
      case 'caller-speech-ended':
        return this.#turnEnded()
      case 'caller-text':
        return event.final ? this.#understood(event.text.trim()) : undefined
      case 'tool-called':
        this.#open.set(event.call.id, event.call.name)
        this.#owed = false
        return
      default:
        return
    }
  }

  /** The session is gone. Returns the reply that it was making. */
  lose(): string | undefined {
    const reply = this.#reply
    this.#broken ||= reply !== undefined
    this.#reply = undefined
    this.#alone = true
    this.#memory.forget()
    return reply
  }

  /** As it stands now. */
  handover(): Handover {
    const due = this.#turn === 'none' && this.#says.length === 0 && (this.#owed || this.#broken)
    const history = this.#memory.turns()
    return { history: due && this.#broken ? [...history, { role: 'system', text: brokenOff }] : history, due }
  }

  /** Some reply was begun: a greeting is no longer wanted. */
  get replied(): boolean {
    return this.#replied
  }

  /** What the next session has to hear and be told again, in order. */
  resume(): readonly Heard[] {
    this.#alone = false
    const says = this.#says.map((text) => ({ order: { type: 'say', text } as const }))
    return [...this.#kept, ...says]
  }

  /** The tool that was called so, if it was called and has no result yet. */
  tool(id: string): string | undefined {
    return this.#open.get(id)
  }

  #written(text: string): void {
    this.#owed = true
    this.#memory.caller(text)
  }

  #turnEnded(): void {
    this.#turn = 'over'
    this.#owed = true
    this.#memory.turn()
  }

  /** '' when there was nothing in it. */
  #understood(text: string): void {
    this.#memory.caller(text)
    if (text === '' && this.#reply === undefined) this.#owed = false
    if (this.#turn === 'over') this.#settle()
  }

  #returned(order: AgentOrder & { readonly type: 'tool-result' }): void {
    const name = this.#open.get(order.id)
    this.#open.delete(order.id)
    if (order.last || name === undefined) return
    this.#owed = true
    this.#memory.note({ role: 'tool', id: order.id, name, result: JSON.stringify(order.result) ?? 'done' })
  }

  #settle(): void {
    this.#turn = 'none'
    this.#kept = []
    this.#keptMs = 0
  }

  /** The oldest sound goes first; orders stay. */
  #trim(limit: number): void {
    while (this.#keptMs > limit) {
      const at = this.#kept.findIndex((item) => 'pcm' in item)
      const [item] = this.#kept.splice(at, 1)
      if (!item || !('pcm' in item)) return
      this.#keptMs -= this.#lengthOf(item.pcm)
    }
  }

  #lengthOf(pcm: Int16Array): number {
    return (pcm.length * 1000) / this.#rate
  }
}
