/** What RTCP and ICE say of a line: loss, jitter and round trip. */
import type { RTCStatsReport } from 'werift'
import type { MediaQuality } from '../../../spec/listen.ts'

export function readStats(report: RTCStatsReport): MediaQuality {
  const facts = [...report.values()] as unknown as readonly Readonly<Record<string, unknown>>[] // statistics are plain objects
  const inbound = facts.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
  const remote = facts.find(({ type, kind }) => type === 'remote-inbound-rtp' && kind === 'audio')
  const trips = facts.filter(({ type, nominated }) => type === 'candidate-pair' && nominated === true)
  const roundTrip = [remote?.['roundTripTime'], ...trips.map((pair) => pair['currentRoundTripTime'])]
    .map(number)
    .find((one) => one !== undefined)
  const lostThere = number(remote?.['packetsLost'])
  return {
    received: number(inbound?.['packetsReceived']) ?? 0,
    lost: Math.max(0, number(inbound?.['packetsLost']) ?? 0),
    jitter: (number(inbound?.['jitter']) ?? 0) * 1000,
    ...(roundTrip === undefined ? {} : { roundTrip: roundTrip * 1000 }),
    ...(lostThere === undefined ? {} : { lostThere: Math.max(0, lostThere) }),
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
