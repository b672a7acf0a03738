/** What the store's thread and the others say to each other. */
import type { Failure } from './failure.ts'

/** Given to the thread when it starts. Plain data. */
export interface Start {
  /** A PostgreSQL server; without it, the embedded database. */
  readonly databaseUrl?: string
  /** Of the embedded database and of the key file; without it, both are in memory only. */
  readonly directory?: string
  readonly secretKey?: string
}

export interface Request {
  readonly id: number
  readonly room: string
  readonly method: string
  readonly values: readonly unknown[]
}

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly failure: Failure }

/** Requests and answers of one turn travel together: a message costs more than what is in it. */
export type ToStore = { readonly type: 'requests'; readonly requests: readonly Request[] } | { readonly type: 'close' }

export type FromStore =
  | { readonly type: 'ready' }
  | { readonly type: 'unable'; readonly failure: Failure }
  | { readonly type: 'answers'; readonly answers: readonly Answer[] }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'closed'; readonly failure?: Failure }
