/** What a Cloudonix simulator knows besides calls: the domain, its keys, its applications and numbers. */
import type { Ids } from '../../src/lib/ids.ts'
import type { SimulatedCall } from '../carrier/call.ts'
import type { Redirect } from '../carrier/program.ts'
import type { Reporter } from '../carrier/webhook.ts'
import type { World } from '../carrier/world.ts'

export interface Application {
  readonly id: number
  readonly name: string
  url: string
  method: string
}

export interface Number {
  readonly id: number
  readonly source: string
  application: string
}

export interface CloudonixAccount {
  readonly domain: string
  readonly domainId: string
  readonly apiKey: string
  /** The domain's `authorization-api-key`: sent with every request. */
  requestsKey: string
  /** Where records of ended calls go, if anywhere. */
  cdrEndpoint: string
  readonly applications: Map<string, Application>
  readonly numbers: Number[]
}

/** A document to run. */
export type Page =
  | { readonly type: 'cxml'; readonly text: string }
  | {
      readonly type: 'fetch'
      readonly url: string
      readonly method: string
      readonly fields?: Readonly<Record<string, string>>
    }

export interface CloudonixFacts {
  readonly cloudonix: CloudonixWorld
  /** The id on the media socket and in documents; REST knows the session's token alone. */
  readonly callSid: string
  readonly callback: string | undefined
  readonly reporter: Reporter
  readonly id: number
  profile: Readonly<Record<string, unknown>>
  redirect: Redirect<Page>
}

/** `ref` is the session's token. */
export type CloudonixCall = SimulatedCall<CloudonixFacts>

export interface CloudonixWorld extends World<CloudonixFacts> {
  readonly account: CloudonixAccount
  /** The next numeric id. */
  nextId: number
}

export function hex(ids: Ids, bytes = 16): string {
  return Buffer.from(ids.token(bytes), 'base64url').toString('hex')
}
