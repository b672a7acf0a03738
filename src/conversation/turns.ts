/** Whose turn it is: the whole of turn-taking as one pure function. Timers only post inputs. */
import { isHushed } from './asides.ts'
import { answerAfterAll, endTurn, giveKeys, hearWords, joinTurn, pauseSpeech, pressed, startSpeech } from './caller.ts'
import { deadlines, timerChanges } from './deadlines.ts'
import { mayInterrupt, owe, say, stay, stop } from './steps.ts'
import { quietState } from './turn.ts'
import type { TurnAction, TurnInput, TurnRules, TurnState, TurnStep } from './turn.ts'

//            caller: silent ⇄ speaking → pausing → silent          (pausing: waiting whether the turn is over; `patience.ts`)
//             aside: speech over the agent that leaves it speaking  (`asides.ts`)
//             agent: (owed) → reply → sounding → heard             (owed: a reply is due; sounding: not all heard yet)
//  phase of the talk: talking → failing → over                     (failing: the mistake message is being said)
//                           ⇅ held                                  (held: the caller is with somebody else)

/** Never throws: every input is lawful in every state, and after `over` nothing happens any more. `now`: of one clock, ms. */
export function advance(rules: TurnRules, state: TurnState, input: TurnInput, now: number): TurnStep {
  const { state: next, actions } = react(rules, state, input, now)
  const changes = timerChanges(deadlines(rules, state, now), deadlines(rules, next, now), input)
  return { state: next, actions: [...actions, ...hushes(rules, state, next), ...changes] }
}

/** Whether the agent is hushed is a function of the state. What was cut meanwhile has nothing to go on with. */
function hushes(rules: TurnRules, before: TurnState, after: TurnState): readonly TurnAction[] {
  const [was, is] = [isHushed(rules, before), isHushed(rules, after)]
  if (was === is) return []
  return [{ type: is ? 'hush' : 'go-on' }]
}

/** The timers of the first state. */
export function begin(rules: TurnRules): TurnStep {
  return { state: quietState, actions: timerChanges({}, deadlines(rules, quietState, 0), undefined) }
}

function react(rules: TurnRules, state: TurnState, input: TurnInput, now: number): TurnStep {
  if (state.phase === 'over') return stay(state)
  if (state.phase === 'held') return wait(state, input)
  switch (input.type) {
    case 'opened':
      return open(state, input, now)
    case 'attached':
      return attach(state, now)
    case 'ready':
      return greet(rules, state)
    case 'speech-started':
      return startSpeech(rules, state, input, now)
    case 'speech-paused':
      return pauseSpeech(rules, state, input, now)
    case 'caller-words':
      return hearWords(rules, state, input, now)
    case 'reply-started':
      return startReply(rules, state, input)
    case 'sounded':
      return stay({ ...state, sounding: true, owed: 0 })
    case 'reply-ended':
      return input.reply === state.reply ? settle(stay(endReply(state))) : stay(state)
    case 'heard':
      return settle(answerAfterAll({ ...state, sounding: false, shielded: false }, now))
    case 'caller-text':
      return stay(input.empty ? { ...state, owed: 0 } : owe({ ...state, prompts: 0 }, 'agent'))
    case 'tool-called':
      return stay({ ...state, working: state.working + 1, owed: 0 })
    case 'tool-returned':
      return stay(returned(state, input.last))
    case 'digit':
      return pressed(rules, state, input)
    case 'say':
      return state.phase === 'failing' ? stay(state) : say(state, input.text)
    case 'interrupt':
      return state.phase === 'failing' ? stay(state) : stop(state, input.audible)
    case 'mute':
      return mute(state, input.audible)
    case 'hold':
      return state.phase === 'failing' ? stay(state) : hold(state, input.audible, now)
    case 'resume':
      return state.phase === 'failing' || input.text === '' ? stay(state) : say(state, input.text)
    case 'failed':
      return input.fatal ? fail(rules, state) : stay({ ...state, owed: 0 })
    case 'closed':
      return leave(state)
    case 'timer':
      return expire(rules, state, input, now)
    default:
      return input satisfies never
  }
}

/** Speech that our detector heard before is the agent's to judge, where it has a detector of its own. */
function open(state: TurnState, { turns, greets }: TurnInput & { type: 'opened' }, now: number): TurnStep {
  const opened = { ...state, turns, greets }
  if (turns !== 'agent' || state.caller === 'silent') return stay(opened)
  return endTurn({ ...opened, noisy: state.caller === 'speaking', pausedAt: now }, now)
}

function greet(rules: TurnRules, state: TurnState): TurnStep {
  if (state.ready) return stay(state)
  const ready = { ...state, ready: true, shielded: Boolean(rules.greeting) && !rules.greetingInterruptible }
  return rules.greeting && !state.greets && state.phase === 'talking' ? say(ready, rules.greeting) : stay(ready)
}

// ── the caller ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** A turn that began on the old line is over with it. */
function attach(state: TurnState, now: number): TurnStep {
  const attached = { ...state, attached: true, noisy: false, aside: undefined }
  return state.caller === 'silent' ? stay(attached) : endTurn({ ...attached, pausedAt: now }, now)
}

// ── the agent ────────────────────────────────────────────────────────────────────────────────────────────────────────

