/** What Twilio knows of its calls besides their state: whose they are, who wants to hear of them, what they run. */
import type { SimulatedCall } from '../carrier/call.ts'
import type { Redirect } from '../carrier/program.ts'
import type { Reporter } from '../carrier/webhook.ts'
import type { AnsweredBy } from '../carrier/world.ts'
import type { RecordingOrder } from './recordings.ts'
import type { Instructions } from './steps.ts'
import type { Account, TwilioWorld } from './world.ts'

/** Where and when progress is reported. */
export interface Reporting {
  readonly url: string
  readonly method: string
  readonly events: ReadonlySet<string>
}

export interface TwilioFacts {
  readonly twilio: TwilioWorld
  readonly account: Account
  readonly phoneNumberSid: string | undefined
  readonly reporter: Reporter
  /** How each recording was ordered, by its SID. */
  readonly orders: Map<string, RecordingOrder>
  reporting: Reporting | undefined
  answeredBy: AnsweredBy | undefined
  queueMs: number
  /** Progress reports so far: the next SequenceNumber. */
  reports: number
  /** Set while a program runs: gives it new instructions. */
  redirect: Redirect<Instructions>
}

export type TwilioCall = SimulatedCall<TwilioFacts>
