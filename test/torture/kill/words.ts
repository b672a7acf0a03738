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
  /** Connections with one line each, where more calls wait in a queue; a call over each stands still at a point on its way. */
  readonly queues?: readonly Queue[]
  /** What it shares with its peer. */
  readonly peer?: { readonly redisUrl: string; readonly secretKey: string }
}

/**
 * Where a queued call stands still: between what is kept of it (its job, its record, its first event), and between its release,
 * its dial and the carrier's word on that (`taken`).
 */
export const holdPoints = ['job', 'record', 'call.queued', 'call.released', 'command.requested', 'taken'] as const
export type HoldPoint = (typeof holdPoints)[number]

/** A connection of an account of its own. */
export interface Queue {
  readonly point: HoldPoint
  readonly accountSid: string
  readonly authToken: string
  readonly number: string
}

/** Somebody called over queue `queue`: number 0 is held, the others wait behind them. */
export function queuedNumber(queue: number, place: number): string {
  return `+1555040${queue}00${place}`
}

export type ToNode =
  /** Over the connection of a queue, or over the usual one. */
  | { readonly type: 'dial'; readonly to: string; readonly queue?: number }
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
