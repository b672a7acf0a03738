/** Speech over the agent's sound: a sign of listening, until it lasts or says more. Pure. */
import type { Aside, TurnInput, TurnRules, TurnState } from './turn.ts'
import { isAssent } from './words.ts'

//          speech over sound                lasts, or other words, or a third time
//   none ─────────────────────▶ speaking ──────────────────────────────────────────▶ the caller's turn (barge-in)
//    ▲                        ◀──┐  │ stops                                              ▲
//    │                           │  ▼                                                    │
//    └────────────────────────── silent ─────────────────────────────────────────────────┘
//        the agent goes on for 1 s      the agent had just finished: it was an answer

/** After an aside so long ago the end of the agent's words makes no answer of it, ms. */
const lateAnswer = 1_000
/** So many in a row want the turn. */
const mostRuns = 3
/** How much longer speech of assenting words may last. */
const assenting = 2

/** Does this start of speech leave the agent speaking? It does not where a short word may be the answer. */
export function beginsAside(
  rules: TurnRules,
  state: TurnState,
  input: TurnInput & { type: 'speech-started' },
): boolean {
  const once = input.by === 'engine' && input.audible && input.asked !== true && state.caller === 'silent'
  return once && rules.bargeInAfter > input.agoMs && (state.aside?.runs ?? 0) < mostRuns - 1
}

export function beginAside(aside: Aside | undefined, at: number): Aside {
  if (!aside) return { speaking: true, began: at, since: at, until: at, runs: 1, assent: false }
  // A detector may tell the same start twice.
  return aside.speaking ? aside : { ...aside, speaking: true, since: at, runs: aside.runs + 1 }
}

export function pauseAside(aside: Aside, at: number): Aside {
  return aside.speaking ? { ...aside, speaking: false, until: at } : aside
}

/** While it is open what an aside will be, the agent does not talk over it. */
export function isHushed(rules: TurnRules, { aside, phase }: TurnState): boolean {
  return rules.bargeInPause && phase === 'talking' && aside !== undefined && aside.speaking && !aside.assent
}

/** Its words came: are they still only a sign of listening? */
export function isMere(rules: TurnRules, text: string): boolean {
  return isAssent(text, rules.backchannels)
}

/** When it is decided: it was long enough for an interruption, or it is forgotten. */
export function asideDeadline(rules: TurnRules, aside: Aside): { readonly key: number; readonly at: number } {
  const longest = rules.bargeInAfter * (aside.assent ? assenting : 1)
  const key = aside.runs * 4 + (aside.speaking ? 2 : 0) + (aside.assent ? 1 : 0)
  return { key, at: aside.speaking ? aside.since + longest : aside.until + lateAnswer }
}
