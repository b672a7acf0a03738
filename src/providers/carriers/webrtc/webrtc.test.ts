import { carrierConformance } from '../../../../test/conformance/carrier.ts'
import { writeRtp } from '../../../protocols/rtp/packet.ts'
import { text } from './stream.ts'
import { webrtc } from './webrtc.ts'

const format = { encoding: 'pcmu', rate: 8000, frameMs: 20 } as const

carrierConformance('webrtc', {
  spec: webrtc,
  settings: {
    agent: 'agt_1',
    origins: 'https://ours.example',
    turnPassword: 'correct horse',
    turnSecret: 'battery staple',
  },
  control: { ref: 'pc_1', gone: [], accept: () => ({ status: 200, headers: {}, body: new Uint8Array() }) },
  stream: {
    opening: [text({ type: 'start', ref: 'pc_1', streamRef: 'rtc_1', format, sound: 0, keys: [126] })],
    started: { ref: 'pc_1', streamRef: 'rtc_1' },
    audio: (payload, count) => ({
      binary: writeRtp({ payloadType: 0, marker: false, sequence: count, timestamp: count * 160, source: 7, payload }),
    }),
    played: (message) => ('binary' in message ? message.binary : undefined),
    digit: { message: text({ type: 'digit', digit: '5' }), digit: '5' },
    stop: text({ type: 'stop' }),
  },
})
