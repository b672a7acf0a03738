/** Where Plivo's commands go, and how it writes things. */
import { plivoControl } from '../../../protocols/plivo/control.ts'
import { address, client, digits, id } from './rest.ts'
import type { Settings } from './settings.ts'

export const control = plivoControl<Settings>({
  vendor: 'Plivo',
  client,
  calls: (config, ref, part) =>
    address(config, 'Call', ...(ref === undefined ? [] : [id(ref)]), ...(part ? [part] : [])),
  request: (config, ref) => address(config, 'Request', id(ref)),
  stream: (config, ref) => address(config, 'Call', id(ref), 'Stream'),
  number: (_config, number) => digits(number),
  // The signature covers everything.
  purpose: (_config, purpose) => purpose,
  contentType: ({ codec }) => (codec === 'l16' ? 'audio/x-l16;rate=16000' : 'audio/x-mulaw;rate=8000'),
  leg: 'legs',
  stereo: true,
})
