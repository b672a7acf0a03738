/** Sends what carriers send: requests with time limits and retries, and, when asked, their misbehaviour. */
import { frameMs } from '../ticker.ts'
import { WireFailure, type WireReply } from '../wire.ts'
import type { SimulatedCall } from './call.ts'
import { note, type World } from './world.ts'

export interface HttpDraft {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Delivery {
  readonly call?: SimulatedCall
  /** The request of the n-th attempt, from 1. Most carriers sign once and repeat the same bytes. */
  readonly draft: (attempt: number) => HttpDraft
  /** To connect, to the whole answer after connecting, and to everything, ms. */
  readonly limits: { readonly connect: number; readonly read: number; readonly total: number }
  readonly maxBytes: number
  readonly retries: number
  /** Is this answer worth another attempt? */
  readonly again: (result: WireReply | WireFailure) => boolean
}

/** The last answer or failure. */
export async function deliver(world: World, delivery: Delivery): Promise<WireReply | WireFailure> {
  const first = delivery.draft(1)
  const once = () => attempts(world, delivery, first)
  if (world.faults.duplicateWebhooks) world.background(once())
  const replay = world.faults.replayWebhooksAfterMs
  const result = await once()
  if (replay !== undefined) world.background(world.clock.sleep(replay, world.scope.signal).then(once))
  return result
}

/** Reports of one call leave one after the other, unless the fault swaps them in pairs. */
export class Reporter {
  readonly #world: World
  #last: Promise<void> = Promise.resolve()
  #held: (() => Promise<unknown>) | undefined

  constructor(world: World) {
    this.#world = world
  }

  /** Resolves when this report, and all before it, were delivered or given up. `final` ones are never held back. */
  send(report: () => Promise<unknown>, final: boolean): Promise<void> {
    const held = this.#held
    if (this.#world.faults.swapCallbacks && !held && !final) {
      this.#held = report
      return Promise.resolve()
    }
    this.#held = undefined
    this.#last = this.#last
      .then(report)
      .then(held)
      .then(() => undefined)
    return this.#last
  }
}

async function attempts(world: World, delivery: Delivery, first: HttpDraft): Promise<WireReply | WireFailure> {
  for (let number = 1; ; number++) {
    const result = await attempt(world, delivery, number === 1 ? first : delivery.draft(number))
    if (number > delivery.retries || !delivery.again(result)) return result
    await world.clock.sleep(frameMs, world.scope.signal)
  }
}

async function attempt(world: World, delivery: Delivery, draft: HttpDraft): Promise<WireReply | WireFailure> {
  const { call, limits, maxBytes } = delivery
  const { method, url, body } = draft
  note(world, { from: 'carrier', kind: 'webhook', text: `${method} ${url}${body ? `\n${body}` : ''}` }, call)
  try {
    const reply = await world.wire.request({ ...draft, limits, maxBytes, signal: world.scope.signal })
    const text = `${reply.status} ${reply.headers['content-type'] ?? ''}\n${Buffer.from(reply.body).toString()}`
    note(world, { from: 'gateway', kind: 'reply', text }, call)
    return reply
  } catch (failure) {
    if (!(failure instanceof WireFailure)) throw failure
    note(world, { from: 'gateway', kind: 'reply', text: `no answer from ${url}: ${failure.message}` }, call)
    return failure
  }
}

/** Not reached, too slow, cut off, or a server's own error: what carriers try again. */
export function failedToAnswer(result: WireReply | WireFailure): boolean {
  return result instanceof WireFailure || result.status >= 500
}

export function succeeded(result: WireReply | WireFailure): boolean {
  return !(result instanceof WireFailure) && result.status >= 200 && result.status <= 299
}
