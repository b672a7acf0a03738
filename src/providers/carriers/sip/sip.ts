/** The SIP trunk: calls from and to every carrier and exchange that speaks SIP, and softphones of one's own. */
import type { CommandType } from '../../../spec/call.ts'
import type { CallSeen, CarrierSpec, LookedUp } from '../../../spec/carrier.ts'
import type { Operation } from '../../../spec/http.ts'
import { listen } from './listener.ts'
import { processSettings } from './process.ts'
import { settings } from './settings.ts'
import { shown } from './shown.ts'
import { stream } from './stream.ts'

const own: readonly CommandType[] = ['answer', 'reject', 'dial', 'hangup', 'send-digits', 'transfer']

export const sip: CarrierSpec<typeof settings> = {
  kind: 'carrier',
  name: 'sip',
  label: 'SIP trunk',
  about: 'Calls over SIP from and to any carrier or telephone exchange, and softphones of your own.',
  settings,
  process: processSettings,
  checklist: [
    'At the carrier: make a trunk, and send its calls to this machine’s address, UDP port 5060 (see OFFHOOK_SIP_LISTEN).',
    'Here: give the carrier’s host, and the user name and password where it gave you some. Lines that register need “Register”.',
    'Behind NAT: set OFFHOOK_SIP_PUBLIC_ADDRESS, and let UDP 5060 and the RTP ports through the firewall.',
    'Add your numbers, each with the agent that answers it; or choose an agent for the whole trunk.',
  ],
  control: {
    commands: own,
    detectsMachines: false,
    encode: ({ type }) =>
      own.includes(type) ? { by: 'link' } : { by: 'unsupported', why: `A SIP trunk has no "${type}"` },
  },
  stream,
  listen,
  lacks: {
    doubt: 'A SIP call ends with the process that has it: a dial in doubt is not repeated.',
  },
  // Asked only after a crash: its process was the other end of the call.
  lookup: lookUp,
  shown,
}

// No request is made: there is nobody to ask.
// oxlint-disable-next-line require-yield
function* lookUp({ ref }: CallSeen): Operation<LookedUp> {
  const cause = 'the process that had the call is gone, and with it its SIP dialog and its sound'
  return ref === undefined ? 'unsure' : { ref, status: 'failed', cause }
}
