/** The live conformance suite on Cloudonix. */
import { simulatedCarrier } from '../../simulators/index.ts'
import { cloudonix } from '../../src/providers/carriers/cloudonix/cloudonix.ts'
import { liveConformance } from '../conformance/live.ts'
import { dialledAddress, lineAt } from './carrier-line.ts'

const other = 'f'.repeat(32)

liveConformance('cloudonix', {
  spec: cloudonix,
  providers: { carriers: [cloudonix] },
  line: lineAt({ carrier: simulatedCarrier('cloudonix'), account: 'domain' }),
  orders: { hangup: { method: 'DELETE', text: /^DELETE \S+\/sessions\//m }, transfer: { method: 'POST' } },
  numbersMedia: false,
  tellsReplays: false,
  media: {
    address: dialledAddress,
    opening: (line, ref) => [
      JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
      JSON.stringify({
        event: 'start',
        streamSid: `MZ${other}`,
        start: {
          ...{ streamSid: `MZ${other}`, callSid: `CA${other}`, accountSid: line.account, session: ref },
          ...{
            from: '+15550199001',
            to: '+15550100010',
            context: 'inbound',
            tracks: ['inbound'],
            customParameters: {},
          },
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        },
      }),
    ],
    otherRef: other,
  },
})
