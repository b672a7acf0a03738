/** What one Twilio simulator knows: accounts, calls, recordings, faults, and what went wrong so far. */
import type { Clock } from '../../src/lib/clock.ts'
import type { Ids } from '../../src/lib/ids.ts'
import type { Scope } from '../../src/lib/scope.ts'
import type { Phone } from '../phone/phone.ts'
import type { Sound } from '../sound/frames.ts'
import type { Wire } from '../wire.ts'
import type { SimulatedCall } from './call.ts'
import type { Faults } from './faults.ts'
import type { Recording } from './recording.ts'

export interface PhoneNumber {
  readonly sid: string
  readonly phoneNumber: string
  readonly created: number
  updated: number
  friendlyName: string
  voiceUrl: string
  voiceMethod: string
  voiceFallbackUrl: string
  voiceFallbackMethod: string
  statusCallback: string
  statusCallbackMethod: string
  voiceApplicationSid: string
  trunkSid: string
}

export interface Application {
  readonly sid: string
  readonly voiceUrl: string
  readonly voiceMethod: string
  readonly voiceFallbackUrl: string
  readonly statusCallback: string
}

export interface Account {
  readonly sid: string
  readonly authToken: string
  /** API key SID → secret. */
  readonly keys: ReadonlyMap<string, string>
  readonly created: number
  readonly numbers: PhoneNumber[]
  readonly applications: readonly Application[]
}

/** An entry of Twilio's debugger. */
export interface Alert {
  readonly at: number
  readonly code: number
  readonly message: string
  readonly call?: string
  readonly url?: string
}

/** One message between Twilio and the gateway. Credentials of REST requests are not in it. */
export interface WireEntry {
  readonly at: number
  readonly from: 'twilio' | 'gateway'
  readonly kind: 'webhook' | 'reply' | 'rest' | 'socket'
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
  /** Refuse unknown REST parameters and all TwiML Twilio only warns about. */
  readonly strict: boolean
  /** Base of the URLs Twilio tells others, such as RecordingUrl. */
  readonly publicUrl: () => string
  /** Ringing goes on this long after `Timeout`, ms (Twilio: about 5 s). */
  readonly ringGraceMs: number
  /** A call is rated this long after its end, ms. */
  readonly priceAfterMs: number
  /** New outbound calls a second; more wait in the queue. Infinity: no limit. */
  readonly callsPerSecond: number
  readonly keepWire: 'all' | 'without-media' | 'none'
  /** Renders `<Say>`: 8 kHz. Absent: a tone, longer for longer text. */
  readonly speak: ((text: string) => Promise<Int16Array>) | undefined
  readonly onWire: ((entry: WireEntry) => void) | undefined
  readonly onMedia: ((media: MediaSeen) => void) | undefined
}

/** A media message as it passes the simulator's end of the socket. */
export interface MediaSeen {
  readonly call: SimulatedCall
  readonly direction: 'sent' | 'received'
  readonly bytes: Uint8Array
  /** The clock's `monotonic`. */
  readonly at: number
}

export interface World extends Settings {
  readonly clock: Clock
  readonly ids: Ids
  readonly scope: Scope
  readonly wire: Wire
  readonly faults: Faults
  readonly accounts: ReadonlyMap<string, Account>
  readonly calls: Map<string, SimulatedCall>
  readonly recordings: Map<string, Recording>
  readonly alerts: Alert[]
  readonly log: WireEntry[]
  /** When the queue lets the next call out, on the monotonic scale. */
  nextDial: number
  dial(call: SimulatedCall): Promise<DialBehaviour> | DialBehaviour
  /** Told of every new call. */
  placed(call: SimulatedCall): void
  /** Work that goes on by itself: its failure becomes an alert, and closing waits for it. */
  background(task: Promise<unknown>): void
}

/** A Twilio id: two letters and 32 hexadecimal digits. */
export function newSid(ids: Ids, prefix: string): string {
  return prefix + Buffer.from(ids.token(16), 'base64url').toString('hex')
}

export function raise(world: World, alert: Omit<Alert, 'at'>): void {
  world.alerts.push({ at: world.clock.now(), ...alert })
}

const wireLimit = 100_000

/** Notes a message; the log forgets its oldest tenth when full. */
export function note(world: World, entry: Omit<WireEntry, 'at'>, call?: SimulatedCall): void {
  if (world.keepWire === 'none' && !world.onWire) return
  const full = { at: world.clock.now(), ...entry, ...(call ? { call: call.sid } : {}) }
  world.onWire?.(full)
  if (world.keepWire === 'none') return
  for (const log of call ? [world.log, call.wire] : [world.log]) {
    if (log.length >= wireLimit) log.splice(0, wireLimit / 10)
    log.push(full)
  }
}
