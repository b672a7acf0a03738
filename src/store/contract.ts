/** What the rest of the house may ask of the store: records, repositories and coordination, whatever database stands behind. */
import type { CallPlan, CallStatus, EndReason } from '../spec/call.ts'
import type { CallEvent, Journaled } from '../spec/event.ts'
import type { Used } from '../spec/usage.ts'
import type { Sessions, Users } from './contract/people.ts'
import type { Jobs } from './contract/jobs.ts'
import type { HouseSettingsRecords, Retention } from './contract/retention.ts'
import type { Wires } from './contract/wire.ts'

// Every record belongs to an organization; every query names it. Times are ms since 1970. Lists are newest first.

export interface Page<T> {
  readonly items: readonly T[]
  /** Give it back as `cursor` for the next page; absent on the last. Opaque. */
  readonly next?: string
}

export interface PageRequest {
  /** 1–200, default 50. */
  readonly limit?: number
  readonly cursor?: string
}

export interface Organization {
  readonly id: string
  readonly name: string
  readonly createdAt: number
}

/** What a key may do. `admin` implies all. */
export type KeyScope = 'admin' | 'calls:read' | 'calls:write' | 'config:read' | 'config:write'

export interface ApiKey {
  readonly id: string
  readonly organization: string
  readonly name: string
  /** First letters, to recognise it by. */
  readonly prefix: string
  readonly scopes: readonly KeyScope[]
  readonly createdAt: number
  readonly lastUsedAt?: number
  readonly revokedAt?: number
}

/** A configured account at a provider: carriers and AI vendors alike. Several per provider and organization. */
export interface Connection {
  readonly id: string
  readonly organization: string
  readonly kind: 'carrier' | 'agent' | 'stt' | 'llm' | 'tts'
  readonly provider: string
  readonly name: string
  /** Decrypted. Never leaves the process unmasked. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The vendor's account id, normalised, for shared URLs. Unique per carrier across organizations. */
  readonly account?: string
  readonly isDefault: boolean
  /** `environment`: made at start from environment variables; read-only over the API. */
  readonly source: 'api' | 'environment' | 'simulator'
  /** How its account was last prepared at the carrier. */
  readonly setUp?: SetUpRecord
  readonly createdAt: number
  readonly updatedAt: number
}

export interface SetUpRecord {
  readonly at: number
  /** Our public address at that time: the carrier knows no other. */
  readonly address: string
  /** What was done, in sentences. */
  readonly notes: readonly string[]
  readonly warnings: readonly Warning[]
}

/** What will not work, and what to do; `code` is an error's, or a word of its own. */
export interface Warning {
  readonly code: string
  readonly message: string
}

