/** What a simulator of Plivo's shape knows besides calls: the account, its applications, its numbers. */
import type { Ids } from '../../src/lib/ids.ts'
import type { SimulatedCall } from '../carrier/call.ts'
import type { Redirect } from '../carrier/program.ts'
import type { Reporter } from '../carrier/webhook.ts'
import type { AnsweredBy, World } from '../carrier/world.ts'
import type { Kind } from './kind.ts'

/** Where the calls of its numbers go. */
export interface Application {
  readonly id: string
  name: string
  answerUrl: string
  answerMethod: string
  hangupUrl: string
  hangupMethod: string
  fallbackUrl: string
}

export interface OwnedNumber {
  /** Digits alone. */
  readonly number: string
  application: string
}

export interface PlivoAccount {
  readonly authId: string
  readonly authToken: string
  readonly applications: Map<string, Application>
  readonly numbers: OwnedNumber[]
}

export interface Target {
  readonly url: string
  readonly method: string
}

/** A document to run: fetched from `target`, with fields besides the usual ones. */
export interface Page {
  readonly target: Target
  readonly fallback?: Target
  readonly fields?: Readonly<Record<string, string>>
}

export interface PlivoFacts {
  readonly plivo: PlivoWorld
  readonly reporter: Reporter
  /** Of outbound calls: the id that the REST reply named. */
  readonly requestId: string | undefined
  readonly hangupTarget: Target | undefined
  readonly ringTarget: Target | undefined
  answeredBy: AnsweredBy | undefined
  /** Of outbound calls: settles when a machine's greeting is over. */
  greeted: Promise<void> | undefined
  redirect: Redirect<Page>
  /** Why it ended, where more is known than its status. */
  hangupCode: number | undefined
}

export type PlivoCall = SimulatedCall<PlivoFacts>

export interface PlivoWorld extends World<PlivoFacts> {
  readonly kind: Kind
  readonly account: PlivoAccount
}

export function uuid(ids: Ids): string {
  const hex = Buffer.from(ids.token(16), 'base64url').toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

/** Seventeen digits, as applications have. */
export function longNumber(ids: Ids): string {
  const bytes = Buffer.from(ids.token(12), 'base64url')
  return (BigInt(`0x${bytes.toString('hex')}`) % 90_000_000_000_000_000n).toString().padStart(17, '1')
}

export function digitsOf(number: string): string {
  return number.startsWith('sip') ? number : number.replaceAll(/[^0-9]/g, '')
}
