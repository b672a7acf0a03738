/** The live conformance suite on Twilio. */
import { liveConformance } from '../conformance/live.ts'
import { twilioLive } from './twilio-line.ts'

liveConformance('twilio', twilioLive)
