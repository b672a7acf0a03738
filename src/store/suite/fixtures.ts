/** Records for the store's suite: complete, distinct, and each in an organization of its own. */
import type { Ids } from '../../lib/ids.ts'
import { seededIds } from '../../lib/ids.ts'
import type { CallEvent } from '../../spec/event.ts'
import type {
  Agent,
  CallRecord,
  Connection,
  Delivery,
  JournalEntry,
  PhoneNumber,
  Store,
  Subscription,
} from '../contract.ts'

export const start = Date.UTC(2026, 0, 1)

/** Makes records that are saved at once. */
export class Tenant {
  readonly id: string
  readonly #store: Store
  readonly #ids: Ids
  #time = start

  constructor(store: Store, ids: Ids, id: string) {
    this.id = id
    this.#store = store
    this.#ids = ids
  }

  fresh(prefix: string): string {
    return this.#ids.id(prefix)
  }

  /** Later than any before. */
  time(): number {
    return (this.#time += 1000)
  }

  async connection(over: Partial<Connection> = {}): Promise<Connection> {
    const now = this.time()
    const connection: Connection = {
      id: this.fresh('con'),
      organization: this.id,
      kind: 'carrier',
      provider: 'twilio',
      name: this.fresh('name'),
      settings: { token: 'very secret', region: { edge: 'dublin' } },
      isDefault: false,
      source: 'api',
      createdAt: now,
      updatedAt: now,
      ...over,
    }
    await this.#store.connections.create(connection)
    return connection
  }

  async agent(over: Partial<Agent> = {}): Promise<Agent> {
    const now = this.time()
    const id = this.fresh('agt')
    const agent: Agent = {
      id,
      organization: this.id,
      name: `agent ${id}`,
      provider: 'echo',
      settings: { prompt: 'Be kind — “always” 🙂', key: 'sk-secret' },
      createdAt: now,
      updatedAt: now,
      ...over,
    }
    await this.#store.agents.create(agent)
    return agent
  }

  async number(connection: string, over: Partial<PhoneNumber> = {}): Promise<PhoneNumber> {
    const now = this.time()
    const number: PhoneNumber = {
      id: this.fresh('num'),
      organization: this.id,
      connection,
      number: `+1${this.fresh('n')}`,
      display: '(555) 010-0100',
      createdAt: now,
      updatedAt: now,
      ...over,
    }
    await this.#store.numbers.create(number)
    return number
  }

  async call(over: Partial<CallRecord> = {}): Promise<CallRecord> {
    const call: CallRecord = {
      id: this.fresh('call'),
      organization: this.id,
      direction: 'inbound',
      carrier: 'twilio',
      connection: 'con_1',
      from: '+15550100',
      to: '+15550101',
      agent: 'agt_1',
      variables: { name: 'Ada', vip: true, tries: 2, note: null },
      metadata: { order: { lines: [1, null, 'ü'] } },
      ringTimeout: 30_000,
      maxDuration: 3_600_000,
      machineDetection: true,
      record: false,
      createdAt: this.time(),
      status: 'queued',
      ...over,
    }
    await this.#store.calls.create(call)
    return call
  }

  async subscription(over: Partial<Subscription> = {}): Promise<Subscription> {
    const subscription: Subscription = {
      id: this.fresh('sub'),
      organization: this.id,
      url: 'https://example.test/hook',
      secret: 'whsec_1234',
      events: ['*'],
      enabled: true,
      createdAt: this.time(),
      ...over,
    }
    await this.#store.subscriptions.create(subscription)
    return subscription
  }

  delivery(subscription: string, position: number, over: Partial<Delivery> = {}): Delivery {
    const now = this.time()
    return {
      id: this.fresh('dlv'),
      subscription,
      organization: this.id,
      position,
      body: '{"type":"call.ended"}',
      attempts: 0,
      status: 'waiting',
      nextAt: now,
      createdAt: now,
      ...over,
    }
  }

  entry(call: string, sequence: number, over: Partial<JournalEntry> = {}): JournalEntry {
    return { organization: this.id, call, sequence, at: start + sequence, event: digit(String(sequence % 10)), ...over }
  }
}

export function digit(digit: string): CallEvent {
  return { type: 'digit.received', digit, source: 'carrier' }
}

/** Each suite run draws its own ids: several may share a database. */
export function tenants(store: Store, seed: string): () => Promise<Tenant> {
  const ids = seededIds(seed)
  return async () => {
    const id = ids.id('org')
    await store.organizations.create({ id, name: 'A tenant', createdAt: start })
    return new Tenant(store, ids, id)
  }
}
