/** The live conformance suite on Telnyx. */
import { createTelnyx, simulatedCarrier } from '../../simulators/index.ts'
import { telnyx } from '../../src/providers/carriers/telnyx/telnyx.ts'
import { liveConformance } from '../conformance/live.ts'
import { dialledAddress, lineAt } from './carrier-line.ts'

const stream = '00000000-0000-4000-a000-000000000000'

liveConformance('telnyx', {
  spec: telnyx,
  providers: { carriers: [telnyx] },
  line: lineAt({
    carrier: simulatedCarrier('telnyx'),
    account: 'connectionId',
    open: (settings, options) =>
      createTelnyx({
        ...options,
        apiKey: String(settings['apiKey']),
        connectionId: String(settings['connectionId']),
        // Only calls that nobody answers wait for it. Shorter, and a busy machine loses callers whose answer comes a little late.
        firstCommandMs: 10_000,
      }),
  }),
  orders: { hangup: { method: 'POST', text: /\/actions\/hangup/ }, transfer: { method: 'POST' } },
  answersBy: 'request',
  tellsPrice: true,
  tellsRinging: false,
  findsDials: true,
  namesTransfers: true,
  endsWithStream: false,
  // Telnyx's word of a saved recording names the leg, not the recording.
  recordingName: ({ wire }) => /"call_leg_id":"([^"]+)"/.exec(wire.map(({ text }) => text).join())?.[1] ?? '',
  media: {
    address: dialledAddress,
    opening: (_, ref) => [
      JSON.stringify({ event: 'connected', version: '1.0.0' }),
      JSON.stringify({
        event: 'start',
        sequence_number: '1',
        stream_id: stream,
        start: {
          user_id: stream,
          call_control_id: ref,
          call_session_id: stream,
          from: '+15550199001',
          to: '+15550100010',
          client_state: null,
          custom_parameters: {},
          media_format: { encoding: 'PCMU', sample_rate: 8000, channels: 1 },
        },
      }),
    ],
    otherRef: 'v3:somebody-elses-call',
  },
})
