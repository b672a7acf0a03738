/** A call that comes in, from its INVITE to our answer: it rings until the agent is there, or it has rung long enough. */
import type { Clock, Timer } from '../../../lib/clock.ts'
import type { IncomingSession } from '../../../protocols/sip/ua/contract.ts'
import type { LineCall } from '../../../spec/listen.ts'
import type { Settings } from './settings.ts'

export interface AnsweringOptions {
  readonly clock: Clock
  readonly session: IncomingSession
  readonly line: LineCall
  readonly settings: Pick<Settings, 'ringFor' | 'answerBy'>
  /** Since it rings, monotonic. */
  readonly since: number
}

/** Resolves when it is time to answer; `false`: the caller left, or we did. */
export function untilAnswer({ clock, session, line, settings, since }: AnsweringOptions): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const left = (seconds: number): number => since + seconds * 1000 - clock.monotonic()
  const timers: Timer[] = []
  const answer = (): void => {
    const wait = left(settings.ringFor)
    if (wait > 0) timers.push(clock.timer(wait, () => resolve(true)))
    else resolve(true)
  }
  const watch = line.watch(({ type }) => {
    // An agent that failed is excused to the caller in words: they must hear them.
    if (type === 'agent.connected' || type === 'agent.failed') answer()
    if (type === 'call.ended') resolve(false)
  })
  session.onEvent(({ type }) => {
    if (type === 'ended') resolve(false)
  })
  timers.push(clock.timer(Math.max(0, left(Math.max(settings.answerBy, settings.ringFor))), () => resolve(true)))
  if (line.ready) answer()
  return promise.finally(() => {
    watch[Symbol.dispose]()
    for (const timer of timers) timer.cancel()
  })
}
