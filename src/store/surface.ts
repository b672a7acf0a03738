/** What of the store runs beside the database, and the list of it by name: nothing else can be called from outside. */
import type { Journaled } from '../spec/event.ts'
import type { Journal, JournalEntry, Store } from './contract.ts'
import type { Failure } from './failure.ts'

/** What became of one entry of a batch. */
export type Written =
  | { readonly type: 'written'; readonly position: number }
  /** The (call, sequence) was there before; this is it. */
  | { readonly type: 'known'; readonly stored: Journaled }
  | { readonly type: 'refused'; readonly failure: Failure }

export interface JournalRecords extends Pick<Journal, 'read' | 'history' | 'after' | 'newest'> {
  /** One outcome per entry. Rejects only when the database itself is out of reach. */
  write(entries: readonly JournalEntry[]): Promise<readonly Written[]>
}

/** The store without what must live in the caller's thread: group commit and listeners. */
export interface Records extends Omit<Store, 'journal' | 'lately' | typeof Symbol.asyncDispose> {
  readonly journal: JournalRecords
}

const configured = { get: true, list: true, remove: true, create: true, update: true } as const

const surface = {
  organizations: { create: true, get: true, list: true },
  keys: { create: true, authenticate: true, list: true, revoke: true },
  users: {
    ...{ create: true, get: true, list: true, credentials: true },
    ...{ update: true, setPassword: true, remove: true, count: true },
  },
  sessions: { create: true, authenticate: true, standing: true, remove: true, removeOf: true, sweep: true },
  settings: { get: true, put: true },
  wire: { add: true, list: true, tally: true },
  retention: {
    ...{ wire: true, deliveries: true, recordings: true, worded: true, calls: true },
    ...{ forgetRecording: true, removeTranscript: true, redact: true, removeCall: true },
  },
  connections: { ...configured, makeDefault: true, find: true, findByAccount: true, default: true },
  numbers: { ...configured, find: true },
  agents: configured,
  calls: {
    create: true,
    get: true,
    find: true,
    findByRef: true,
    list: true,
    open: true,
    load: true,
    waitedFor: true,
    count: true,
  },
  journal: { write: true, read: true, history: true, after: true, newest: true },
  messages: { list: true },
  metrics: { add: true, list: true },
  subscriptions: { ...configured, wanting: true },
  jobs: { add: true, take: true, done: true, reclaim: true },
  deliveries: { enqueue: true, claim: true, settle: true, get: true, list: true, cursor: true, advance: true },
} as const satisfies { readonly [Room in keyof Records]: Record<keyof Records[Room], true> }

export type Call = (room: string, method: string, values: readonly unknown[]) => Promise<unknown>

/** Records whose methods are calls to wherever the database is. */
export function recordsThrough(call: Call): Records {
  const rooms = Object.entries(surface).map(([room, methods]) => [room, roomThrough(call, room, Object.keys(methods))])
  // Built from the list above, which the compiler holds against Records; values cross threads as plain data.
  return Object.fromEntries(rooms) as Records
}

function roomThrough(call: Call, room: string, methods: readonly string[]) {
  return Object.fromEntries(
    methods.map((method) => [method, (...values: readonly unknown[]) => call(room, method, values)]),
  )
}

type Perform = (...values: readonly unknown[]) => Promise<unknown>

/** The other end: performs a call by name. */
export function performer(records: Records): Call {
  const table = new Map<string, Perform>()
  for (const [room, methods] of Object.entries(records)) {
    // Values came through `recordsThrough`, whose callers the compiler has checked against the same methods.
    for (const [method, perform] of Object.entries(methods)) table.set(`${room}.${method}`, perform as Perform)
  }
  return async (room, method, values) => {
    const perform = table.get(`${room}.${method}`)
    if (!perform) throw new TypeError(`the store has no ${room}.${method}`)
    return perform(...values)
  }
}
