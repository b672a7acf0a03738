/** What the load asks of the gateway's process, and what it answers. One question at a time. */
import type { Stalls } from './loop.ts'

export type Question =
  /** The carrier's side listens at `apiBase`; calls to `number` reach the agent. */
  | {
      readonly type: 'start'
      readonly agent: 'echo' | '24k' | 'talker' | 'pipeline'
      /** Where the pipeline's vendors listen. */
      readonly vendors?: string
      readonly record: boolean
      readonly dataDir: string
      /** A PostgreSQL server; without it everything is embedded, in memory. */
      readonly databaseUrl?: string
      /** The provider's name, and the settings of its connection. */
      readonly carrier: string
      readonly settings: Readonly<Record<string, unknown>>
      readonly apiBase: string
      readonly number: string
    }
  | { readonly type: 'usage' }
  | { readonly type: 'memory' }
  | { readonly type: 'stop' }

export interface Ready {
  /** Where webhooks go. */
  readonly url: string
  readonly connection: string
  /** For the API. */
  readonly key: string
  /** Of the voice-activity detector, ms. */
  readonly windowMs: number
}

/** Counted since the start of the process; subtract two of them. */
export interface Usage {
  /** User and system time of the process with all its threads, µs. */
  readonly cpu: number
  /** Times the process had to give its core to somebody else. */
  readonly preempted: number
  readonly framesSent: number
  readonly lateFrames: number
  /** Calls whose media are open. */
  readonly calls: number
  /** Since this was last asked. */
  readonly stalls: Stalls
  /** Only of the talker: frames of callers that reached the agent, and that did not. */
  readonly heard: number
  readonly missed: number
  /** Only of the talker. */
  readonly decisions: readonly Decision[]
}

/** The detector decided that a caller speaks. */
export interface Decision {
  readonly call: number
  /** The last frame the agent had heard by then. */
  readonly frame: number
  /** How long ago the speech began, as the detector says, ms. */
  readonly agoMs: number
}

export interface Memory {
  /** Resident set after a full collection, bytes. */
  readonly rss: number
  /** What JavaScript holds of it: objects, and the bytes of buffers. */
  readonly heap: number
}

export interface Answers {
  readonly start: Ready
  readonly usage: Usage
  readonly memory: Memory
  readonly stop: undefined
}

export type Answer = { readonly value: Answers[Question['type']] } | { readonly failed: string }
