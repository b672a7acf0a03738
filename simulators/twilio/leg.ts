/** Makes Twilio's calls. */
import { SimulatedCall, type CallPlan } from '../carrier/call.ts'
import { Reporter } from '../carrier/webhook.ts'
import { reportStatus } from './callbacks.ts'
import type { Reporting, TwilioCall, TwilioFacts } from './facts.ts'
import { newSid, type Account, type TwilioWorld } from './world.ts'

export interface TwilioPlan extends Pick<CallPlan<TwilioFacts>, 'direction' | 'from' | 'to' | 'phone' | 'parent'> {
  readonly account: Account
  readonly reporting?: Reporting | undefined
  readonly phoneNumberSid?: string
}

export function newCall(world: TwilioWorld, plan: TwilioPlan): TwilioCall {
  const { account, reporting, phoneNumberSid, ...rest } = plan
  return new SimulatedCall<TwilioFacts>(world, {
    ...rest,
    ref: newSid(world.ids, 'CA'),
    facts: {
      ...{ twilio: world, account, phoneNumberSid, reporting },
      reporter: new Reporter(world),
      orders: new Map(),
      answeredBy: undefined,
      queueMs: 0,
      reports: 0,
      redirect: undefined,
    },
    progressed: reportStatus,
  })
}
