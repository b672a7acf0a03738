/** What a Vonage simulator knows besides calls: the account, its application, its numbers. */
import type { KeyObject } from 'node:crypto'
import type { Ids } from '../../src/lib/ids.ts'
import type { SimulatedCall } from '../carrier/call.ts'
import type { Redirect } from '../carrier/program.ts'
import type { Reporter } from '../carrier/webhook.ts'
import type { World } from '../carrier/world.ts'
import type { Ncco } from './ncco.ts'

export interface Target {
  readonly url: string
  readonly method: string
}

export interface Application {
  readonly id: string
  name: string
  /** The whole object as it was put; `targetsOf` reads it. */
  body: Readonly<Record<string, unknown>>
}

export interface VonageAccount {
  readonly apiKey: string
  readonly apiSecret: string
  readonly signatureSecret: string
  /** Verifies the application's tokens. */
  readonly publicKey: KeyObject
  readonly application: Application
  /** Digits → whether the number is linked to the application. */
  readonly numbers: Map<string, { linked: boolean }>
}

/** What to do next: a list of actions, or where to fetch one. */
export type Page = { readonly type: 'ncco'; readonly ncco: Ncco } | { readonly type: 'fetch'; readonly target: Target }

export interface VonageFacts {
  readonly vonage: VonageWorld
  /** Legs of one conversation share it. */
  readonly conversation: string
  readonly reporter: Reporter
  readonly events: Target | undefined
  /** Its end is told by the action that dialled it, since the answer to that counts. */
  readonly endAsked: boolean
  redirect: Redirect<Page>
  /** Ends what is said or played by REST. */
  playing: AbortController | undefined
}

export type VonageCall = SimulatedCall<VonageFacts>

export interface VonageWorld extends World<VonageFacts> {
  readonly account: VonageAccount
}

export function uuid(ids: Ids): string {
  const hex = Buffer.from(ids.token(16), 'base64url').toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export function digitsOf(number: string): string {
  return number.replaceAll(/[^0-9]/g, '')
}

/** Where the application's calls are answered, and where their events go. */
export function targetsOf({ body }: Application): { readonly answer: Target; readonly events: Target } {
  const { webhooks } = (body as { capabilities?: { voice?: { webhooks?: Webhooks } } }).capabilities?.voice ?? {} // an object of the API, as it was put
  const target = (given: Webhook | undefined, usual: string) => ({
    url: given?.address ?? '',
    method: given?.http_method ?? usual,
  })
  return { answer: target(webhooks?.answer_url, 'GET'), events: target(webhooks?.event_url, 'POST') }
}

interface Webhook {
  readonly address?: string
  readonly http_method?: string
}

interface Webhooks {
  readonly answer_url?: Webhook
  readonly event_url?: Webhook
}
