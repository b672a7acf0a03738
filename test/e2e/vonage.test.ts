/** The live conformance suite on Vonage. */
import { simulatedCarrier } from '../../simulators/index.ts'
import { vonage } from '../../src/providers/carriers/vonage/vonage.ts'
import { liveConformance } from '../conformance/live.ts'
import { dialledAddress, lineAt } from './carrier-line.ts'

liveConformance('vonage', {
  spec: vonage,
  providers: { carriers: [vonage] },
  line: lineAt({ carrier: simulatedCarrier('vonage'), account: 'applicationId' }),
  orders: { hangup: { method: 'PUT', text: /"action":"hangup"/ }, transfer: { method: 'PUT' } },
  numbersMedia: false,
  namesCall: false,
  media: {
    address: dialledAddress,
    opening: () => [
      JSON.stringify({ event: 'websocket:connected', 'content-type': 'audio/l16;rate=16000', call: 'call_other' }),
    ],
    otherRef: 'ffffffff-ffff-4fff-afff-ffffffffffff',
  },
})
