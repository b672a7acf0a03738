/** What is remembered of a session between two messages. */
import type { PlainFormat } from '../../../media/codecs/base64.ts'
import type { Draft as AnyDraft } from '../../../protocols/agent/wire.ts'
import type { Brief } from '../../../spec/agent.ts'
import type { Config } from './settings.ts'

export interface State {
  readonly config: Config
  readonly brief: Brief
  ready: boolean
  format: PlainFormat
  /** Told by the sound that the caller's line sends, ms: there is no other clock here. */
  time: number
  sent: number
  replies: number
  /** The agent is speaking: the reply's id, and silence since its last sound. */
  reply: { readonly id: string; readonly quiet: number; readonly since: number } | undefined
  /** Words of the agent's whose sound has not come. */
  ahead: string
  /** We stopped it: what it says is dropped until it pauses. */
  stopped: { readonly quiet: number; readonly since: number } | undefined
  /** What the caller said since the agent last began to speak. */
  heard: string
  /** Tool calls without a result. */
  open: ReadonlySet<string>
  /** Seconds of the session that were told as used. */
  seconds: number
}

export type Draft = AnyDraft<State>

export function begin(config: Config, brief: Brief, format: PlainFormat): State {
  return {
    ...{ config, brief, ready: false, format, time: 0, sent: 0, replies: 0, reply: undefined, ahead: '' },
    ...{ stopped: undefined, heard: '', open: new Set<string>(), seconds: 0 },
  }
}

export function send(draft: Draft, message: object): void {
  draft.send({ event_id: `offhook_${++draft.state.sent}`, ...message })
}
