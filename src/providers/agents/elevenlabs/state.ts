/** What is remembered of a conversation between two messages. */
import type { PlainFormat } from '../../../media/codecs/base64.ts'
import type { Draft as AnyDraft } from '../../../protocols/agent/wire.ts'
import type { Brief } from '../../../spec/agent.ts'
import { formatOf } from './connect.ts'
import type { Config } from './settings.ts'

/** The agent's present reply. Nobody says when it is over: it is when nothing more of it has come for a while. */
export interface Reply {
  readonly id: string
  /** Its words were told whole, in parts, or not at all so far. */
  readonly words: 'none' | 'parts' | 'whole'
  readonly sounded: boolean
  /** When the last of it came. */
  readonly since: number
}

export interface Stopped {
  /** When the last of it came. */
  readonly since: number
  /** Its words are still to come. */
  readonly words: boolean
}

export interface State {
  readonly config: Config
  readonly brief: Brief
  ready: boolean
  hears: PlainFormat
  speaks: PlainFormat
  /** Told by the sound that the caller's line sends, ms: there is no other clock here. */
  time: number
  replies: number
  reply: Reply | undefined
  /** When the caller has heard all that was sent, at the earliest. */
  audibleUntil: number
  /** Sound of events below this one is of a turn that was interrupted. */
  from: number
  /** The vendor said so: the order that comes of it is no order of ours. */
  interrupted: boolean
  /** We stopped it: the rest of its turn is dropped until nothing of it has come for a while. */
  stopped: Stopped | undefined
  /** Words of ours went in the caller's name: what they interrupt, the caller did not. */
  wrote: boolean
  speaking: boolean
  /** The caller waits for a reply to what was said in another conversation. */
  due: boolean
  /** Tool calls without a result. */
  open: ReadonlySet<string>
}

export type Draft = AnyDraft<State>

export function begin(config: Config, brief: Brief): State {
  return {
    ...{ config, brief, ready: false, hears: usual(config.hears), speaks: usual(config.speaks) },
    ...{ time: 0, replies: 0, reply: undefined, audibleUntil: 0, from: 0, interrupted: false },
    ...{ stopped: undefined, wrote: false, speaking: false, due: brief.due ?? false, open: new Set<string>() },
  }
}

/** Names that the settings allow are formats that we speak. */
export function usual(name: Config['hears']): PlainFormat {
  return formatOf(name) ?? { encoding: 'pcmu', rate: 8000 }
}
