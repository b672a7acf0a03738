/** Turn-taking as values: what the state of a talk is, what can happen to it, and what follows. */
import type { AgentOrder, AgentSession } from '../spec/agent.ts'

export interface TurnRules {
  /** Filled in; undefined or '' for none. */
  readonly greeting?: string | undefined
  readonly greetingInterruptible: boolean
  readonly interruptible: boolean
  readonly idleTimeout: number
  readonly idlePrompts: readonly string[]
  readonly mistakeMessage: string
  readonly endOfTurn: number
  readonly agentTimeout: number
}

export interface TurnState {
  readonly phase: 'talking' | 'held' | 'failing' | 'over'
  /** Who decides about turns; undefined until the agent is open. */
  readonly turns: AgentSession['turns'] | undefined
  readonly greets: boolean
  readonly attached: boolean
  readonly ready: boolean
  readonly caller: 'silent' | 'speaking' | 'pausing'
  /** Our detector hears speech although the agent's own decides. */
  readonly noisy: boolean
  /** When the pause began, ms before the detector told us. */
  readonly pausedAgo: number
  /** The reply the agent is making now. */
  readonly reply: string | undefined
  /** The reply that was cut off: the rest of it is dropped. */
  readonly cut: string | undefined
  /** The agent's sound is dropped until it begins another reply. */
  readonly closed: boolean
  readonly sounding: boolean
  /** A reply is due (numbered, so that each gets its own deadline); 0: none. */
  readonly owed: number
  readonly debts: number
  /** Tools that have not returned. */
  readonly working: number
  /** The greeting may not be interrupted and is not over. */
  readonly shielded: boolean
  readonly prompts: number
  /** The agent went while the talk was held. */
  readonly left: boolean
  readonly mistake: 'none' | 'asked' | 'begun'
}

export const quietState: TurnState = {
  phase: 'talking',
  turns: undefined,
  greets: false,
  attached: false,
  ready: false,
  caller: 'silent',
  noisy: false,
  pausedAgo: 0,
  reply: undefined,
  cut: undefined,
  closed: false,
  sounding: false,
  owed: 0,
  debts: 0,
  working: 0,
  shielded: false,
  prompts: 0,
  left: false,
  mistake: 'none',
}

export type TurnTimer = 'ready' | 'reply' | 'turn' | 'idle' | 'mistake'

/** `audible`: sound of the agent is queued and not yet heard. `by`: our detector, or the agent's own. */
export type TurnInput =
  | { readonly type: 'opened'; readonly turns: AgentSession['turns']; readonly greets: boolean }
  | { readonly type: 'ready' }
  | { readonly type: 'attached' }
  | {
      readonly type: 'speech-started'
      readonly by: 'engine' | 'agent'
      readonly agoMs: number
      readonly audible: boolean
    }
  | { readonly type: 'speech-paused'; readonly by: 'engine' | 'agent'; readonly agoMs: number }
  | { readonly type: 'reply-started'; readonly reply: string }
  /** First sound of a reply, or of a run of sound. */
  | { readonly type: 'sounded' }
  | { readonly type: 'reply-ended'; readonly reply: string }
  /** Everything written so far was heard. */
  | { readonly type: 'heard' }
  | { readonly type: 'caller-text'; readonly empty: boolean }
  | { readonly type: 'tool-called' }
  /** `last`: nothing follows a successful hang-up or transfer. */
  | { readonly type: 'tool-returned'; readonly last: boolean }
  | { readonly type: 'digit'; readonly digit: string; readonly audible: boolean }
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'interrupt'; readonly audible: boolean }
  | { readonly type: 'mute'; readonly audible: boolean }
  /** The caller is with somebody else. */
  | { readonly type: 'hold'; readonly audible: boolean }
  /** The caller is back, and hears this. */
  | { readonly type: 'resume'; readonly text: string }
  | { readonly type: 'failed'; readonly fatal: boolean }
  | { readonly type: 'closed' }
  | { readonly type: 'timer'; readonly timer: TurnTimer }

export type TurnAction =
  /** Stop the agent at once; `clear` when sound of it is queued. */
  | { readonly type: 'cut'; readonly clear: boolean }
  | { readonly type: 'order'; readonly order: AgentOrder }
  | { readonly type: 'speech-started'; readonly agoMs: number }
  | { readonly type: 'speech-ended'; readonly agoMs: number }
  /** The agent did not do in time what it had to: report it as failed. */
  | { readonly type: 'late'; readonly what: 'ready' | 'reply' }
  | { readonly type: 'timer'; readonly timer: TurnTimer; readonly delay: number }
  | { readonly type: 'cancel'; readonly timer: TurnTimer }
  | { readonly type: 'finish'; readonly reason: 'idle' | 'agent-failed' }

export interface TurnStep {
  readonly state: TurnState
  readonly actions: readonly TurnAction[]
}
