/** Vobiz: Plivo's words in answers, callbacks and media; credentials, signatures and addresses of its own. */
import { plivoMedia } from '../../../protocols/plivo/media.ts'
import type { StreamFormat } from '../../../spec/audio.ts'
import type { CarrierSpec } from '../../../spec/carrier.ts'
import { check, cost, lookup, recordings } from './account.ts'
import { setUp } from './application.ts'
import { control } from './commands.ts'
import { numbers } from './numbers.ts'
import { settings } from './settings.ts'
import { shown } from './shown.ts'
import { webhook } from './webhook.ts'

const formats: readonly StreamFormat[] = [{ encoding: 'pcmu', rate: 8_000, frameMs: 20, leadMs: 400 }]

export const vobiz: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'vobiz',
  label: 'Vobiz',
  about: 'Phone numbers and calls by Vobiz (India first), with bidirectional audio streams.',
  settings,
  checklist: [
    'Sign in at console.vobiz.ai: auth id (MA_…) and auth token stand on its first page.',
    'Allow Vobiz to sign its callbacks; without signatures every callback is refused.',
    'Buy a number, here or in the console, and point it to this connection: it is attached to the application that is made when this is saved.',
  ],
  webhook,
  control,
  // What is sent between a clear and its confirmation is partly lost: fifty messages are a second.
  stream: { formats, marks: true, ...plivoMedia({ formats, account: /^(\d+|[MS]A_.*)$/, holdAfterClear: 50 }) },
  numbers,
  recordings,
  cost,
  lookup,
  shown,
  setUp,
  check,
}
