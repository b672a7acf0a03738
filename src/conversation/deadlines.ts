/** Which timers of a talk run: a function of its state. */
import { asideDeadline } from './asides.ts'
import { patience } from './patience.ts'
import type { TurnAction, TurnInput, TurnRules, TurnState, TurnTimer } from './turn.ts'

/** Longest wait for the mistake message to begin, and for it to be heard. */
const mistakeWait = { asked: 5_000, begun: 30_000, none: 15_000 }

export type Deadlines = { readonly [timer in TurnTimer]?: { readonly key: number; readonly delay: number } }

/** Which timers run is a function of the state: a timer starts anew when its key changes. */
export function deadlines(rules: TurnRules, state: TurnState, now: number): Deadlines {
  if (state.phase === 'over' || state.phase === 'held') return {}
  const mistake = { key: Object.keys(mistakeWait).indexOf(state.mistake), delay: mistakeWait[state.mistake] }
  if (state.phase === 'failing') return { mistake }
  const pause = state.pausedAt + patience(rules, state) - now
  const aside = state.aside && asideDeadline(rules, state.aside)
  return {
    ...(!state.ready && { ready: { key: 0, delay: rules.agentTimeout } }),
    ...(state.owed && !state.sounding && { reply: { key: state.owed, delay: rules.agentTimeout } }),
    ...(state.caller === 'pausing' && { turn: { key: state.judged, delay: Math.max(0, pause) } }),
    ...(aside && { aside: { key: aside.key, delay: Math.max(0, aside.at - now) } }),
    ...(state.keys !== '' && { digits: { key: state.presses, delay: rules.digitTimeout } }),
    ...(idle(rules, state) && { idle: { key: state.prompts, delay: rules.idleTimeout * 2 ** state.prompts } }),
  }
}

/** Both sides are silent; an agent that thinks or works is not. */
function idle(rules: TurnRules, state: TurnState): boolean {
  const agent = !state.ready || state.reply !== undefined || state.sounding || state.owed > 0 || state.working > 0
  return (
    rules.idleTimeout > 0 &&
    state.attached &&
    state.turns !== 'none' &&
    !agent &&
    !state.noisy &&
    state.caller === 'silent' &&
    !state.aside &&
    state.keys === ''
  )
}

const timers: readonly TurnTimer[] = ['ready', 'reply', 'turn', 'aside', 'digits', 'idle', 'mistake']

/** A timer that just ran and is still wanted starts again. */
export function timerChanges(before: Deadlines, after: Deadlines, input: TurnInput | undefined): readonly TurnAction[] {
  const actions: TurnAction[] = []
  for (const timer of timers) {
    const running = input?.type === 'timer' && input.timer === timer ? undefined : before[timer]
    const wanted = after[timer]
    if (running && !wanted) actions.push({ type: 'cancel', timer })
    if (wanted && wanted.key !== running?.key) actions.push({ type: 'timer', timer, delay: wanted.delay })
  }
  return actions
}
