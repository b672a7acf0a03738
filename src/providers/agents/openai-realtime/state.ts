/** What is remembered of a session between two messages. */
import type { PlainFormat } from '../../../media/codecs/base64.ts'
import type { Draft as AnyDraft } from '../../../protocols/agent/wire.ts'
import type { Brief } from '../../../spec/agent.ts'
import type { Config } from './settings.ts'

/** A response wanted of the model: words to be said as they are, an answer to the caller, or what follows a tool. */
export type Wanted =
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'answer' }
  | { readonly type: 'continue' }

/** The response that is asked for or in the making: there is one at a time. */
export interface Active {
  readonly id?: string
  /** Ours; the server answers callers by itself, too. */
  readonly asked?: { readonly event: string; readonly wanted: Wanted }
  /** It was called off: what still comes of it is nobody's. */
  readonly dropped: boolean
  readonly sounded: boolean
}

/** A reply's sound, item by item, as far as it came. */
export interface Spoken {
  readonly id: string
  readonly items: readonly { readonly id: string; readonly part: number; readonly sentMs: number }[]
}

/** A turn of the caller's whose words are being written down. */
export interface Written {
  readonly item: string
  readonly text: string
  readonly done: boolean
}

export interface State {
  readonly config: Config
  readonly brief: Brief
  /** Messages of ours, counted: they are named after what they do, so that errors are understood. */
  sent: number
  ready: boolean
  hears: PlainFormat
  speaks: PlainFormat
  active: Active | undefined
  waiting: readonly Wanted[]
  spoken: readonly Spoken[]
  /** Function calls by item: what they are called. */
  announced: Readonly<Record<string, { readonly call: string; readonly name: string }>>
  /** Calls that have no result yet, and all there were. */
  open: ReadonlySet<string>
  called: ReadonlySet<string>
  written: readonly Written[]
  /** The caller speaks, by the server's detector or ours. */
  speaking: boolean
  /** Our turns: the last of the sound that was not sent. */
  past: readonly Int16Array[]
  pastMs: number
}

export type Draft = AnyDraft<State>

export function begin(config: Config, brief: Brief, format: PlainFormat): State {
  return {
    ...{ config, brief, sent: 0, ready: false, hears: format, speaks: format, active: undefined },
    ...{ waiting: [], spoken: [], announced: {}, open: new Set<string>(), called: new Set<string>(), written: [] },
    ...{ speaking: false, past: [], pastMs: 0 },
  }
}

/** Sends with an id that says what the message was for; returns the id. */
export function send(draft: Draft, purpose: string, message: object): string {
  const id = `${purpose}_${++draft.state.sent}`
  draft.send({ event_id: id, ...message })
  return id
}
