/** Where Vobiz's commands go, and how it writes things. */
import { plivoControl } from '../../../protocols/plivo/control.ts'
import { address, client, id, written } from './rest.ts'
import type { Settings } from './settings.ts'
import { keyed } from './webhook.ts'

export const control = plivoControl<Settings>({
  vendor: 'Vobiz',
  client,
  calls: (config, ref, part) =>
    address(config, ['Call', ...(ref === undefined ? [] : [id(ref)]), ...(part ? [part] : []), ''].join('/')),
  number: written,
  purpose: keyed,
  contentType: () => 'audio/x-mulaw;rate=8000',
  leg: 'leg',
})
