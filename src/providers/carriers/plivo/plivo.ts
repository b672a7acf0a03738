/** Plivo Voice: XML answers, REST control, media streams with checkpoints. */
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

/** Plivo buffers forty seconds and plays them in real time; `clearAudio` takes them back. */
const formats: readonly StreamFormat[] = [
  { encoding: 'pcmu', rate: 8_000, frameMs: 20, leadMs: 400 },
  { encoding: 'l16le', rate: 16_000, frameMs: 20, leadMs: 400 },
]

export const plivo: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'plivo',
  label: 'Plivo',
  about: 'Phone numbers and calls by Plivo Voice, with bidirectional audio streams.',
  settings,
  checklist: [
    'Sign in at console.plivo.com: auth id and auth token stand on its first page.',
    'Buy a voice number, here or in the console, and point it to this connection: it is attached to the application that is made when this is saved.',
    'Accounts that pay as they go call the United States and India only; others are allowed under Voice → Geo permissions.',
  ],
  webhook,
  control,
  stream: {
    ...{ formats, marks: true },
    ...plivoMedia({ formats, account: /^$|^(?![MS]A_).*\D/, digits: true }),
  },
  numbers,
  recordings,
  cost,
  lookup,
  shown,
  setUp,
  check,
}