function startReply(
  rules: TurnRules,
  state: TurnState,
  { reply, shielded }: TurnInput & { type: 'reply-started' },
): TurnStep {
  if (reply === state.cut) return stay(state)
  // While keys are pressed it would answer half a number.
  if (state.keys !== '' && mayInterrupt(rules, state)) {
    const waiting = { ...state, reply: undefined, cut: reply, closed: true, owed: 0 }
    return stay(waiting, { type: 'cut', clear: false, unheard: reply })
  }
  const kept = { reply, closed: false, shielded: state.shielded || shielded === true }
  return stay({ ...state, ...kept, mistake: state.mistake === 'asked' ? 'begun' : state.mistake })
}

/** Shielded words that have no sound is over as soon as it ends. */
function endReply(state: TurnState): TurnState {
  return { ...state, reply: undefined, owed: 0, shielded: state.shielded && state.sounding }
}

function returned(state: TurnState, last: boolean): TurnState {
  const next = { ...state, working: Math.max(0, state.working - 1) }
  return last || state.working === 0 ? next : owe(next)
}

function mute(state: TurnState, audible: boolean): TurnStep {
  const stopped = stop(state, audible)
  return stay({ ...stopped.state, phase: 'over', closed: true }, ...stopped.actions)
}

// ── the caller is elsewhere ──────────────────────────────────────────────────────────────────────────────────────────

/** A turn that began is over; nothing is owed for it. */
function hold(state: TurnState, audible: boolean, now: number): TurnStep {
  const stopped = stop(state, audible)
  const quiet = { caller: 'silent', noisy: false, owed: 0, aside: undefined, keys: '', pausedAt: now } as const
  const held = { ...stopped.state, ...quiet, phase: 'held', closed: true } as const
  if (state.caller === 'silent') return stay(held, ...stopped.actions)
  return stay(held, ...stopped.actions, { type: 'speech-ended', agoMs: 0 })
}

/** Nobody hears the agent and it hears nobody: only what changes itself is noted. */
function wait(state: TurnState, input: TurnInput): TurnStep {
  switch (input.type) {
    case 'resume':
      return resume(state, input.text)
    case 'mute':
      return mute(state, input.audible)
    case 'opened':
      return stay({ ...state, turns: input.turns, greets: input.greets })
    case 'ready':
      return stay({ ...state, ready: true })
    case 'attached':
      return stay({ ...state, attached: true })
    case 'reply-started':
      return stay({ ...state, cut: input.reply }, { type: 'cut', clear: false, unheard: input.reply })
    case 'heard':
      return stay({ ...state, sounding: false, shielded: false })
    case 'tool-called':
      return stay({ ...state, working: state.working + 1 })
    case 'tool-returned':
      return stay({ ...state, working: Math.max(0, state.working - 1) })
    case 'failed':
      return stay({ ...state, left: state.left || input.fatal })
    case 'closed':
      return stay({ ...state, left: true })
    default:
      return stay(state)
  }
}

function resume(state: TurnState, text: string): TurnStep {
  const back = { ...state, phase: 'talking', prompts: 0 } as const
  if (state.left) return leave(back)
  return text === '' ? stay(back) : say(back, text)
}

// ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The agent is broken but may still have a voice: what it says now is the mistake message. */
function fail(rules: TurnRules, state: TurnState): TurnStep {
  if (state.phase === 'failing') return stay(state)
  if (!state.attached || !state.ready || rules.mistakeMessage === '') return leave(state)
  const failing = { ...state, phase: 'failing', reply: undefined, owed: 0, mistake: 'asked' } as const
  return stay(failing, { type: 'order', order: { type: 'say', text: rules.mistakeMessage } })
}

/** The agent is gone: what it said last may still be heard. */
function leave(state: TurnState): TurnStep {
  return settle(stay({ ...state, phase: 'failing', reply: undefined, owed: 0, mistake: 'none' }))
}

/** A failing talk ends once its last words were heard. */
function settle(step: TurnStep): TurnStep {
  const { state } = step
  const waiting = state.mistake === 'asked' || state.reply !== undefined || (state.attached && state.sounding)
  return state.phase === 'failing' && !waiting ? end(state, 'agent-failed') : step
}

function end(state: TurnState, reason: 'idle' | 'agent-failed'): TurnStep {
  return stay({ ...state, phase: 'over' }, { type: 'finish', reason })
}

// ── timers ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function expire(rules: TurnRules, state: TurnState, input: TurnInput & { type: 'timer' }, now: number): TurnStep {
  const { timer, audible = false } = input
  if (!deadlines(rules, state, now)[timer]) return stay(state)
  switch (timer) {
    case 'turn':
      return endTurn(state, now)
    case 'aside':
      return state.aside?.speaking ? joinTurn(rules, state, audible, now) : stay({ ...state, aside: undefined })
    case 'digits':
      return giveKeys(state)
    case 'idle':
      return prompt(rules, state)
    case 'ready':
    case 'reply': {
      const failed = fail(rules, { ...state, cut: state.reply ?? state.cut, closed: true })
      // Whatever the agent is stuck in is called off, or its last message would wait behind it.
      return stay(failed.state, { type: 'late', what: timer }, { type: 'cut', clear: false }, ...failed.actions)
    }
    case 'mistake':
      return end(state, 'agent-failed')
    default:
      return timer satisfies never
  }
}

function prompt(rules: TurnRules, state: TurnState): TurnStep {
  const text = rules.idlePrompts[state.prompts]
  if (text === undefined) return end(state, 'idle')
  return say({ ...state, prompts: state.prompts + 1 }, text)
}
