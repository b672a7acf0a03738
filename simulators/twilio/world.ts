/** What one Twilio simulator knows besides calls: its accounts and their numbers. */
import type { Ids } from '../../src/lib/ids.ts'
import type { World } from '../carrier/world.ts'
import type { TwilioFacts } from './facts.ts'

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

export interface TwilioWorld extends World<TwilioFacts> {
  /** Refuse unknown REST parameters and all TwiML Twilio only warns about. */
  readonly strict: boolean
  readonly accounts: ReadonlyMap<string, Account>
}

/** A Twilio id: two letters and 32 hexadecimal digits. */
export function newSid(ids: Ids, prefix: string): string {
  return prefix + Buffer.from(ids.token(16), 'base64url').toString('hex')
}
