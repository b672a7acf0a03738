/** What every carrier promises with a gateway, a simulated carrier and a telephone, as tests: `liveConformance('twilio', fixture)`. */
import { describe } from 'vitest'
import { describeFaults } from './live/faults.ts'
import { describeInbound } from './live/inbound.ts'
import { describeOutbound } from './live/outbound.ts'
import { describeTokens } from './live/tokens.ts'
import { describeTransfer } from './live/transfer.ts'
import { describeTrust } from './live/trust.ts'
import { describeShown, notePassed } from './live/shown.ts'
import { stageFor } from './live/stage.ts'
import type { LiveFixture } from './live/fixture.ts'

export type { CarrierCall, Line, LiveFixture } from './live/fixture.ts'

/** Declares the suite. Its tests run side by side in one gateway, each with an account, a number and an agent of its own. */
export function liveConformance(name: string, fixture: LiveFixture): void {
  const passed = new Set<string>()
  describe.concurrent(`${name} live`, () => {
    notePassed(passed)
    const stage = stageFor(fixture)
    describeInbound(fixture, stage)
    describeOutbound(fixture, stage)
    describeTransfer(fixture, stage)
    // What comes and goes by HTTP, and media by a socket with a token: a line that listens itself has neither.
    if (!fixture.spec.webhook) return
    describeTrust(fixture, stage)
    describeTokens(fixture, stage)
    describeFaults(fixture, stage)
  })
  describeShown(name, fixture, passed)
}
