/** Exotel: flows that ask us for a stream, outbound calls with a stream, hang-up by closing it; nothing is signed. */
import type { CarrierSpec } from '../../../spec/carrier.ts'
import { check, cost, lookup, recordings } from './account.ts'
import { control } from './commands.ts'
import { numbers } from './numbers.ts'
import { settings } from './settings.ts'
import { shown } from './shown.ts'
import { stream } from './stream.ts'
import { webhook } from './webhook.ts'

export const exotel: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'exotel',
  label: 'Exotel',
  about: 'ExoPhones and calls by Exotel (India and Southeast Asia), with AgentStream.',
  settings,
  checklist: [
    'Have AgentStream switched on for your account by Exotel; without it calls are refused with 403.',
    'In the dashboard, API settings: account SID, API key and API token. Make up a webhook secret of 16 letters or more.',
    'In App Bazaar make a flow with a Voicebot applet. Its URL is this connection’s voice address with the secret: https://offhook:SECRET@…/voice, or …/voice?key=SECRET.',
    'Give the flow’s number here as flow id, and point your ExoPhone at it.',
    'What follows the applet in the flow happens after we hang up: leave it empty to end the call.',
  ],
  webhook,
  control,
  stream,
  numbers,
  recordings,
  cost,
  lookup,
  lacks: {
    'take-back': 'Exotel has no hang-up: a call ends with its stream, and one that rings has none yet.',
    'keys-out': 'Exotel sends no keys on calls with a stream.',
    transfer: 'Exotel transfers no calls with a stream.',
    voicemail: 'Exotel speaks no messages on calls with a stream.',
    'recording-there': 'Exotel records calls from their start only.',
  },
  shown,
  check,
}
