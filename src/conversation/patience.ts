/** How long a pause must last to end the caller's turn: from how the turn sounded, from its words, and from how this caller speaks. */
import type { TurnRules, TurnState } from './turn.ts'
import { endingOf } from './words.ts'

/** How much words say beside the sound: more, where they are known. */
const weights = { sound: 0.6, finished: 0.7, unknown: 0.4, unfinished: -1.2 } as const
/** A caller who paused so long within a turn may pause a little longer the next time. */
const margin = 1.15
/** The longest silence between two parts of a turn: what comes later is another turn. */
const longestGap = 2_500
/** How much of it is forgotten with every turn. */
const forgetting = 0.5

/** Milliseconds of silence; between the bounds of the rules. */
export function patience(rules: TurnRules, { finished, words, pace }: TurnState): number {
  const least = Math.min(rules.endOfTurnLeast, rules.endOfTurn)
  const most = Math.max(rules.endOfTurnMost, rules.endOfTurn)
  const sound = finished === undefined ? 0 : (finished - 0.5) * 2
  const ending = endingOf(words)
  const sure = words === '' ? sound : sound * weights.sound + weights[ending]
  const share = Math.max(-1, Math.min(1, sure))
  const wait = rules.endOfTurn + (share > 0 ? least - rules.endOfTurn : rules.endOfTurn - most) * share
  // A fixed wait stays fixed.
  const learned = least === most ? 0 : Math.min(most, pace * margin)
  return Math.round(Math.max(wait, learned))
}

/** The caller speaks again at `at`: was the silence before it a pause of theirs? */
export function learn(state: TurnState, at: number): number {
  // Nothing of the agent was heard in it: either the turn goes on, or it was ended too soon.
  const within = state.caller === 'pausing' || (state.caller === 'silent' && state.owed > 0 && !state.sounding)
  const gap = at - state.pausedAt
  return within && gap > 0 && gap <= longestGap ? Math.max(state.pace, gap) : state.pace
}

export function forget(pace: number): number {
  return pace * forgetting
}
