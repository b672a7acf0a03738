/** What happens to a call, in the past tense. The journal is the list of these; readers (events stream, webhooks, console, metrics) see them as written. */
import type { Used } from './usage.ts'
import type { Actor, AnyCommand, CallStatus, EndReason, MachineResult, Origin } from './call.ts'

export type CallEvent =
  // life
  /** `waiting`: it is not dialled before its turn has come (`call.released`). */
  | { readonly type: 'call.queued'; readonly waiting?: true; readonly by?: Actor }
  /** Its turn has come: the connection has a line free. */
  | { readonly type: 'call.released' }
  /** `streamed`: by its media stream, which somebody else's answer sent here: there is nothing to answer. */
  | { readonly type: 'call.offered'; readonly ref: string; readonly streamed?: true }
  | { readonly type: 'call.dialed'; readonly ref?: string }
  | {
      readonly type: 'call.progressed'
      readonly status: CallStatus
      readonly raw?: string
      readonly sequence?: number
      readonly cause?: string
      readonly ref?: string
    }
  /**
   * The carrier asks for the call to be answered anew: its stream was lost, or a transfer came to nothing. `after` a transfer:
   * the carrier took that one, and how it ended follows.
   */
  | { readonly type: 'call.returned'; readonly after?: 'transfer' }
  /** The caller's side put us on hold: the agent is quiet and deaf until they are back. */
  | { readonly type: 'call.held' }
  | { readonly type: 'call.resumed' }
  | { readonly type: 'call.ended'; readonly status: CallStatus; readonly reason: EndReason; readonly cause?: string }
  /** All that follows the end is done: the agent is closed, its last words and use are told, the carrier was asked for the cost. */
  | { readonly type: 'call.closed' }
  // media
  /** The carrier was told where our media socket is: `hash` of the token in that address, good until `until` (ms since 1970). */
  | { readonly type: 'media.invited'; readonly hash: string; readonly until: number }
  | { readonly type: 'media.opened'; readonly streamRef: string; readonly encoding: string; readonly rate: number }
  | { readonly type: 'media.lost'; readonly cause: string }
  | { readonly type: 'media.closed'; readonly cause?: string }
  /** By the transport (RTCP, ICE). Packets; ms. `lostThere`: of ours, as the caller reports. */
  | {
      readonly type: 'media.measured'
      readonly received: number
      readonly lost: number
      readonly jitter: number
      readonly roundTrip?: number
      readonly lostThere?: number
      /** Packets: too late to be heard; of others than the caller. */
      readonly late?: number
      readonly strangers?: number
      /** As agreed on; the suite of SRTP, where it was encrypted. */
      readonly codec?: string
      readonly encrypted?: string
      /** Mean opinion score, 1–4.5, estimated. */
      readonly score?: number
    }
  // commands: asked, and how they went
  | {
      readonly type: 'command.requested'
      readonly id: string
      readonly command: AnyCommand
      readonly origin: Origin
      readonly by?: Actor
    }
  | {
      readonly type: 'command.accepted'
      readonly id: string
      /** A transfer by a second leg of ours: that call's id. */
      readonly joined?: string
      readonly ref?: string
      readonly recording?: string
      readonly gone?: boolean
    }
  | { readonly type: 'command.failed'; readonly id: string; readonly code: string; readonly message: string }
  /** In doubt after a crash: the carrier may or may not have taken it. Resolved by asking the carrier. */
  | { readonly type: 'command.uncertain'; readonly id: string }
  // detection and side results
  | {
      readonly type: 'machine.detected'
      readonly result: MachineResult
      readonly raw: string
      readonly messageEnded: boolean
    }
  | {
      readonly type: 'recording.changed'
      readonly recording: string
      readonly status: 'in-progress' | 'completed' | 'failed'
      readonly source: 'ours' | 'carrier'
      readonly durationSeconds?: number
    }
  /** The carrier rings the other party: it took the transfer, whatever became of its answer to us. */
  | { readonly type: 'transfer.started'; readonly raw?: string }
  | { readonly type: 'transfer.ended'; readonly result: CallStatus; readonly raw?: string }
  | { readonly type: 'cost.known'; readonly amount: number; readonly currency: string }
  // conversation
  | { readonly type: 'agent.connected'; readonly provider: string }
  | { readonly type: 'agent.failed'; readonly code: string; readonly message: string }
  | { readonly type: 'agent.disconnected' }
  | { readonly type: 'speech.started'; readonly by: 'caller' }
  | { readonly type: 'speech.ended'; readonly by: 'caller'; readonly durationMs: number }
  | { readonly type: 'agent.interrupted'; readonly heardMs: number; readonly text?: string }
  | {
      readonly type: 'message.added'
      readonly message: string
      readonly role: 'caller' | 'agent' | 'tool' | 'system'
      readonly text: string
      readonly interrupted?: boolean
    }
  | { readonly type: 'turn.measured'; readonly turn: number; readonly timings: TurnTimings }
  /** What a part of the agent used since it was last told; sums stand in the call's record. */
  | ({ readonly type: 'usage.counted' } & Used)
  /** A sound of the user's was heard: all of it, or up to where it was cut off. `id`: the command's. */
  | {
      readonly type: 'play.ended'
      readonly id: string
      readonly heardMs: number
      readonly durationMs: number
      readonly interrupted: boolean
    }
  /** The agent was about to say what a rule of its user forbids; the caller heard something else. */
  | {
      readonly type: 'guardrail.hit'
      readonly rule: string
      readonly action: 'replaced' | 'hung-up' | 'transferred'
    }
  | { readonly type: 'digit.received'; readonly digit: string; readonly source: 'carrier' | 'in-band' }
  | { readonly type: 'tool.called'; readonly id: string; readonly name: string; readonly arguments: unknown }
  | {
      readonly type: 'tool.returned'
      readonly id: string
      readonly name: string
      readonly ok: boolean
      readonly result: unknown
    }
  // time
  | { readonly type: 'timer.fired'; readonly timer: CallTimer }

export type CallTimer = 'ring' | 'media' | 'max-duration' | 'media-lost' | 'hangup'

/**
 * One turn on the carrier leg, ms after the caller's speech ended (as our detector dates it, whoever takes the turns). Each
 * follows the one before it, so that their differences add up to the silence that the caller heard. Absent: did not happen.
 */
export interface TurnTimings {
  /** The caller was taken to have finished. */
  readonly endOfTurn?: number
  readonly transcript?: number
  readonly firstToken?: number
  /** The first sound came from the voice, or from the agent as a whole. */
  readonly firstAudio?: number
  /** Its first frame was sent to the carrier. */
  readonly firstSent?: number
  /** What was sent rose above silence: made voices begin with some. */
  readonly firstAudible?: number
}

/** An event as the journal holds it. */
export interface Journaled {
  /** Position in the organization's stream: rises, never reused; the resume cursor. */
  readonly position: number
  readonly organization: string
  readonly call: string
  /** Position within the call, from 1. */
  readonly sequence: number
  /** Wall time, ms. */
  readonly at: number
  readonly event: CallEvent
}
