/** A call as a value: one carrier leg, its life so far, and what may be asked of it. */

/** One vocabulary for every carrier; the raw reason is kept beside it. */
export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled'

export type Direction = 'inbound' | 'outbound'

export type MachineResult = 'human' | 'machine' | 'fax' | 'unknown'

export type Variables = Readonly<Record<string, string | number | boolean | null>>

export type EndReason =
  | 'caller-hangup'
  | 'agent-hangup'
  | 'api-hangup'
  | 'transferred'
  | 'voicemail-left'
  | 'idle'
  | 'max-duration'
  | 'ring-timeout'
  | 'media-lost'
  | 'media-never-opened'
  | 'agent-failed'
  | 'carrier-failed'
  | 'rejected'
  | 'busy'
  | 'no-answer'
  | 'canceled'
  | 'shutdown'
  | 'completed'

/** Fixed when the call is made. Times in ms. */
export interface CallPlan {
  readonly id: string
  readonly organization: string
  readonly direction: Direction
  /** Carrier provider's name. */
  readonly carrier: string
  /** Connection id. */
  readonly connection: string
  /** As the carrier wrote it; E.164 with plus where it is a number. */
  readonly from: string
  readonly to: string
  /** Agent id. */
  readonly agent: string
  /** Reach the agent (prompts, tools) and every event. */
  readonly variables: Variables
  /** The user's own; passed through untouched. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly ringTimeout: number
  readonly maxDuration: number
  /** How long the media may take to open once there is a call. Default: as for any carrier. */
  readonly mediaTimeout?: number
  readonly machineDetection: boolean
  readonly voicemailMessage?: string
  readonly record: boolean
  readonly createdAt: number
}

/** What a carrier, a person, an agent or the API may ask of a call. */
export type CallCommand =
  | { readonly type: 'answer' }
  | { readonly type: 'reject'; readonly reason: 'busy' | 'rejected' }
  | { readonly type: 'dial' }
  | { readonly type: 'hangup'; readonly reason?: EndReason }
  | { readonly type: 'send-digits'; readonly digits: string }
  | { readonly type: 'transfer'; readonly to: string; readonly timeoutSeconds?: number }
  | { readonly type: 'leave-message'; readonly text: string }
  | { readonly type: 'record'; readonly action: 'start' | 'stop' | 'pause' | 'resume'; readonly recording?: string }

/**
 * What the engine does itself, whatever the carrier: it plays into the call, in the agent's voice or a sound of the user's.
 * `interrupt`: the agent stops for it; else it waits until the agent has said what it is saying.
 */
export type EngineCommand =
  | { readonly type: 'play'; readonly text: string; readonly interrupt?: boolean }
  | { readonly type: 'play'; readonly durationMs: number; readonly url?: string; readonly interrupt?: boolean }

export type AnyCommand = CallCommand | EngineCommand

export type CommandType = CallCommand['type']

/** Who it was, of those that may use the API: kept in the journal beside the origin `api`. */
export interface Actor {
  /** code: signed in with the code from the terminal. */
  readonly kind: 'key' | 'user' | 'code'
  readonly id: string
  readonly name: string
}

/** Who asked; kept in the journal. */
export type Origin = 'caller' | 'agent' | 'api' | 'engine' | 'carrier'
