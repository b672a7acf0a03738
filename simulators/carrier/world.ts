/** What every simulated carrier has: a clock, a network, calls and recordings, faults, and a book of what passed and went wrong. */
import type { Clock } from '../../src/lib/clock.ts'
import type { Ids } from '../../src/lib/ids.ts'
import type { Scope } from '../../src/lib/scope.ts'
import type { Phone } from '../phone/phone.ts'
import type { Sound } from '../sound/frames.ts'
import type { Wire } from '../wire.ts'
import type { SimulatedCall } from './call.ts'
import type { Faults } from './faults.ts'
import type { Recording } from './recording.ts'

/** Something the carrier would complain about to its customer. */
export interface Alert {
  readonly at: number
  /** The carrier's own number for it, where it has one. */
  readonly code: number
  readonly message: string
  readonly call?: string
  readonly url?: string
}

/** One message between the carrier and the gateway. Credentials of REST requests are not in it. */
export interface WireEntry {
  readonly at: number
  readonly from: 'carrier' | 'gateway'
  readonly kind: 'webhook' | 'reply' | 'rest' | 'socket' | 'sip'
  readonly text: string
  readonly call?: string
}

/** What a called person or machine does. */
export type DialBehaviour =
  | { readonly type: 'answer'; readonly phone: Phone; readonly afterMs?: number; readonly detection?: Detection }
  /** An answering machine: says its greeting, beeps unless told not to, then records what it hears. */
  | {
      readonly type: 'machine'
      readonly greeting: Sound
      readonly beep?: boolean
      readonly afterMs?: number
      readonly detection?: Detection
    }
  | { readonly type: 'busy' | 'reject' | 'unreachable'; readonly afterMs?: number }
  /** Rings until the caller gives up. */
  | { readonly type: 'no-answer' }

/** What machine detection finds, where it should differ from the truth. */
export interface Detection {
  readonly answeredBy?: AnsweredBy
  readonly afterMs?: number
}

export type AnsweredBy =
  | 'human'
  | 'fax'
  | 'unknown'
  | 'machine_start'
  | 'machine_end_beep'
  | 'machine_end_silence'
  | 'machine_end_other'

export interface Settings {
  /** Base of the URLs the carrier tells others, such as those of recordings. */
  readonly publicUrl: () => string
  /** Ringing goes on this long after the time asked for, ms (Twilio: about 5 s). */
  readonly ringGraceMs: number
  /** A call is rated this long after its end, ms. */
  readonly priceAfterMs: number
  /** New outbound calls a second; more wait in the queue. Infinity: no limit. */
  readonly callsPerSecond: number
  readonly keepWire: 'all' | 'without-media' | 'none'
  /** So many ended calls are remembered, with their recordings; older ones are forgotten. */
  readonly keepCalls: number
  /** Renders what the carrier's own voice says: 8 kHz. Absent: a tone, longer for longer text. */
  readonly speak: ((text: string) => Promise<Int16Array>) | undefined
  readonly onWire: ((entry: WireEntry) => void) | undefined
  readonly onMedia: ((media: MediaSeen) => void) | undefined
}

/** A media message as it passes the simulator's end of the socket: telephone sound (µ-law, 8 kHz). */
export interface MediaSeen {
  readonly call: SimulatedCall
  readonly direction: 'sent' | 'received'
  readonly bytes: Uint8Array
  /** The clock's `monotonic`. */
  readonly at: number
}

/** `F`: what this carrier knows of its calls besides. */
export interface World<F = unknown> extends Settings {
  readonly clock: Clock
  readonly ids: Ids
  readonly scope: Scope
  readonly wire: Wire
  readonly faults: Faults
  readonly calls: Map<string, SimulatedCall<F>>
  readonly recordings: Map<string, Recording<F>>
  readonly alerts: Alert[]
  readonly log: WireEntry[]
  /** Ended calls, oldest first. */
  readonly past: string[]
  /** When the queue lets the next call out, on the monotonic scale. */
  nextDial: number
  dial(call: SimulatedCall): Promise<DialBehaviour> | DialBehaviour
  /** Told of every new call. */
  placed(call: SimulatedCall): void
  /** Work that goes on by itself: its failure becomes an alert, and closing waits for it. */
  background(task: Promise<unknown>): void
}

export function raise(world: World, alert: Omit<Alert, 'at'>): void {
  world.alerts.push({ at: world.clock.now(), ...alert })
}

/** An alert about a call. */
export function complain(call: SimulatedCall, code: number, message: string, url?: string): void {
  raise(call.world, { code, message, call: call.ref, ...(url ? { url } : {}) })
}

const wireLimit = 100_000

/** Notes a message; the log forgets its oldest tenth when full. */
export function note(world: World, entry: Omit<WireEntry, 'at'>, call?: SimulatedCall): void {
  if (world.keepWire === 'none' && !world.onWire) return
  const full = { at: world.clock.now(), ...entry, ...(call ? { call: call.ref } : {}) }
  world.onWire?.(full)
  if (world.keepWire === 'none') return
  for (const log of call ? [world.log, call.wire] : [world.log]) {
    if (log.length >= wireLimit) log.splice(0, wireLimit / 10)
    log.push(full)
  }
}

/** Called with every call that is over: the oldest beyond `keepCalls` are forgotten. */
export function remember(world: World, call: SimulatedCall): void {
  world.past.push(call.ref)
  while (world.past.length > world.keepCalls) {
    const oldest = world.calls.get(world.past.shift()!)
    if (!oldest) continue // removed by REST meanwhile
    world.calls.delete(oldest.ref)
    for (const { ref } of oldest.recordings) world.recordings.delete(ref)
  }
}
