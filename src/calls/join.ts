/**
 * A transfer where the carrier has none: the other party is called on a second leg, and the two legs hear each other here. The
 * caller hears it ring meanwhile. Whoever hangs up ends both; nobody answering gives the caller back to the agent.
 */
import { chain, fit } from '../media/chain.ts'
import { sine } from '../media/tones.ts'
import type { CallPlan } from '../spec/call.ts'
import type { Accepted } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { LiveCall } from './live.ts'
import { newCall } from './machine.ts'
import { ownNumber } from './targets.ts'

/** ms */
const usualRing = 30_000
/** As exchanges do it: so long a tone, so often (ITU-T E.180). */
const ringing = { hertz: 425, ms: 1_500, after: 1_000, every: 5_000, level: -22 } as const

/** Resolves once the second leg is under way; what becomes of it comes to the call as `transfer.ended`. */
export async function joinInstead(
  live: LiveCall,
  to: string,
  timeoutSeconds: number | undefined,
): Promise<Accepted & { readonly joined: string }> {
  const { engine, running } = live
  const { plan } = running.call
  const carrier = engine.carrier(plan.carrier)
  if (!carrier.control?.commands.includes('dial'))
    throw new OffhookError('command.unsupported', `${carrier.label} can neither transfer calls nor place them`)
  const second: CallPlan = {
    ...{ id: engine.ids.id('call'), organization: plan.organization, direction: 'outbound' },
    ...{ carrier: plan.carrier, connection: plan.connection, from: ownNumber(plan), to },
    // Nobody of ours talks on this leg.
    agent: '',
    ...{ variables: {}, metadata: { transferOf: plan.id }, machineDetection: false, record: false },
    ringTimeout: timeoutSeconds === undefined ? usualRing : timeoutSeconds * 1_000,
    ...{ maxDuration: plan.maxDuration, createdAt: engine.clock.now() },
  }
  const other = await engine.start(newCall(second))
  join(live, other)
  await other.post({ type: 'call.queued' })
  return { joined: second.id }
}

function join(caller: LiveCall, other: LiveCall): void {
  const ring = ringFor(caller)
  let pipes: readonly Disposable[] = []
  const part = (): void => pipes.forEach((pipe) => pipe[Symbol.dispose]())
  const connect = (): void => {
    const [a, b] = [caller.leg, other.leg]
    if (!a || !b || other.running.call.media !== 'open') return
    ring[Symbol.dispose]()
    part()
    pipes = [
      a.microphone.pipe(chain(b.speaker, fit(a.microphone.rate))),
      b.microphone.pipe(chain(a.speaker, fit(b.microphone.rate))),
    ]
  }
  let told = false
  const end = (result: 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'): void => {
    ring[Symbol.dispose]()
    part()
    if (told) return
    told = true
    void caller.post({ type: 'transfer.ended', result })
  }
  for (const one of [caller, other])
    one.watch((seen) => {
      // The leg is there when the turn that opened it has ended.
      if (seen.type === 'media.opened') queueMicrotask(connect)
      if (seen.type !== 'call.ended') return
      if (one === other) return end(other.running.call.answeredAt === undefined ? notReached(seen.status) : 'completed')
      end('canceled')
      void other.ask({ type: 'hangup', reason: 'caller-hangup' }, 'engine')
    })
  // It went to another process, which knows nothing of the caller.
  other.running.scope.defer(() => end('failed'))
}

function notReached(status: string): 'busy' | 'no-answer' | 'failed' {
  return status === 'busy' || status === 'no-answer' ? status : 'failed'
}

/** The caller hears it ring until it is answered. */
function ringFor({ engine, leg }: LiveCall): Disposable {
  let over = false
  let timer: Disposable
  const again = (): void => {
    if (over || !leg) return
    leg.speaker.write(sine(ringing.hertz, { rate: leg.speaker.rate, ms: ringing.ms, level: ringing.level }))
    timer = engine.clock.timer(ringing.every, again)
  }
  // What the agent was saying is taken back first.
  timer = engine.clock.timer(ringing.after, again)
  return {
    [Symbol.dispose]() {
      if (over) return
      over = true
      timer[Symbol.dispose]()
      leg?.speaker.clear()
    },
  }
}
