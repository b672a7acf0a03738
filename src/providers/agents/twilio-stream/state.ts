/** What is remembered of a stream between two messages. */
import type { Draft as AnyDraft } from '../../../protocols/agent/wire.ts'
import type { Brief } from '../../../spec/agent.ts'
import type { SocketTarget } from '../../../spec/speech.ts'
import { introduction, type Introduction } from './connect.ts'
import type { Config } from './settings.ts'

export interface State {
  readonly about: Introduction
  /** Messages sent that have a number, and frames of sound among them. */
  sequence: number
  chunk: number
  /** Sound of the caller's that fills no frame yet. */
  rest: Int16Array
  /** Told by the sound that the caller's line sends, ms: there is no other clock here. */
  time: number
  /** The run of sound that the bot is sending; it is over when nothing more of it has come for a while. */
  run: string | undefined
  runs: number
  /** When the last of it came, and when the caller will have heard all of it. */
  cameAt: number
  audibleUntil: number
  /** Markers that were not heard yet. */
  markers: number
  /** Complaints that were told: each once. */
  told: ReadonlySet<string>
}

export type Draft = AnyDraft<State>

export function begin(config: Config, brief: Brief, target: SocketTarget): State {
  return {
    about: introduction(config, brief, target),
    ...{ sequence: 0, chunk: 0, rest: new Int16Array(0), time: 0, run: undefined, runs: 0 },
    ...{ cameAt: 0, audibleUntil: 0, markers: 0, told: new Set<string>() },
  }
}
