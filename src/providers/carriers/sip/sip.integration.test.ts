import { carrierConformance } from '../../../../test/conformance/carrier.ts'
import { sip } from './sip.ts'
import { frame, text } from './stream.ts'

const format = { encoding: 'pcmu', rate: 8000, frameMs: 20 } as const

carrierConformance('sip', {
  spec: sip,
  process: { listen: 'udp://127.0.0.1:0', ports: '0-0' },
  settings: {
    host: '192.0.2.7',
    username: 'office',
    password: 'correct horse',
    inboundPassword: 'battery staple',
    extensions: '101 tr0ub4dor-and-3',
  },
  control: { ref: 'sip_1', gone: [], accept: () => ({ status: 200, headers: {}, body: new Uint8Array() }) },
  stream: {
    opening: [text({ type: 'start', ref: 'sip_1', streamRef: 'rtp_1', format })],
    started: { ref: 'sip_1', streamRef: 'rtp_1' },
    audio: (payload, count) => ({ binary: frame(count, payload) }),
    played: (message) => ('binary' in message ? message.binary : undefined),
    digit: { message: text({ type: 'digit', digit: '5' }), digit: '5' },
    stop: text({ type: 'stop' }),
  },
})
