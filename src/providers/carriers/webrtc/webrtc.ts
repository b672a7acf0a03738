/** The browser line: calls from web pages, apps and small devices over WebRTC. */
import type { CommandType } from '../../../spec/call.ts'
import type { CarrierSpec } from '../../../spec/carrier.ts'
import { listen } from './listener.ts'
import { settings } from './settings.ts'
import { stream } from './stream.ts'

const own: readonly CommandType[] = ['answer', 'reject', 'hangup']

export const webrtc: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'webrtc',
  label: 'Browser',
  about: 'Calls from web pages and apps over WebRTC: no carrier, no number.',
  settings,
  checklist: [
    'Choose the agent that answers.',
    'Add the origins of your own web pages; the console needs none.',
    'Behind NAT: set the public IP address and open the UDP ports. For callers in strict networks add a TURN server.',
  ],
  control: {
    commands: own,
    encode: ({ type }) =>
      own.includes(type) ? { by: 'link' } : { by: 'unsupported', why: `A browser call has no "${type}"` },
  },
  stream,
  listen,
}
