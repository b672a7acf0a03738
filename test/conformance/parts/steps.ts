/** Steps through a pure translator, and sees that it is one: the state it was given stays as it was. */
import { expect } from 'vitest'
import type { WireMessage } from '../../../src/spec/carrier.ts'
import type { HttpResponse, Now, Operation } from '../../../src/spec/http.ts'

export const now: Now = { time: Date.UTC(2026, 10, 21), id: (prefix) => `${prefix}_1` }

interface Step<E> {
  readonly state: unknown
  readonly events: readonly E[]
  readonly messages: readonly WireMessage[]
}

export class Stepper<I, E> {
  readonly #step: (state: unknown, input: I) => Step<E>
  #state: unknown
  readonly events: E[] = []
  readonly messages: WireMessage[] = []

  constructor(begin: unknown, step: (state: unknown, input: I) => Step<E>) {
    this.#state = frozen(begin)
    this.#step = step
  }

  /** What came of this input alone. */
  give(input: I): Step<E> {
    const step = this.#step(this.#state, input)
    this.#state = frozen(step.state)
    this.events.push(...step.events)
    this.messages.push(...step.messages)
    return step
  }
}

/** What every translator of a vendor's socket takes. */
type SocketInput = { readonly type: 'opened' } | { readonly type: 'message'; readonly message: WireMessage }

interface SocketTranslator<C, I, E> {
  begin(config: C): unknown
  step(state: unknown, input: I | SocketInput): Step<E>
}

/** Sessions of a vendor's socket: new ones, and ones that the vendor has opened with its `ready` messages. */
export function socketSessions<C, I, E>(socket: SocketTranslator<C, I, E>, config: C, ready: readonly WireMessage[]) {
  const begin = () => new Stepper<I | SocketInput, E>(socket.begin(config), socket.step.bind(socket))
  const read = (session: ReturnType<typeof begin>, messages: readonly WireMessage[]) => {
    for (const message of messages) session.give({ type: 'message', message })
  }
  const opened = () => {
    const session = begin()
    session.give({ type: 'opened' })
    read(session, ready)
    return session
  }
  return { begin, read, opened }
}

/** Writing to what is frozen throws in modules. */
function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}

/** Where an operation ends when every request it makes gets this answer. */
export function outcome<T>(operation: Operation<T>, answer?: HttpResponse): T {
  let step = operation.next(undefined as never) // the first `next` of a generator takes no value
  while (!step.done) {
    if (!answer) throw new Error(`asks for ${step.value.url} before it connects: bring \`wire.answer\``)
    step = operation.next(answer)
  }
  return step.value
}

/** No vendor says these: an answer to them is a failure told, or nothing. */
export const unreadable: readonly (readonly [string, WireMessage])[] = [
  ['text that is no JSON', { text: '<html>' }],
  ['an empty text', { text: '' }],
  ['JSON that is no object', { text: '42' }],
  ['null', { text: 'null' }],
  ['an object without anything', { text: '{}' }],
  ['a kind that nobody knows', { text: '{"type":"brand_new","message":"brand_new"}' }],
  ['fields of the wrong type', { text: '{"type":"Results","channel":7,"tokens":"x","transcript":{},"message":[]}' }],
]

export function expectNoSecret(value: unknown, secrets: readonly string[]): void {
  const text = value instanceof Error ? `${value.message} ${JSON.stringify(value)}` : JSON.stringify(value)
  for (const secret of secrets) expect(text).not.toContain(secret)
}
