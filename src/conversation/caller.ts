/** The caller's side of turn-taking: speech, pauses, words and keys. Pure. */
import { beginAside, beginsAside, isMere, pauseAside } from './asides.ts'
import { press } from './keys.ts'
import { forget, learn, patience } from './patience.ts'
import { decider, mayInterrupt, owe, stay, stop } from './steps.ts'
import type { TurnInput, TurnRules, TurnState, TurnStep } from './turn.ts'

type Started = TurnInput & { readonly type: 'speech-started' }
type Paused = TurnInput & { readonly type: 'speech-paused' }
type Words = TurnInput & { readonly type: 'caller-words' }

export function startSpeech(rules: TurnRules, state: TurnState, input: Started, now: number): TurnStep {
  if (input.by !== decider(state)) return stay({ ...state, noisy: input.by === 'engine' })
  const at = now - input.agoMs
  if (mayInterrupt(rules, state) && beginsAside(rules, state, input))
    return stay({ ...state, aside: beginAside(state.aside, at) })
  const told = input.by === 'agent' || state.turns === 'own' ? { ...state, prompts: 0 } : state
  return takeTurn(rules, told, { began: state.aside?.began ?? at, since: at, audible: input.audible }, now)
}

interface Taking {
  /** When this turn began, and when its latest run of speech did. */
  readonly began: number
  readonly since: number
  readonly audible: boolean
}

/** The caller has, or goes on with, the turn: whatever the agent says is over. */
function takeTurn(rules: TurnRules, state: TurnState, { began, since, audible }: Taking, now: number): TurnStep {
  const stopped = mayInterrupt(rules, state) ? stop(state, audible) : stay(state)
  const next = { ...stopped.state, caller: 'speaking', owed: 0, pace: learn(state, since), aside: undefined } as const
  if (state.caller !== 'silent') return stay(next, ...stopped.actions)
  const fresh = { ...next, spokeAt: began, words: '', finished: undefined }
  return stay(fresh, ...stopped.actions, { type: 'speech-started', agoMs: now - began })
}

export function pauseSpeech(rules: TurnRules, state: TurnState, input: Paused, now: number): TurnStep {
  if (input.by !== decider(state)) return stay({ ...state, noisy: false })
  const at = now - input.agoMs
  if (state.caller === 'silent') return stay(state.aside ? { ...state, aside: pauseAside(state.aside, at) } : state)
  // The end of a pause that was judged before tells nothing new.
  const finished = input.finished ?? (state.caller === 'pausing' ? state.finished : undefined)
  const paused = { ...state, caller: 'pausing', pausedAt: at, finished, judged: state.judged + 1 } as const
  return input.by === 'agent' ? endTurn(paused, now) : endIfDue(rules, paused, now)
}

/** Words come while the caller speaks, or a little later. */
export function hearWords(rules: TurnRules, state: TurnState, { text, audible }: Words, now: number): TurnStep {
  const { aside } = state
  if (aside && isMere(rules, text)) return stay({ ...state, aside: { ...aside, assent: true } })
  if (aside && text !== '') return joinTurn(rules, state, audible, now)
  if (state.caller === 'silent' || text === state.words) return stay(state)
  const known = { ...state, words: text, judged: state.judged + 1 }
  return state.caller === 'pausing' ? endIfDue(rules, known, now) : stay(known)
}

/** What was an aside is the caller's turn, from its beginning, and as far as it has got by now. */
export function joinTurn(rules: TurnRules, state: TurnState, audible: boolean, now: number): TurnStep {
  const { aside } = state
  if (!aside) return stay(state)
  const { state: taken, actions } = takeTurn(rules, state, { ...aside, audible }, now)
  if (aside.speaking) return stay(taken, ...actions)
  const paused = { ...taken, caller: 'pausing', pausedAt: aside.until, judged: state.judged + 1 } as const
  const ended = endIfDue(rules, paused, now)
  return stay(ended.state, ...actions, ...ended.actions)
}

/** What the caller said over the last words of the agent was meant for it after all: a final "yes" is never dropped. */
export function answerAfterAll(state: TurnState, now: number): TurnStep {
  const { aside } = state
  if (!aside || state.phase !== 'talking') return stay(state)
  const taken = { ...state, aside: undefined, spokeAt: aside.began, words: '', finished: undefined }
  const started = { type: 'speech-started', agoMs: now - aside.began } as const
  if (aside.speaking) return stay({ ...taken, caller: 'speaking' }, started)
  return stay({ ...taken, caller: 'pausing', pausedAt: aside.until, judged: state.judged + 1 }, started)
}

export function endTurn(state: TurnState, now: number): TurnStep {
  const ended = owe({ ...state, caller: 'silent', pace: forget(state.pace) })
  return stay(ended, { type: 'speech-ended', agoMs: now - state.pausedAt })
}

function endIfDue(rules: TurnRules, state: TurnState, now: number): TurnStep {
  return now - state.pausedAt >= patience(rules, state) ? endTurn(state, now) : stay(state)
}

export function pressed(rules: TurnRules, state: TurnState, input: TurnInput & { type: 'digit' }): TurnStep {
  if (state.phase === 'failing') return stay(state)
  // A program of the user's gathers keys by itself.
  if (state.turns === 'own')
    return stay({ ...state, prompts: 0 }, { type: 'order', order: { type: 'digit', digit: input.digit } })
  const stopped = mayInterrupt(rules, state) ? silence(state, input.audible) : stay(state)
  const { keys, complete } = press(rules, state.keys, input.digit)
  const next = { ...stopped.state, prompts: 0, aside: undefined, keys, presses: state.presses + 1 }
  if (!complete) return stay(next, ...stopped.actions)
  const given = giveKeys(next)
  return stay(given.state, ...stopped.actions, ...given.actions)
}

export function giveKeys(state: TurnState): TurnStep {
  return stay(owe({ ...state, keys: '' }), { type: 'order', order: { type: 'digit', digit: state.keys } })
}

/** As `stop`; and an agent that is thinking stops too: what it thinks about is not all of the question. */
function silence(state: TurnState, audible: boolean): TurnStep {
  const thinking = state.owed > 0 && state.reply === undefined && !audible
  return thinking ? stay({ ...state, owed: 0 }, { type: 'cut', clear: false }) : stop(state, audible)
}
