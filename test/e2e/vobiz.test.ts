/** The live conformance suite on Vobiz. */
import { simulatedCarrier } from '../../simulators/index.ts'
import { vobiz } from '../../src/providers/carriers/vobiz/vobiz.ts'
import { liveConformance } from '../conformance/live.ts'
import { dialledAddress, lineAt } from './carrier-line.ts'

const stream = '00000000-0000-0000-0000-000000000000'

liveConformance('vobiz', {
  spec: vobiz,
  providers: { carriers: [vobiz] },
  line: lineAt({ carrier: simulatedCarrier('vobiz'), account: 'authId' }),
  orders: { hangup: { method: 'DELETE', text: /^DELETE \S+\/Call\/[^/]+\/?$/m }, transfer: { method: 'POST' } },
  // Recordings are known by their address.
  recordingName: ({ wire }) =>
    new URLSearchParams(wire.find(({ text }) => text.includes('record_url='))?.text.split('\n')[1]).get('record_url') ??
    '',
  media: {
    address: dialledAddress,
    opening: (_, ref) => [
      JSON.stringify({
        sequenceNumber: 0,
        event: 'start',
        start: {
          callId: ref,
          streamId: stream,
          accountId: '500025',
          tracks: ['inbound'],
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000 },
        },
        extra_headers: '{}',
      }),
    ],
    otherRef: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  },
})
