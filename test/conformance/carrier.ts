/** What every carrier provider promises, as tests: `carrierConformance('twilio', fixture)` in the provider's own test file. */
import { describe } from 'vitest'
import type { z } from 'zod'
import { describeControl } from './carrier/control.ts'
import { describeListen } from './carrier/listen.ts'
import type { CarrierFixture } from './carrier/fixture.ts'
import { describeSettings } from './carrier/settings.ts'
import { describeStream } from './carrier/stream.ts'
import { describeWebhook } from './carrier/webhook.ts'

export type { CarrierFixture, ExampleRequest } from './carrier/fixture.ts'

/** Declares the suite; groups the provider does not have are left out, and fixtures for groups it has are required. */
export function carrierConformance<S extends z.ZodObject>(name: string, fixture: CarrierFixture<S>): void {
  describe(`${name} is a carrier`, () => {
    describeSettings(fixture)
    describeWebhook(fixture)
    describeControl(fixture)
    describeStream(fixture)
    describeListen(fixture)
  })
}
