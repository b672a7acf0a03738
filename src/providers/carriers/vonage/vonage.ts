/** Vonage Voice: NCCO answers, REST control signed per request, sound as binary messages. */
import type { CarrierSpec } from '../../../spec/carrier.ts'
import { check, cost, lookup, lookupTransfer, recordings } from './account.ts'
import { setUp } from './application.ts'
import { control } from './commands.ts'
import { numbers } from './numbers.ts'
import { settings } from './settings.ts'
import { shown } from './shown.ts'
import { stream } from './stream.ts'
import { webhook } from './webhook.ts'

export const vonage: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'vonage',
  label: 'Vonage',
  about: 'Phone numbers and calls by the Vonage Voice API (formerly Nexmo), with linear sound.',
  settings,
  checklist: [
    'Sign in at dashboard.vonage.com: API key and API secret stand on its first page, the signature secret under Settings.',
    'Create an application with the Voice capability, and keep the private key it gives you; its id is the application id.',
    'Buy a number, here or in the dashboard, and point it to this connection; the application’s addresses are set when this is saved.',
  ],
  webhook,
  control,
  stream,
  numbers,
  recordings,
  cost,
  lookup,
  lacks: { 'recording-there': 'Vonage records from the answer on only (setting "Record at Vonage too").' },
  shown,
  lookupTransfer,
  setUp,
  check,
}
