/** A call that is running in this process: its value, its journal, and its effects in order. */
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { CallSeen } from '../spec/carrier.ts'
import type { CallEvent, Journaled } from '../spec/event.ts'
import type { Journal, JournalEntry } from '../store/contract.ts'
import { advance, concerns, type Call, type Effect } from './machine.ts'
import { entryOf } from './project.ts'

export type Doing = Exclude<Effect, { type: 'post' }>

export interface RunningOptions {
  readonly journal: Journal
  /** The call's own clock: see inputs.ts. */
  readonly clock: Clock
  /** The process's: waiting for the disk is nothing the call knows of. */
  readonly patience: Clock
  readonly logger: Logger
  /** The process's; the call's own closes with it. */
  readonly scope: Scope
  /** Carries out one effect. Rejections are logged; what matters is posted as an event. */
  readonly perform: (effect: Doing) => void | Promise<void>
  /** The turn of effects has come: it is an input of the call like any other. */
  readonly turn: (ids: readonly string[], run: () => void) => void
  /** Hears of every event that was applied, at once. */
  readonly applied?: (entry: JournalEntry) => void
  /** Somebody else wrote this call's journal: it is not ours any more. */
  readonly lost?: () => void
}

/** Journal writes are tried again after these ms before the call goes on without them. */
const patience = [100, 400, 1_600, 6_400]

export class RunningCall {
  readonly scope: Scope
  readonly #options: RunningOptions
  #call: Call
  /** Effects leave in the order of their events, each after its event is durable. */
  #tail: Promise<void> = Promise.resolve()
  #dropped = 0
  #left = false
  #written: Promise<unknown> = Promise.resolve()
  readonly #strays = new WeakSet<CallEvent>()

  constructor(call: Call, options: RunningOptions) {
    this.#call = call
    this.#options = options
    this.scope = options.scope.child(call.plan.id)
  }

  get id(): string {
    return this.#call.plan.id
  }

  get call(): Call {
    return this.#call
  }

  get ended(): boolean {
    return this.#call.endedAt !== undefined
  }

  /** Events that came too late to say anything. */
  get dropped(): number {
    return this.#dropped
  }

  /** The call went to another process before this event was written. */
  strayed(event: CallEvent): boolean {
    return this.#strays.has(event)
  }

  /** Nothing is written and no effect begins from here on. */
  leave(): void {
    this.#left = true
  }

  /** What a provider may know of the call. */
  get seen(): CallSeen {
    const { plan, ref, status, streamRef, media } = this.#call
    return {
      ...plan,
      status,
      ...(ref ? { ref } : {}),
      ...(streamRef ? { streamed: true } : {}),
      ...(streamRef && media === 'open' ? { streamRef } : {}),
    }
  }

  /** Applies an event at once; resolves when it is durable and its effects have begun. `awaited`: by somebody outside. Never rejects. */
  post(event: CallEvent, awaited = false): Promise<void> {
    if (this.#left) {
      this.#strays.add(event)
      return Promise.resolve()
    }
    if (!concerns(this.#call, event)) {
      this.#dropped++
      return Promise.resolve()
    }
    const at = this.#options.clock.now()
    const before = this.#call
    const { call, effects } = advance(before, event, at)
    this.#call = call
    const entry = entryOf(before, call, event, at)
    this.#options.applied?.(entry)
    const doings = effects.filter((effect): effect is Doing => effect.type !== 'post')
    const durable = this.#append(entry, awaited || doings.length > 0)
    this.#written = durable
    // Conversation events bring no effects: nobody waits for the disk on their account.
    if (doings.length > 0) this.#tail = this.#tail.then(() => durable).then(() => this.#begin(doings))
    for (const effect of effects) if (effect.type === 'post') void this.post(effect.event)
    return doings.length > 0 ? this.#tail : durable
  }

  /** Resolves when every event so far is durable, and every effect has begun. */
  async settled(): Promise<void> {
    await this.#tail
    await this.#written
  }

  #begin(doings: readonly Doing[]): void {
    if (this.#left) return
    this.#options.turn(
      doings.map(({ id }) => id),
      () => this.#perform(doings),
    )
  }

  #perform(doings: readonly Doing[]): void {
    for (const effect of doings) {
      // Effects may take as long as a carrier's API: they begin in order and are not waited for.
      Promise.try(this.#options.perform, effect).catch((error: unknown) =>
        this.#options.logger.error('an effect failed', { effect: effect.id, type: effect.type, error }),
      )
    }
  }

  async #append(entry: JournalEntry, urgent: boolean): Promise<void> {
    for (const delay of [...patience, 0]) {
      try {
        return this.#check(entry, await this.#options.journal.append(entry, urgent))
      } catch (error) {
        this.#options.logger.error('journal write failed', { event: entry.event.type, sequence: entry.sequence, error })
        if (delay > 0) await this.#options.patience.sleep(delay)
      }
    }
  }

  /** A sequence that somebody else wrote means that the call is theirs: what follows from our event must not happen. */
  #check(entry: JournalEntry, stored: Journaled): void {
    const ours = stored.event.type === entry.event.type && Math.abs(stored.at - entry.at) < 1
    if (ours) return
    this.#strays.add(entry.event)
    if (this.#left) return
    this.#left = true
    this.#options.lost?.()
  }
}
