/** Who answers: providers of agents, and the session the conversation drives whatever they are made of. */
import type { z } from 'zod'
import type { AudioPort } from './audio.ts'
import type { Variables } from './call.ts'
import type { WireMessage } from './carrier.ts'
import type { Now, Operation } from './http.ts'
import type { VideoFrame } from './listen.ts'
import type { ProviderSpec } from './provider.ts'
import type { SocketTarget, Tool, ToolCall, Turn } from './speech.ts'

/** What an agent is told about the call before it speaks. */
export interface Brief {
  readonly call: string
  readonly direction: 'inbound' | 'outbound'
  readonly from: string
  readonly to: string
  readonly variables: Variables
  readonly metadata: Readonly<Record<string, unknown>>
  /** Tools the engine offers: hang_up, transfer_call, send_digits, and the user's own. */
  readonly tools: readonly Tool[]
  /** By a tool's name: what the engine says while it works. Models are not told. */
  readonly fillers?: Readonly<Record<string, Filler>>
  /** First words; `{name}` is filled from variables. Absent: the agent starts by itself or waits. */
  readonly greeting?: string
  /** What was said before this session: it takes the place of one that was lost, or that ends soon, in the middle of a call. */
  readonly history?: readonly Turn[]
  /** The caller waits for a reply to the last of the history. */
  readonly due?: true
}

/** Said once when the caller has waited in silence for `after` ms. */
export interface Filler {
  readonly text: string
  readonly after: number
}

/** Why words are not let through, and what comes of it. */
export interface Verdict {
  /** The rule's name. */
  readonly rule: string
  /** Said in their place; '' for nothing. */
  readonly instead: string
  readonly after: 'go-on' | 'hang-up' | 'transfer'
  /** Whom the call is transferred to. */
  readonly to?: string
}

/** What the conversation tells an agent. */
export type AgentOrder =
  /** Speak this text as given (greeting, idle prompt, mistake message). */
  | { readonly type: 'say'; readonly text: string }
  /**
   * The caller spoke over the agent: stop. The agent's history keeps only what was heard: `heardMs` of `reply`, and
   * nothing of any later reply. Without `reply` none was being heard.
   */
  | { readonly type: 'interrupt'; readonly heardMs: number; readonly reply?: string }
  /** The caller began to speak, `agoMs` before this order (default 0): detectors decide late. */
  | { readonly type: 'speech-started'; readonly agoMs?: number }
  /** The caller's turn is over (our VAD); the sound of it went to the speaker already. They fell silent `agoMs` ago. */
  | { readonly type: 'speech-ended'; readonly agoMs?: number }
  /** Keys that belong together, complete: `4021`. The key that ended them is not among them. */
  | { readonly type: 'digit'; readonly digit: string }
  /** The caller wrote this instead of saying it: a turn of theirs. */
  | { readonly type: 'text'; readonly text: string }
  /** The sound before this marker of the agent's was heard; `cleared`: what was left of it never will be. */
  | { readonly type: 'marker-heard'; readonly name: string; readonly cleared: boolean }
  /** `last`: it ended the agent's part in the call; nothing is to be said to it. */
  | {
      readonly type: 'tool-result'
      readonly id: string
      readonly ok: boolean
      readonly result: unknown
      readonly last?: true
    }

/** What an agent tells the conversation. */
export type AgentEvent =
  /** Ready to hear: audio is kept for it until then. */
  | { readonly type: 'ready' }
  /** The agent begins a reply; sound follows on the microphone. */
  /** `shielded`: it is heard to its end, whoever speaks over it. */
  | { readonly type: 'reply-started'; readonly reply: string; readonly shielded?: true }
  /** Text of the reply, as spoken; deltas add up. `atMs`: where in the reply's sound this text begins, when known. */
  | { readonly type: 'reply-text'; readonly reply: string; readonly delta: string; readonly atMs?: number }
  /** All sound of the reply has been written to the microphone. `broken`: there should have been more, and its last words have no sound. */
  | { readonly type: 'reply-ended'; readonly reply: string; readonly broken?: true }
  /** A final text of '' says that the turn held no words: no reply will come. */
  | { readonly type: 'caller-text'; readonly text: string; readonly final: boolean }
  /** The agent's own VAD heard the caller: treated as barge-in when the agent detects turns itself. */
  | { readonly type: 'caller-speech-started' }
  | { readonly type: 'caller-speech-ended' }
  /** The agent takes back what the caller has not heard of its sound; a reply must begin before more of it passes. */
  | { readonly type: 'clear' }
  /** The agent wants to know when all its sound so far was heard: an order `marker-heard` of that name. */
  | { readonly type: 'marker'; readonly name: string }
  | { readonly type: 'tool-called'; readonly call: ToolCall }
  /** A sound of the user's is to be played now: where it is to be had. */
  | { readonly type: 'play'; readonly url: string }
  /** Timed when it arrives; `atMs` is the agent's own figure, ms after the caller's turn ended. */
  | { readonly type: 'measured'; readonly name: 'transcript' | 'first-token' | 'first-audio'; readonly atMs: number }
  /**
   * In the words of `PartUsage`; of `inputTokens` and `outputTokens`, `inputAudioTokens` and `outputAudioTokens` are sound. `transcriptTokens`
   * went to writing down the caller's words; `sessionMs` is time that is paid whatever is said.
   */
  | { readonly type: 'usage'; readonly usage: Readonly<Record<string, number>>; readonly of?: UsedPart }
  /** The vendor ends this session at that time (ms since 1970) at the latest. */
  | { readonly type: 'expires'; readonly at: number }
  /** Another session of the vendor's has taken the place of one that was lost, or that would have ended soon. */
  | { readonly type: 'replaced'; readonly why: 'lost' | 'expiring' }
  /** It was about to say what it must not. `said`: it says `instead` in its place; else it is to be stopped, and told to. */
  | ({ readonly type: 'blocked'; readonly said: boolean } & Verdict)
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly fatal: boolean }
  | { readonly type: 'closed' }

