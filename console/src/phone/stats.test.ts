import { expect, test } from 'vitest'
import { flowOf } from './stats.ts'

const report = [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P2' },
  { id: 'P1', type: 'candidate-pair', nominated: true, state: 'succeeded', localCandidateId: 'L2' },
  { id: 'P2', type: 'candidate-pair', state: 'succeeded', currentRoundTripTime: 0.012, localCandidateId: 'L1' },
  { id: 'L1', type: 'local-candidate', candidateType: 'host' },
  { id: 'L2', type: 'local-candidate', candidateType: 'relay' },
  { id: 'C', type: 'codec', mimeType: 'audio/opus' },
  {
    id: 'I',
    type: 'inbound-rtp',
    kind: 'audio',
    packetsReceived: 10,
    packetsLost: 1,
    jitter: 0.004,
    codecId: 'C',
    totalAudioEnergy: 0.5,
  },
  { id: 'O', type: 'outbound-rtp', kind: 'audio', packetsSent: 12 },
  { id: 'S', type: 'media-source', kind: 'audio', totalAudioEnergy: 0.25 },
]

test('the figures of a call, over the pair that the transport names', () => {
  expect(flowOf(report)).toEqual({
    packetsSent: 12,
    packetsReceived: 10,
    packetsLost: 1,
    energyReceived: 0.5,
    energySent: 0.25,
    jitter: 4,
    roundTrip: 12,
    route: 'host',
    codec: 'opus',
  })
})

test('without a named pair the nominated one counts', () => {
  expect(flowOf(report.filter(({ type }) => type !== 'transport')).route).toBe('relay')
})

test('nothing yet', () => {
  expect(flowOf([])).toMatchObject({ packetsSent: 0, packetsReceived: 0, route: undefined, jitter: undefined })
})