export interface PhoneNumber {
  readonly id: string
  readonly organization: string
  readonly connection: string
  /** Normalised: E.164 with plus, or a SIP URI, or an extension. Unique per connection. */
  readonly number: string
  /** As it was entered. */
  readonly display: string
  readonly agent?: string
  readonly label?: string
  /** We set the carrier so that its calls reach us; each set-up of the connection does so again. */
  readonly pointed?: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

export interface Agent {
  readonly id: string
  readonly organization: string
  readonly name: string
  readonly provider: string
  /** Provider settings, decrypted. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly createdAt: number
  readonly updatedAt: number
}

/** The call as lists and the API show it: a projection of its events. */
export interface CallRecord extends CallPlan {
  readonly ref?: string
  readonly status: CallStatus
  readonly endReason?: EndReason
  readonly cause?: string
  readonly answeredBy?: string
  readonly startedAt?: number
  readonly answeredAt?: number
  readonly endedAt?: number
  readonly recording?: string
  readonly cost?: { readonly amount: number; readonly currency: string }
  /** What its agent used, by part, provider and model. */
  readonly usage?: readonly Used[]
  /** Which process runs it: see `Coordination.lease`. */
  readonly owner?: string
  /** Queued until its connection has a line free. */
  readonly waiting?: boolean
  /** Since when its words are removed. */
  readonly transcriptRemovedAt?: number
  /** Since when all that tells of people is removed. */
  readonly redactedAt?: number
}

export interface Message {
  readonly id: string
  readonly call: string
  readonly role: 'caller' | 'agent' | 'tool' | 'system'
  readonly text: string
  readonly at: number
  readonly interrupted?: boolean
}

export interface Metric {
  readonly call: string
  /** Set when it belongs to one transcript turn. */
  readonly message?: string
  /** `ours` are measured by the engine; `user` were posted over the API. */
  readonly source: 'ours' | 'user'
  readonly name: string
  readonly value: number
  readonly unit?: string
  readonly at: number
}

export interface Subscription {
  readonly id: string
  readonly organization: string
  readonly url: string
  /** Signs every delivery. */
  readonly secret: string
  /** Event types, or `*`. */
  readonly events: readonly string[]
  readonly enabled: boolean
  readonly createdAt: number
}

export interface Delivery {
  readonly id: string
  readonly subscription: string
  readonly organization: string
  readonly position: number
  readonly body: string
  readonly attempts: number
  readonly status: 'waiting' | 'delivered' | 'given-up'
  readonly nextAt: number
  readonly lastStatus?: number
  readonly lastError?: string
  readonly createdAt: number
}

export interface CallFilter extends PageRequest {
  readonly status?: CallStatus
  readonly direction?: 'inbound' | 'outbound'
  readonly agent?: string
  readonly connection?: string
  readonly carrier?: string
  /** Any part of the number or address. */
  readonly from?: string
  /** Any part of the number or address. */
  readonly to?: string
  readonly since?: number
  readonly until?: number
  readonly recorded?: boolean
  readonly endReason?: EndReason
}

/** Counts for a first look. */
export interface CallCounts {
  readonly all: number
  readonly open: number
  /** Made at or after the asked time. */
  readonly since: number
}

export interface Configured<T> {
  get(organization: string, id: string): Promise<T | undefined>
  list(organization: string, page?: PageRequest): Promise<Page<T>>
  remove(organization: string, id: string): Promise<boolean>
}

/** The same reads, up to half a second behind the changes of other processes: for what every call asks. */
export interface Lately {
  connection(id: string): Promise<Connection | undefined>
  number(connection: string, number: string): Promise<PhoneNumber | undefined>
  agent(organization: string, id: string): Promise<Agent | undefined>
  wanting(organization: string, type: string): Promise<readonly Subscription[]>
  /** This process changed something of them. */
  onChange(listener: () => void): Disposable
}

export interface Store extends AsyncDisposable {
  readonly lately: Lately
  readonly organizations: {
    create(organization: Organization): Promise<void>
    get(id: string): Promise<Organization | undefined>
    list(): Promise<readonly Organization[]>
  }
  readonly keys: {
    /** Keeps only a hash of `secret`. */
    create(key: ApiKey, secret: string): Promise<void>
    /** The key behind a bearer secret, unless revoked. Marks it used at most once a minute. */
    authenticate(secret: string, now: number): Promise<ApiKey | undefined>
    list(organization: string): Promise<readonly ApiKey[]>
    revoke(organization: string, id: string, now: number): Promise<boolean>
  }
  readonly users: Users
  readonly sessions: Sessions
  readonly settings: HouseSettingsRecords
  readonly wire: Wires
  readonly retention: Retention
  readonly jobs: Jobs
  readonly connections: Configured<Connection> & {
    /** Rejects with `conflict` when the account or name is taken (without naming who has it). The first of its provider becomes default. */
    create(connection: Connection): Promise<void>
    update(connection: Connection): Promise<void>
    /** Atomic: exactly one default per (organization, kind, provider). */
    makeDefault(organization: string, id: string): Promise<void>
    /** By id alone: webhooks know no organization. */
    find(id: string): Promise<Connection | undefined>
    findByAccount(provider: string, account: string): Promise<readonly Connection[]>
    default(organization: string, kind: Connection['kind'], provider?: string): Promise<Connection | undefined>
  }
  readonly numbers: Configured<PhoneNumber> & {
    create(number: PhoneNumber): Promise<void>
    update(number: PhoneNumber): Promise<void>
    find(connection: string, number: string): Promise<PhoneNumber | undefined>
  }
  readonly agents: Configured<Agent> & {
    create(agent: Agent): Promise<void>
    update(agent: Agent): Promise<void>
  }
  readonly calls: {
    create(call: CallRecord): Promise<void>
    get(organization: string, id: string): Promise<CallRecord | undefined>
    /** By id alone: for webhooks and media tokens. */
    find(id: string): Promise<CallRecord | undefined>
    findByRef(connection: string, ref: string): Promise<CallRecord | undefined>
    list(organization: string, filter?: CallFilter): Promise<Page<CallRecord>>
    /** Calls not ended and not waiting: at start, to resume or to end them. */
    open(): Promise<readonly CallRecord[]>
    /** Outbound calls of a connection: those that wait for a line, and those that have one. */
    load(connection: string): Promise<{ readonly waiting: number; readonly running: number }>
    /** Connections that calls wait for. */
    waitedFor(): Promise<readonly string[]>
    count(organization: string, since: number): Promise<CallCounts>
  }
  readonly journal: Journal
  readonly messages: { list(organization: string, call: string): Promise<readonly Message[]> }
  readonly metrics: {
    add(organization: string, metrics: readonly Metric[]): Promise<void>
    list(organization: string, call: string): Promise<readonly Metric[]>
  }
  readonly subscriptions: Configured<Subscription> & {
    create(subscription: Subscription): Promise<void>
    update(subscription: Subscription): Promise<void>
    /** Those that want an event type. */
    wanting(organization: string, type: string): Promise<readonly Subscription[]>
  }
  readonly deliveries: {
    /** Idempotent by (subscription, position). */
    enqueue(delivery: Delivery): Promise<void>
    /** Claims due ones for `lease` ms so that two processes never send the same. */
    claim(now: number, limit: number, lease: number): Promise<readonly Delivery[]>
    settle(delivery: Delivery): Promise<void>
    get(organization: string, subscription: string, id: string): Promise<Delivery | undefined>
    list(organization: string, subscription: string, page?: PageRequest): Promise<Page<Delivery>>
    /** How far the journal has been spooled into deliveries. */
    cursor(): Promise<number>
    advance(position: number): Promise<void>
  }
}

/** What changes with an event, written in the same transaction: the projection of the call and its transcript. */
export interface JournalEntry {
  readonly organization: string
  readonly call: string
  readonly sequence: number
  readonly at: number
  readonly event: CallEvent
  /** Columns of the call record that this event changes. */
  readonly patch?: Partial<Omit<CallRecord, 'id' | 'organization'>>
  readonly message?: Message
  readonly metrics?: readonly Metric[]
}

export interface Journal {
  /** Group commit: resolves when the entry is durable. `urgent`: somebody waits for it, so it does not wait for company. Entries of one call are written in order; a (call, sequence) written twice is ignored. */
  append(entry: JournalEntry, urgent?: boolean): Promise<Journaled>
  /** Events of a call, in order. */
  read(organization: string, call: string): Promise<readonly Journaled[]>
  /** By call alone, for recovery. */
  history(call: string): Promise<readonly Journaled[]>
  /** Events after a position, oldest first; all organizations when none is named (webhook spooler). */
  after(
    position: number,
    options?: { readonly organization?: string; readonly call?: string; readonly limit?: number },
  ): Promise<readonly Journaled[]>
  /** The highest position that can be read; 0 while nothing has happened. Whoever reads on from here misses nothing. */
  newest(): Promise<number>
  /** Live entries as they become durable, in position order, in this process. */
  watch(listener: (entry: Journaled) => void): Disposable
}

/** Shared state between processes: in-process by default, Redis by `REDIS_URL`. One contract suite on both. */
export interface Coordination extends AsyncDisposable {
  /** Sets if absent; true when we set it. */
  claim(key: string, value: string, ttl: number): Promise<boolean>
  get(key: string): Promise<string | undefined>
  set(key: string, value: string, ttl: number): Promise<void>
  /** Reads and removes in one step. */
  take(key: string): Promise<string | undefined>
  /** Replaces only if the value is still `expected`. */
  swap(key: string, expected: string, value: string, ttl: number): Promise<boolean>
  remove(key: string): Promise<void>
  /** Counts within a window that starts with the first count. Returns the count. */
  count(key: string, window: number): Promise<number>
  /** A held key that renews itself until released or the scope closes; undefined when another holds it. `lost` is aborted when renewal failed. */
  lease(key: string, holder: string, ttl: number): Promise<Lease | undefined>
  publish(channel: string, message: string): Promise<void>
  subscribe(channel: string, listener: (message: string) => void): Promise<AsyncDisposable>
}

export interface Lease extends AsyncDisposable {
  readonly lost: AbortSignal
}

/** What a media token is bound to. */
export interface MediaGrant {
  readonly call: string
  readonly organization: string
  readonly carrier: string
  readonly connection: string
  /** The carrier's own id of the call, where it is known already: nobody else can claim the token then. */
  readonly ref?: string
}

export interface MediaTokens {
  /** Unguessable; good for `ttl` ms. Only its hash is kept. */
  issue(grant: MediaGrant, ttl: number): Promise<string>
  /**
   * Claimed when the stream's start is read: bound to the carrier's own call id from then on. The same call may claim again
   * (its socket died and came back); anybody else is refused.
   */
  claim(
    token: string,
    claim: { readonly carrier: string; readonly ref?: string | undefined },
  ): Promise<
    | { readonly ok: true; readonly grant: MediaGrant }
    | { readonly ok: false; readonly why: 'unknown' | 'expired' | 'foreign' | 'used' }
  >
  /** Does the token exist? Before any message is read. Does not claim. */
  known(token: string): Promise<boolean>
  /** The carrier it was issued to: whose dialect its socket speaks. Undefined for a token that does not exist. */
  carrier(token: string): Promise<string | undefined>
  revoke(token: string): Promise<void>
  /** What may be kept of a token in a journal: its hash. */
  hash(token: string): string
  /** Makes a token good again by its hash: after a restart that forgot it. */
  restore(hash: string, grant: MediaGrant, ttl: number): Promise<void>
}
