/** Rings one or several parties, joins the first who answers with the caller, and tells how it went. */
import { bridge } from './audio.ts'
import type { SimulatedCall } from './call.ts'
import { ring } from './ring.ts'
import { orAbort, playKeys } from './steps.ts'

export interface JoinPlan<F> {
  readonly legs: readonly SimulatedCall<F>[]
  /** How long it rings. */
  readonly timeoutMs: number
  /** How long they may talk. */
  readonly limitMs: number
  readonly signal: AbortSignal
  /** Keys that the party's side needs first. */
  readonly digitsFor?: (leg: SimulatedCall<F>) => string | undefined
  /** The caller drops the party by pressing `*`. */
  readonly hangupOnStar?: boolean
  /** Told when the two hear each other. */
  readonly bridged?: (leg: SimulatedCall<F>) => void
}

export interface Joined<F> {
  readonly status: 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'
  readonly leg: SimulatedCall<F> | undefined
}

export async function join<F>(call: SimulatedCall<F>, plan: JoinPlan<F>): Promise<Joined<F>> {
  try {
    const winner = await firstAnswer(plan)
    if (!winner) return { status: statusOf(plan.legs), leg: plan.legs.at(-1) }
    call.answer()
    await talk(call, winner, plan)
    return { status: 'completed', leg: winner }
  } finally {
    for (const leg of plan.legs) leg.end(leg.startTime === undefined ? 'canceled' : 'completed', 'the dial is over')
  }
}

async function firstAnswer<F>({ legs, timeoutMs, signal }: JoinPlan<F>): Promise<SimulatedCall<F> | undefined> {
  const ringing = legs.map(async (leg) => {
    leg.progress('initiated')
    const result = await ring(leg, { timeoutMs, signal: AbortSignal.any([signal, leg.scope.signal]) })
    if (result.type === 'ended') throw new Error('not answered')
    return leg
  })
  for (const rung of ringing) rung.catch(() => undefined) // a leg that loses the race is nobody's failure
  const winner = await orAbort(
    Promise.any(ringing).catch(() => undefined),
    signal,
  )
  if (winner) for (const leg of legs) if (leg !== winner) leg.end('canceled', 'somebody else answered')
  return winner
}

function statusOf<F>(legs: readonly SimulatedCall<F>[]): Joined<F>['status'] {
  const status = legs.at(-1)?.status
  return status === 'busy' || status === 'no-answer' || status === 'failed' || status === 'canceled' ? status : 'failed'
}

async function talk<F>(call: SimulatedCall<F>, leg: SimulatedCall<F>, plan: JoinPlan<F>): Promise<void> {
  const digits = plan.digitsFor?.(leg)
  if (digits) await playKeys(leg, digits, plan.signal)
  const joined = bridge(call.audio, leg.audio)
  plan.bridged?.(leg)
  const keyed = (digit: string) => {
    if (digit === '*' && plan.hangupOnStar) leg.end('completed', 'the caller pressed *')
  }
  call.keyed.add(keyed)
  const limit = new AbortController()
  const longest = call.world.clock.sleep(plan.limitMs, limit.signal)
  try {
    await orAbort(Promise.race([leg.ended, longest]), plan.signal)
  } finally {
    longest.catch(() => undefined) // aborted on the next line, on purpose
    limit.abort()
    call.keyed.delete(keyed)
    joined[Symbol.dispose]()
  }
}
