/** What an Exotel simulator knows besides calls: the account, its flow, its ExoPhones. */
import type { Ids } from '../../src/lib/ids.ts'
import type { SimulatedCall } from '../carrier/call.ts'
import type { Reporter } from '../carrier/webhook.ts'
import type { World } from '../carrier/world.ts'

export interface ExotelAccount {
  readonly sid: string
  readonly apiKey: string
  readonly apiToken: string
  /** What the flow's applets put into the addresses they ask; Exotel itself knows no secret. */
  readonly webhookSecret: string
  readonly flowId: string
  /** The Voicebot applet's URL. */
  appletUrl: string
  readonly numbers: { readonly sid: string; readonly number: string; voiceUrl: string }[]
}

export interface Callback {
  readonly url: string
  readonly events: ReadonlySet<string>
  readonly json: boolean
}

export interface ExotelFacts {
  readonly exotel: ExotelWorld
  readonly reporter: Reporter
  readonly callback: Callback | undefined
  readonly customField: string
}

export type ExotelCall = SimulatedCall<ExotelFacts>

export interface ExotelWorld extends World<ExotelFacts> {
  readonly account: ExotelAccount
  /** How long it rings where the order does not say. */
  readonly ringMs: number
}

export function hex(ids: Ids): string {
  return Buffer.from(ids.token(16), 'base64url').toString('hex')
}

/** `YYYY-MM-DD HH:mm:ss` in the region's time (IST), without saying so. */
export function localTime(time: number | undefined): string | null {
  if (time === undefined) return null
  return new Date(time + 19_800_000).toISOString().slice(0, 19).replace('T', ' ')
}
