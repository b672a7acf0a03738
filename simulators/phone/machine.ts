/** An answering machine: a phone that greets, beeps, and then only listens. */
import type { Clock } from '../../src/lib/clock.ts'
import type { Sound } from '../sound/frames.ts'
import { tone } from '../sound/tones.ts'
import { Phone } from './phone.ts'

export interface AnsweringMachine {
  readonly phone: Phone
  /** The greeting and the beep are over (or the call is): a message may be left. */
  readonly greeted: Promise<void>
}

export function answeringMachine(options: {
  readonly clock: Clock
  readonly greeting: Sound
  /** Default true. */
  readonly beep?: boolean
  /** Hangs up when nobody has spoken for this long after the greeting, ms. Default 10 000. */
  readonly patience?: number
}): AnsweringMachine {
  const greeted = Promise.withResolvers<void>()
  const phone = new Phone({
    clock: options.clock,
    async script(self) {
      try {
        await self.say(options.greeting)
        if (options.beep ?? true) await self.say(tone(1000, 400))
      } finally {
        greeted.resolve()
      }
      await self.sleep(options.patience ?? 10_000)
      await self.waitForSilence(options.patience ?? 10_000, Number.POSITIVE_INFINITY)
      self.hangup()
    },
  })
  return { phone, greeted: greeted.promise }
}
