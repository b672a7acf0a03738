/** Wherein carriers of Plivo's shape differ: how they sign, what their XML and media messages hold, how they word errors. */
import type { Rules } from '../carrier/markup.ts'
import type { RestReply, Routed } from '../carrier/rest.ts'
import type { PlivoWorld } from './world.ts'

export interface Kind {
  readonly name: string
  /** In front of the account's id in REST paths. */
  readonly base: string
  readonly userAgent: string
  readonly rules: Rules
  /** Headers that prove where a request comes from. `fields` are those of a form body. */
  sign(
    plivo: PlivoWorld,
    method: string,
    url: string,
    fields: ReadonlyMap<string, string>,
  ): Readonly<Record<string, string>>
  authenticated(plivo: PlivoWorld, request: Routed): boolean
  /** A number as webhooks tell it. */
  number(number: string): string
  refuse(plivo: PlivoWorld, status: number, message: string): RestReply
  /** REST paths that are not only read end with a slash, or are unknown. */
  readonly strictSlash: boolean
  /** The reply to a dial. */
  readonly dialled: { readonly status: number; readonly message: string }
  /** Resources besides calls and applications. `path` is below the account. */
  resource(plivo: PlivoWorld, request: Routed, path: readonly string[]): RestReply | undefined
  readonly media: MediaKind
  /** Detection reports people as well as machines. */
  readonly tellsPeople: boolean
  /** The word for who ended a call that the carrier itself ended. */
  readonly own: string
}

export interface MediaKind {
  /** What the start message says of the account. */
  account(plivo: PlivoWorld): string
  /** As `extra_headers` come in messages. */
  extraHeaders(given: string): string
  /** What is played need not be in the encoding of the stream. */
  readonly anyFormat: boolean
  /** Acknowledgements and keys carry sequence numbers and the stream's id. */
  readonly wordy: boolean
  /** Clearing takes this long; sound that comes meanwhile is lost, ms. */
  readonly clearingMs: number
  /** Keys and the end of the stream, ordered by the application on the socket. */
  readonly takes: readonly ('sendDTMF' | 'stop')[]
  /** Sockets that could not be opened are tried again so often. */
  readonly retries: number
  readonly bufferMs: number
}
