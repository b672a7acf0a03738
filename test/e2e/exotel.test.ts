/** The live conformance suite on Exotel. */
import { createExotel, simulatedCarrier } from '../../simulators/index.ts'
import { exotel } from '../../src/providers/carriers/exotel/exotel.ts'
import { liveConformance } from '../conformance/live.ts'
import { dialledAddress, lineAt } from './carrier-line.ts'

const other = 'f'.repeat(32)

liveConformance('exotel', {
  spec: exotel,
  providers: { carriers: [exotel] },
  line: lineAt({
    carrier: simulatedCarrier('exotel'),
    account: 'accountSid',
    open(settings, options) {
      const text = (name: string) => String(settings[name])
      const keys = { apiKey: text('apiKey'), apiToken: text('apiToken'), webhookSecret: text('webhookSecret') }
      // Orders of calls with a stream do not say how long it rings.
      return createExotel({
        ...options,
        ...keys,
        accountSid: text('accountSid'),
        flowId: text('flowId'),
        ringMs: 5_000,
      })
    },
  }),
  // There is none: calls end with their stream.
  orders: { hangup: { method: 'DELETE', text: /^DELETE/m }, transfer: { method: 'POST' } },
  tellsReplays: false,
  takesBack: false,
  tellsRinging: false,
  tellsEnd: false,
  media: {
    address: dialledAddress,
    opening: (line, ref) => [
      JSON.stringify({ event: 'connected' }),
      JSON.stringify({
        event: 'start',
        sequence_number: '1',
        stream_sid: other,
        start: {
          ...{ stream_sid: other, call_sid: ref, account_sid: line.account, from: '+15550199001', to: '+15550100010' },
          custom_parameters: {},
          media_format: { encoding: 'audio/x-raw', sample_rate: '16000', bit_rate: '16' },
        },
      }),
    ],
    otherRef: other,
  },
})
