/** What an event holds, and `client_state`: a text of ours that Telnyx returns in every event of a leg, and in the start of its stream. */

import { inner, isFields, type Fields } from '../../../protocols/json-media/fields.ts'

/** The event and its payload; both empty when the body is none of Telnyx's. */
export function eventIn(request: { readonly json: unknown }): { readonly data: Fields; readonly payload: Fields } {
  const data = isFields(request.json) ? inner(request.json, 'data') : {}
  return { data, payload: inner(data, 'payload') }
}

/** `call_1 PCMU` on our leg, `call_1 transfer` on the leg that a transfer dials. */
export interface ClientState {
  readonly call: string
  /** The codec asked for, with `-be` behind L16 in network byte order; or `transfer`, or `message` while one is spoken. */
  readonly about: string
}

/** Must be base64, or the command is refused. */
export function writeState({ call, about }: ClientState): string {
  return Buffer.from(`${call} ${about}`).toString('base64')
}

export function readState(written: unknown): ClientState | undefined {
  if (typeof written !== 'string') return undefined
  const [, call, about] = /^(\w{1,60}) ([\w-]{1,20})$/.exec(Buffer.from(written, 'base64').toString()) ?? []
  return call !== undefined && about !== undefined ? { call, about } : undefined
}