/** Which part of a pipeline was used, and with which of its models. Absent: the agent as a whole. */
export interface UsedPart {
  readonly kind: 'stt' | 'llm' | 'tts'
  readonly provider: string
  readonly model?: string
}

/** A running agent. One per call; nothing is shared between calls. */
export interface AgentSession extends AsyncDisposable {
  /** `microphone`: the agent's voice; `speaker`: what it hears. */
  readonly port: AudioPort
  /**
   * `engine`: our VAD says when the caller speaks. `agent`: the vendor's does. `none`: the agent takes no turns (echo). `own`: it decides
   * everything (a user's bot): turns are measured, but nothing that the caller does stops it, and each key reaches it as it is pressed.
   */
  readonly turns: 'engine' | 'agent' | 'none' | 'own'
  /** Speaks the brief's greeting by itself; else the conversation orders it with `say`. */
  readonly greets?: boolean
  order(order: AgentOrder): void
  /** For agents that look: what the caller shows (see `AgentSpec.sees`). */
  see?(frame: VideoFrame): void
  /** A message of the caller's own program (browser, app); what it resolves to goes back. */
  message?(type: string, data: unknown): unknown
}

export type AgentEmit = (event: AgentEvent) => void

export interface AgentSpec<S extends z.ZodObject = z.ZodObject> extends ProviderSpec<S> {
  readonly kind: 'agent'
  /** Wants to see what callers show (camera, screen), with these settings. Default: no. */
  readonly sees?: (config: z.output<S>) => boolean
  readonly body: AgentBody<z.output<S>>
}

export type AgentBody<C> =
  /** A vendor that hears and speaks over its own socket: a pure translator. */
  | {
      readonly by: 'wire'
      open(config: C, brief: Brief, now: Now): Operation<SocketTarget>
      /** `target`: what `open` found. */
      begin(config: C, brief: Brief, target: SocketTarget): unknown
      step(
        state: unknown,
        input: AgentInput,
      ): {
        readonly state: unknown
        readonly events: readonly AgentWireEvent[]
        readonly messages: readonly WireMessage[]
      }
      /** Who says when the caller speaks: our detector, or the vendor's. */
      turns(config: C): 'engine' | 'agent' | 'own'
      /** The vendor speaks the brief's greeting by itself. */
      readonly greets?: boolean
      /** A new session can be told what was said in another (`history` of the brief). Default: no, and a lost session is the agent's end. */
      readonly resumes?: boolean
      /** Hz, as asked for: the rates of the session's port. What the vendor settles on differs at the price of a conversion (`sound`). */
      rates(config: C): { readonly hears: number; readonly speaks: number }
    }
  /** In this process, on samples: echo, tests. `rate` Hz both ways. */
  | {
      readonly by: 'port'
      rate(config: C): number
      open(config: C, brief: Brief, emit: AgentEmit): AgentSession
    }
  /** Put together by the engine from a recogniser, a model and a speaker. */
  | { readonly by: 'pipeline'; plan(config: C): PipelinePlan }

export type AgentInput =
  /** The socket is open: comes once, before anything else. */
  | { readonly type: 'opened' }
  | { readonly type: 'message'; readonly message: WireMessage }
  /** Some 20 ms of sound; comes all the time once `ready`, as silence where the caller's line is silent: vendors tell time by it. */
  | { readonly type: 'audio'; readonly pcm: Int16Array }
  | { readonly type: 'order'; readonly order: AgentOrder }
  /** The call is over for the agent: the last chance to say so before we close the socket. Events mean nothing any more. */
  | { readonly type: 'leaving' }
  /** The vendor closed the socket; comes last. No events: a proper close is `closed`, any other a failure. */
  | { readonly type: 'closed'; readonly code: number; readonly reason: string }

/** Agent events, sound, and at which rates sound is exchanged from now on. */
export type AgentWireEvent =
  | AgentEvent
  | { readonly type: 'audio'; readonly pcm: Int16Array }
  | { readonly type: 'sound'; readonly hears: number; readonly speaks: number }

/** One part of a pipeline. */
export interface PlannedPart {
  readonly provider: string
  /** A stored connection whose settings lie under these. Default: the organization's default connection of that provider, if any. */
  readonly connection?: string
  readonly settings: Readonly<Record<string, unknown>>
  /** Who takes its place in a call, in this order: when it fails for good, or twice in a row. */
  readonly standIns?: readonly PlannedPart[]
}

/** Which parts a pipeline is made of, by provider name, each with its own settings. */
export interface PipelinePlan {
  readonly recogniser: PlannedPart
  readonly model: PlannedPart
  readonly speaker: PlannedPart
  /** System prompt; `{name}` is filled from variables. */
  readonly prompt?: string
  /** Longest wait for the model's first word while a stand-in could be asked, ms. Default 5000. */
  readonly patience?: number
}
