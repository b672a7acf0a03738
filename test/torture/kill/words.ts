/** What the killed node and its test say to each other. */
import type { Journaled } from '../../../src/spec/event.ts'
import type { CallRecord } from '../../../src/store/contract.ts'

export interface NodeOptions {
  readonly dataDir: string
  readonly databaseUrl?: string
  /** Where the carrier reaches it. Default: at its own port. */
  readonly publicUrl?: string
  /** 0: any. */
  readonly port: number
  /** Durable entries are appended here at once, a line each. */
  readonly journal: string
  readonly log: string
  readonly accountSid: string
  readonly authToken: string
  readonly apiBase: string
  readonly number: string
  /** Calls stop at the entry that their far number names. */
  readonly hold: boolean
  /** Inputs of calls are kept in the data folder. */
  readonly replay?: boolean
  /** The process kills itself when an entry with this sequence is durable. */
  readonly killAt?: number
}

export type ToNode =
  | { readonly type: 'dial'; readonly to: string }
  /** Of the one call that runs. */
  | { readonly type: 'transfer'; readonly to: string }
  | { readonly type: 'dump' }
  | { readonly type: 'stop' }

export type FromNode =
  | { readonly type: 'ready'; readonly port: number; readonly connection: string }
  | { readonly type: 'held' | 'ended'; readonly call: string }
  | { readonly type: 'dump'; readonly journal: readonly Journaled[]; readonly calls: readonly CallRecord[] }

/** Numbers of people whose calls stop at journal entry `last`. */
export function farNumber(direction: 'inbound' | 'outbound', last: number): string {
  return `+1555${direction === 'inbound' ? '01' : '02'}00${String(last).padStart(3, '0')}`
}

export function stopAt(far: string): number | undefined {
  const last = /^\+15550[12]00(\d{3})$/.exec(far)?.[1]
  return last === undefined ? undefined : Number(last)
}

/** Where a call to `far` is transferred. */
export function transferNumber(far: string): string {
  return far.replace('+1555', '+1556')
}
