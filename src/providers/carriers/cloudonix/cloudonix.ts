/** Cloudonix: CXML answers (TwiML's shape), REST control by session token, a Twilio-shaped media socket. */
import type { CarrierSpec } from '../../../spec/carrier.ts'
import { check, lookup, recordings } from './account.ts'
import { setUp } from './application.ts'
import { control } from './commands.ts'
import { numbers } from './numbers.ts'
import { settings } from './settings.ts'
import { shown } from './shown.ts'
import { stream } from './stream.ts'
import { webhook } from './webhook.ts'

export const cloudonix: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'cloudonix',
  label: 'Cloudonix',
  about: 'Calls over your own SIP trunks by Cloudonix, with media streams.',
  settings,
  checklist: [
    'In the Cloudonix cockpit create a domain and a domain API key, and connect your SIP trunks to it.',
    'Make up a requests key (32 letters or more), and set it as the domain’s "authorization-api-key": Cloudonix then sends it with every request to us.',
    'A voice application of type CXML is made when this is saved. To use one of your own instead, give its name: its address is set.',
    'Optional: set the domain’s "cdr-endpoint" to …/cdr below this connection’s address, for recordings and a second word on each end.',
  ],
  webhook,
  control,
  stream,
  numbers,
  recordings,
  lookup,
  lacks: {
    'keys-out': 'Cloudonix sends no keys on a running call.',
    'recording-there': 'Cloudonix records outbound calls from their start only.',
    price: 'Its record of a call names no currency.',
  },
  shown,
  setUp,
  check,
}
