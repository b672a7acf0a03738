/** What one Telnyx simulator knows besides calls: its account, its application, its numbers. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { Ids } from '../../src/lib/ids.ts'
import type { SimulatedCall } from '../carrier/call.ts'
import type { Reporter } from '../carrier/webhook.ts'
import type { World } from '../carrier/world.ts'
import type { CodecName } from './frames.ts'

/** A Call Control Application: where the webhooks of all its numbers go. */
export interface Application {
  readonly id: string
  name: string
  webhookUrl: string
  failoverUrl: string
  timeoutSecs: number
  costInWebhooks: boolean
}

export interface OwnedNumber {
  readonly id: string
  readonly number: string
  connection: string
}

export interface TelnyxAccount {
  readonly apiKey: string
  readonly userId: string
  /** Signs the webhooks. */
  readonly key: KeyObject
  readonly application: Application
  readonly numbers: OwnedNumber[]
}

export interface TelnyxFacts {
  readonly telnyx: TelnyxWorld
  readonly legId: string
  readonly sessionId: string
  readonly reporter: Reporter
  /** Commands that were carried out: asked again within a minute they change nothing. */
  readonly commands: Map<string, number>
  clientState: string | undefined
  /** Webhooks of this call go here instead of the application's address. */
  webhookUrl: string | undefined
  /** Ends what is being played. */
  playing: { readonly type: 'playback' | 'speak'; readonly control: AbortController } | undefined
  /** What is played goes one after the other. */
  sounds: Promise<void>
  /** Detection has not told who answered. */
  detecting: boolean
}

export type TelnyxCall = SimulatedCall<TelnyxFacts>

export interface TelnyxWorld extends World<TelnyxFacts> {
  readonly account: TelnyxAccount
  /** The codec of the telephone's leg: PCMA on many European ones. */
  readonly legCodec: CodecName
  /** A parked call that gets no command is dropped after this, ms. */
  readonly firstCommandMs: number
}

export function uuid(ids: Ids): string {
  const hex = Buffer.from(ids.token(16), 'base64url').toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** PKCS8 of a raw Ed25519 seed (RFC 8410). */
const seedHead = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The account's signing key, always the same for one API key. */
export function signingKey(apiKey: string): KeyObject {
  const seed = createHash('sha256').update(`webhooks ${apiKey}`).digest()
  return createPrivateKey({ key: Buffer.concat([seedHead, seed]), format: 'der', type: 'pkcs8' })
}

/** As the portal shows it: base64 of the raw 32 bytes. */
export function publicKeyOf(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
}
