/** Reads that every call makes: kept for a moment, and forgotten at once when this process changes what they read. */
import type { Clock } from '../lib/clock.ts'
import type { Lately, Store } from './contract.ts'

/** How far behind the changes of other processes a read may be, ms. */
const life = 500
/** Values kept: when there are more, all are read anew. */
const most = 5_000

type Changeable = Pick<Store, 'connections' | 'numbers' | 'agents' | 'subscriptions'>

const changes = ['create', 'update', 'remove', 'makeDefault'] as const

/** The rooms as given, with changes noticed, and the reads on top of them. */
export function lately(rooms: Changeable, clock: Clock): Changeable & { readonly lately: Lately } {
  const memory = new Memory(clock)
  const { connections, numbers, agents, subscriptions } = rooms
  return {
    connections: memory.noticing(connections),
    numbers: memory.noticing(numbers),
    agents: memory.noticing(agents),
    subscriptions: memory.noticing(subscriptions),
    lately: {
      connection: (id) => memory.read(`connection ${id}`, () => connections.find(id)),
      number: (connection, number) =>
        memory.read(`number ${connection} ${number}`, () => numbers.find(connection, number)),
      agent: (organization, id) => memory.read(`agent ${organization} ${id}`, () => agents.get(organization, id)),
      wanting: (organization, type) =>
        memory.read(`wanting ${organization} ${type}`, () => subscriptions.wanting(organization, type)),
      onChange: (listener) => memory.onChange(listener),
    },
  }
}

class Memory {
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  readonly #kept = new Map<string, { readonly value: Promise<unknown>; readonly until: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async read<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#clock.monotonic()
    const known = this.#kept.get(name)
    // Kept under a name that holds the kind of what is read: it is a T.
    if (known && known.until > now) return known.value as Promise<T>
    if (this.#kept.size >= most) this.#kept.clear()
    const value = ask()
    const kept = { value, until: now + life }
    this.#kept.set(name, kept)
    const found = await value.catch((error: unknown) => {
      this.#forget(name, kept)
      throw error
    })
    // What is not there may be made elsewhere at any moment, and is wanted then.
    if (found === undefined) this.#forget(name, kept)
    return found
  }

  onChange(listener: () => void): Disposable {
    const own = () => listener()
    this.#listeners.add(own)
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) }
  }

  /** Forgets before a change and after it: a read that overlaps it is not kept. */
  noticing<R extends object>(room: R): R {
    const noticed = Object.entries(room).map(([name, method]) =>
      isChange(name) ? [name, this.#around(method)] : [name, method],
    )
    return Object.fromEntries(noticed) as R // the same methods, some of them wrapped
  }

  #around(change: (...values: readonly unknown[]) => Promise<unknown>) {
    return async (...values: readonly unknown[]): Promise<unknown> => {
      this.#kept.clear()
      try {
        return await change(...values)
      } finally {
        this.#kept.clear()
        for (const listener of this.#listeners) listener()
      }
    }
  }

  #forget(name: string, kept: unknown): void {
    if (this.#kept.get(name) === kept) this.#kept.delete(name)
  }
}

function isChange(name: string): boolean {
  return (changes as readonly string[]).includes(name)
}
