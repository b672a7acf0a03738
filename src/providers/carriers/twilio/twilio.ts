/** Twilio Programmable Voice: markup answers, REST control, media streams. */
import type { CarrierSpec } from '../../../spec/carrier.ts'
import { check, cost, lookup, recordings } from './account.ts'
import { control } from './commands.ts'
import { numbers } from './numbers.ts'
import { settings } from './settings.ts'
import { shown } from './shown.ts'
import { stream } from './stream.ts'
import { webhook } from './webhook.ts'

export const twilio: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'twilio',
  label: 'Twilio',
  about: 'Phone numbers and calls by Twilio Programmable Voice, with bidirectional media streams.',
  settings,
  checklist: [
    'Sign in at console.twilio.com: account SID and auth token stand on its first page, under Account Info.',
    'Optional: create an API key under Account → API keys & tokens, and give its SID and secret here.',
    'Buy a voice number, here or in the console, and point it to this connection.',
    'To call abroad, allow the countries under Voice → Settings → Geo permissions.',
  ],
  webhook,
  control,
  stream,
  numbers,
  recordings,
  cost,
  lookup,
  shown,
  check,
}
