/** What a PostgreSQL must be able to do for the store, and how its cells are read. */
import type { JobDatabase } from './records/jobs.ts'

export type Row = readonly unknown[]

/** Runs one statement and gives its rows as arrays. */
export type Run = (text: string, parameters: readonly unknown[]) => Promise<readonly Row[]>

/** A PostgreSQL, in this process or elsewhere. */
export interface Driver extends AsyncDisposable {
  /** No other process writes to this database. */
  readonly alone: boolean
  readonly run: Run
  /** All or nothing. Statements of `work` go to `run` as given, never to the driver's own. */
  transaction<T>(work: (run: Run) => Promise<T>): Promise<T>
  /** The same database as the job queue wants it. */
  readonly jobs: JobDatabase
}

/** Type ids of pg_type whose text must not reach Drizzle raw. */
const boolean = 16

/**
 * Cells come as the server's text on both drivers, so that both are read alike: Drizzle's columns make numbers and JSON of it. Only booleans
 * have no such step there.
 */
export function readCell(type: number): (text: string) => unknown {
  return type === boolean ? (text) => text === 't' : (text) => text
}
