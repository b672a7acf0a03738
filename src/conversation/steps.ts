/** What all parts of turn-taking are made of: staying, owing a reply, saying something, stopping the agent. Pure. */
import type { TurnAction, TurnRules, TurnState, TurnStep } from './turn.ts'

export function stay(state: TurnState, ...actions: readonly TurnAction[]): TurnStep {
  return { state, actions }
}

/** A reply is due from an agent whose turns are taken by `by`. */
export function owe(state: TurnState, by: 'engine' | 'agent' = 'engine'): TurnState {
  if (state.turns !== by || state.phase !== 'talking') return state
  return { ...state, owed: state.debts + 1, debts: state.debts + 1 }
}

export function say(state: TurnState, text: string): TurnStep {
  return stay(owe(state), { type: 'order', order: { type: 'say', text } })
}

/** Nothing is stopped, and nothing cleared, when the agent neither speaks nor is about to. */
export function stop(state: TurnState, audible: boolean): TurnStep {
  if (state.reply === undefined && !audible) return stay(state)
  const cut = { reply: undefined, cut: state.reply ?? state.cut, closed: true, sounding: false }
  const next = { ...state, ...cut, owed: 0, aside: undefined }
  return stay({ ...next, shielded: false }, { type: 'cut', clear: audible })
}

export function mayInterrupt(rules: TurnRules, { shielded, phase, turns }: TurnState): boolean {
  return rules.interruptible && !shielded && phase === 'talking' && turns !== 'none' && turns !== 'own'
}

/** Our detector decides unless the agent has its own. */
export function decider(state: TurnState): 'engine' | 'agent' {
  return state.turns === 'agent' ? 'agent' : 'engine'
}
