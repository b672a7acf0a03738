/** Work that waits its turn, kept in the database: one process takes it, and it is offered again when that process dies. */

export interface Job {
  readonly id: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface NewJob {
  readonly data: Readonly<Record<string, unknown>>
  /** Larger goes first; default 0. */
  readonly priority?: number
}

export interface Jobs {
  /** All or none. A queue begins with its first job. */
  add(queue: string, jobs: readonly NewJob[]): Promise<void>
  /** Takes up to `limit`: the most urgent first, then the oldest; those added together in any order. */
  take(queue: string, limit: number): Promise<readonly Job[]>
  /** Taken and finished: never offered again. */
  done(queue: string, ids: readonly string[]): Promise<void>
  /** Taken by somebody who is gone, and not finished: to be offered again at once. Resolves to how many. */
  reclaim(queue: string): Promise<number>
}
