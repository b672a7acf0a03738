/** Telnyx Call Control: events by signed webhook, every command a REST request, sound as JSON. */
import type { CarrierSpec } from '../../../spec/carrier.ts'
import { check, lookup, lookupTransfer, recordings } from './account.ts'
import { setUp } from './application.ts'
import { control } from './commands.ts'
import { numbers } from './numbers.ts'
import { settings } from './settings.ts'
import { shown } from './shown.ts'
import { stream } from './stream.ts'
import { webhook } from './webhook.ts'

export const telnyx: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'telnyx',
  label: 'Telnyx',
  about: 'Phone numbers and calls by Telnyx Call Control, with bidirectional media streams.',
  settings,
  checklist: [
    'Sign in at portal.telnyx.com and create an API key (v2) under Account → Keys & Credentials; the public key stands there too.',
    'Create a Voice API application under Voice → Programmable Voice; its id is the connection id. Its webhook address is set when this is saved.',
    'Assign an outbound voice profile to the application, and allow the countries you call there.',
    'Buy a number, here or in the portal, and point it to this connection.',
    'For the price of each call, switch on "Call cost" in the application’s webhook settings.',
  ],
  webhook,
  control,
  stream,
  numbers,
  recordings,
  lookup,
  shown,
  lookupTransfer,
  setUp,
  check,
}
