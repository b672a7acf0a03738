/** The live conformance suite on Plivo. */
import { simulatedCarrier } from '../../simulators/index.ts'
import { plivo } from '../../src/providers/carriers/plivo/plivo.ts'
import { liveConformance } from '../conformance/live.ts'
import { dialledAddress, lineAt } from './carrier-line.ts'

const stream = '00000000-0000-0000-0000-000000000000'

liveConformance('plivo', {
  spec: plivo,
  providers: { carriers: [plivo] },
  line: lineAt({ carrier: simulatedCarrier('plivo'), account: 'authId' }),
  orders: { hangup: { method: 'DELETE', text: /^DELETE \S+\/Call\/[^/]+\/$/m }, transfer: { method: 'POST' } },
  tellsPeople: false,
  media: {
    address: dialledAddress,
    opening: (line, ref) => [
      JSON.stringify({
        event: 'start',
        sequenceNumber: 1,
        start: {
          callId: ref,
          streamId: stream,
          accountId: line.account,
          tracks: ['inbound'],
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000 },
        },
        extra_headers: '',
      }),
    ],
    otherRef: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  },
})
