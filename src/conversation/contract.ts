/** What a conversation is to the rest of the house: two parties, a line and an agent, and what happens between them. */
import type { AudioSource, Playout } from '../spec/audio.ts'
import type { AgentEmit, AgentSession, Brief } from '../spec/agent.ts'
import type { CallStatus } from '../spec/call.ts'
import type { CallEvent } from '../spec/event.ts'
import type { ToolCall } from '../spec/speech.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/log.ts'
import type { VadFactory } from '../media/vad/vad.ts'

/** The caller's end: what they say, and what they hear. */
export interface Line {
  readonly microphone: AudioSource
  readonly speaker: Playout
}

/** Settings of the talk itself; the same for every agent. Times in ms. */
export interface ConversationSettings {
  /** First words, spoken by the agent; `{name}` is filled from variables. Empty: none. */
  readonly greeting?: string
  /** The greeting may be interrupted. */
  readonly greetingInterruptible: boolean
  /** Silence of both sides before the first idle prompt; 0 switches idle handling off. Doubles after each prompt. */
  readonly idleTimeout: number
  /** Spoken in turn; after the last one the call is ended with reason `idle`. */
  readonly idlePrompts: readonly string[]
  /** Spoken when the agent fails for good; then the call ends with reason `agent-failed`. */
  readonly mistakeMessage: string
  /** Then the call is transferred there instead of ended. Empty: it ends. */
  readonly mistakeTransferTo: string
  /** The speaker provider that says it when a speech-to-speech agent is lost. Empty: nobody does. */
  readonly mistakeVoice: string
  /** Spoken when a transfer came to nothing and the caller is back; `{reason}` says why. Empty: nothing is said. */
  readonly transferFailedMessage: string
  /** The caller may talk over the agent. */
  readonly interruptible: boolean
  /** Speech over the agent's sound that stops it; shorter sounds ("mm-hm") let it go on, unless it asked. 0: any speech stops it. */
  readonly bargeInAfter: number
  /** Until then the agent is silent: it goes on where it stopped, or has stopped at once. */
  readonly bargeInPause: boolean
  /** Words that a listener says without wanting the turn. */
  readonly backchannels: readonly string[]
  /** Silence after speech that ends the caller's turn when neither its sound nor its words tell more. */
  readonly endOfTurn: number
  /** The silence that ends a turn which sounds finished, and the one that ends any turn. All three the same: a fixed wait. */
  readonly endOfTurnLeast: number
  readonly endOfTurnMost: number
  /** Keys belong together until none was pressed for so long, or the key `digitEnd` was, or there are `digitLimit` (0: any number). */
  readonly digitTimeout: number
  readonly digitLimit: number
  readonly digitEnd: '#' | '*' | 'none'
  /** Sound of the agent's own that comes back from the line is not taken for the caller. */
  readonly echoGuard: boolean
  /** Longest wait for the agent to be ready, and for a reply to begin, before it counts as failed. */
  readonly agentTimeout: number
  /** So long before the call reaches its longest duration, its end is announced; 0: never. */
  readonly endWarning: number
  /** `caller`: spoken as it is. `agent`: told to the agent, which says it in its own words. */
  readonly endWarningTo: 'caller' | 'agent'
  /** `{seconds}`: what is left. */
  readonly endWarningText: string
}

export const conversationDefaults = {
  greetingInterruptible: true,
  idleTimeout: 10_000,
  idlePrompts: ['Are you still there?', 'I cannot hear you. Please say something, or I will hang up.'],
  mistakeMessage: 'I am sorry, something went wrong on our side. Please call again later.',
  mistakeTransferTo: '',
  mistakeVoice: 'local',
  transferFailedMessage: 'I am sorry, I could not connect you: {reason}. Is there anything else I can do for you?',
  interruptible: true,
  bargeInAfter: 600,
  bargeInPause: true,
  backchannels: [],
  endOfTurn: 500,
  endOfTurnLeast: 300,
  endOfTurnMost: 1_400,
  digitTimeout: 2_000,
  digitLimit: 0,
  digitEnd: '#',
  echoGuard: true,
  agentTimeout: 15_000,
  endWarning: 30_000,
  endWarningTo: 'caller',
  endWarningText: 'I am sorry, this call has to end in {seconds} seconds.',
} as const satisfies ConversationSettings

/** The part of the call's events that a conversation brings about. */
export type ConversationEvent = Extract<
  CallEvent,
  {
    type:
      | 'agent.connected'
      | 'agent.failed'
      | 'agent.disconnected'
      | 'speech.started'
      | 'speech.ended'
      | 'agent.interrupted'
      | 'message.added'
      | 'turn.measured'
      | 'usage.counted'
      | 'play.ended'
      | 'guardrail.hit'
      | 'tool.called'
      | 'tool.returned'
  }
>

export interface ConversationOptions {
  readonly brief: Brief
  readonly provider: string
  /** Which of its models, where it has a choice. */
  readonly model?: string
  /** Opens the agent; called once, at once: it connects while the line is still ringing. */
  readonly open: (emit: AgentEmit) => Promise<AgentSession>
  readonly vad: VadFactory
  readonly settings: ConversationSettings
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly emit: (event: ConversationEvent) => void
  /** Performs a tool the agent asked for. `hang_up` and `transfer_call` arrive here only after the last words were heard. */
  readonly tool: (call: ToolCall) => Promise<{ readonly ok: boolean; readonly result: unknown }>
  /** Has a sound played that the agent wants: it comes back by `Conversation.play`. Absent: there is nobody who could. */
  readonly play?: (url: string) => void
  /** The talk is over from our side: nobody spoke for too long, or the agent failed for good (its mistake message was heard). */
  readonly finish: (reason: 'idle' | 'agent-failed') => void
}

/** A sound of the user's. */
export interface Clip {
  readonly id: string
  readonly pcm: Int16Array
  /** Hz */
  readonly rate: number
}

export interface Conversation extends AsyncDisposable {
  /** The line is open. Again after a reconnect: the new line takes the old one's place and the greeting is not repeated. */
  attach(line: Line): void
  /** A digit the caller pressed: interrupts, stands in the transcript as `[DTMF: 5]`, and reaches the agent with those it belongs to. */
  digit(digit: string): void
  /** The caller wrote this instead of saying it: interrupts, reaches the agent as their turn, and stands in the transcript. */
  read(text: string): void
  /** Makes the agent say this; interruptible like any reply. False: nobody would hear it now. */
  say(text: string): boolean
  /** Plays this once the agent has said what it is saying; interruptible like any reply. `play.ended` tells how much was heard. */
  play(clip: Clip): boolean
  /** Stops the agent's current reply (API, console). */
  interrupt(): void
  /** Keeps quiet from now on: a machine answered, or the call is being ended. The agent's sound goes nowhere. */
  mute(): void
  /** The caller is with somebody else: quiet, and deaf, until `resume`. */
  hold(): void
  /** The caller is back. With `result` a transfer ended so: the agent says it. */
  resume(result?: CallStatus): void
  /** The call reaches its longest duration in `ms`: that is announced in time. */
  endsIn(ms: number): void
  /** Resolves when all that was said so far has been heard, or after `limit` ms. */
  heard(limit: number): Promise<void>
}
