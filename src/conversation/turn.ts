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
  /** Silence that ends a turn when nothing else is known, and the bounds for when something is. */
  readonly endOfTurn: number
  readonly endOfTurnLeast: number
  readonly endOfTurnMost: number
  /** Speech over the agent's sound must last so long to stop it; 0: any speech does. */
  readonly bargeInAfter: number
  /** The agent is silent while it is open whether speech over it will stop it. */
  readonly bargeInPause: boolean
  /** Words that a listener says without wanting the turn. */
  readonly backchannels: readonly string[]
  readonly digitTimeout: number
  /** So many keys are complete; 0: any number. */
  readonly digitLimit: number
  /** The key that ends a number. */
  readonly digitEnd: '#' | '*' | 'none'
  readonly agentTimeout: number
}

/** Speech over the agent's sound: a sign of listening so far. */
export interface Aside {
  readonly speaking: boolean
  /** When it began, when its latest run of speech did, and when that ended. */
  readonly began: number
  readonly since: number
  readonly until: number
  readonly runs: number
  /** Its words, as far as known, are such as listeners say. */
  readonly assent: boolean
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
  /** When the present turn began; when the present pause did, or the one that ended the last turn. */
  readonly spokeAt: number
  readonly pausedAt: number
  /** How finished the turn sounds, 0 … 1, and its words; as far as known. */
  readonly finished: number | undefined
  readonly words: string
  /** Counts what is learned about a pause: its deadline is set anew. */
  readonly judged: number
  /** The longest pause that this caller lately made within a turn. */
  readonly pace: number
  readonly aside: Aside | undefined
  /** Keys pressed so far, and how often. */
  readonly keys: string
  readonly presses: number
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
  /** The greeting, or what the agent says now, may not be interrupted and is not over. */
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
  spokeAt: 0,
  pausedAt: 0,
  finished: undefined,
  words: '',
  judged: 0,
  pace: 0,
  aside: undefined,
  keys: '',
  presses: 0,
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

export type TurnTimer = 'ready' | 'reply' | 'turn' | 'aside' | 'digits' | 'idle' | 'mistake'

/** `audible`: sound of the agent is queued and not yet heard. `by`: our detector, or the agent's own. `agoMs`: before it was told. */
export type TurnInput =
  | { readonly type: 'opened'; readonly turns: AgentSession['turns']; readonly greets: boolean }
  | { readonly type: 'ready' }
  | { readonly type: 'attached' }
  | {
      readonly type: 'speech-started'
      readonly by: 'engine' | 'agent'
      readonly agoMs: number
      readonly audible: boolean
      /** What the caller hears of the agent just now is a question. */
      readonly asked?: boolean
    }
  /** Comes again when more is known: `finished`, how finished the turn sounds, 0 … 1. */
  | {
      readonly type: 'speech-paused'
      readonly by: 'engine' | 'agent'
      readonly agoMs: number
      readonly finished?: number
    }
  /** Words of the present turn, so far. */
  | { readonly type: 'caller-words'; readonly text: string; readonly audible: boolean }
  | { readonly type: 'reply-started'; readonly reply: string; readonly shielded?: true | undefined }
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
  | { readonly type: 'timer'; readonly timer: TurnTimer; readonly audible?: boolean }

export type TurnAction =
  /** Stop the agent at once; `clear` when sound of it is queued. `unheard`: this reply of it shall not even begin. */
  | { readonly type: 'cut'; readonly clear: boolean; readonly unheard?: string }
  /** Silent, with all that was not heard kept, until it goes on there or is cut. */
  | { readonly type: 'hush' }
  | { readonly type: 'go-on' }
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
