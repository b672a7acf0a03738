/** What the browser counts of a call (`getStats`), as the few figures that tell whether sound flows. */

export interface Flow {
  readonly packetsSent: number
  readonly packetsReceived: number
  readonly packetsLost: number
  /** Energy of what was heard, as the browser adds it up: stands still while only silence comes. */
  readonly energyReceived: number
  /** Energy of our microphone, where the browser tells it. */
  readonly energySent: number | undefined
  /** ms */
  readonly jitter: number | undefined
  /** ms */
  readonly roundTrip: number | undefined
  /** How the media travels, e.g. `host`, `srflx`, `relay`. */
  readonly route: string | undefined
  readonly codec: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
const wordOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export function flowOf(report: Iterable<Fields>): Flow {
  const all = [...report]
  const audio = (type: string) => all.find((one) => one['type'] === type && one['kind'] === 'audio')
  const incoming = audio('inbound-rtp')
  const outgoing = audio('outbound-rtp')
  const source = audio('media-source')
  const pair = pairOf(all)
  const byId = (id: unknown) => all.find((one) => one['id'] === id)
  const jitter = numberOf(incoming?.['jitter'])
  const roundTrip = numberOf(pair?.['currentRoundTripTime'])
  return {
    packetsSent: numberOf(outgoing?.['packetsSent']) ?? 0,
    packetsReceived: numberOf(incoming?.['packetsReceived']) ?? 0,
    packetsLost: numberOf(incoming?.['packetsLost']) ?? 0,
    energyReceived: numberOf(incoming?.['totalAudioEnergy']) ?? 0,
    energySent: numberOf(source?.['totalAudioEnergy']),
    jitter: jitter === undefined ? undefined : jitter * 1000,
    roundTrip: roundTrip === undefined ? undefined : roundTrip * 1000,
    route: wordOf(byId(pair?.['localCandidateId'])?.['candidateType']),
    codec: wordOf(byId(incoming?.['codecId'])?.['mimeType'])?.replace(/^audio\//, ''),
  }
}

/** The pair in use: named by the transport, or the nominated one. */
function pairOf(all: readonly Fields[]): Fields | undefined {
  const transport = all.find((one) => one['type'] === 'transport')
  const chosen = transport?.['selectedCandidatePairId']
  const pairs = all.filter((one) => one['type'] === 'candidate-pair')
  return (
    pairs.find((one) => one['id'] === chosen) ??
    pairs.find((one) => one['nominated'] === true && one['state'] === 'succeeded')
  )
}
