/** Keeps a few seconds of what a call's line did, so that a diagnosis compares and does not guess. */
import type { Facts } from './diagnosis.ts'
import type { Flow } from './stats.ts'

export interface Look {
  readonly flow: Flow | undefined
  /** dBFS of the moment. */
  readonly microphone: number
  readonly heard: number
  /** ms */
  readonly now: number
}

/** How far back it compares, ms. */
const memory = 5_000

export class Watch {
  #looks: readonly Look[] = []
  #agentSince: number | undefined

  look(look: Look): void {
    this.#looks = [...this.#looks.filter(({ now }) => look.now - now <= memory), look]
  }

  agentSpeaks(speaking: boolean, now: number): void {
    this.#agentSince = speaking ? now : undefined
  }

  facts(): Pick<Facts, 'recently' | 'microphonePeak' | 'heardPeak' | 'agentSpeakingFor'> {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)]
    const long = first !== undefined && last !== undefined && last.now - first.now >= memory - 1_500
    const agentSince = this.#agentSince
    return {
      recently: long ? between(first.flow, last.flow) : undefined,
      microphonePeak: long ? Math.max(...this.#looks.map(({ microphone }) => microphone)) : undefined,
      heardPeak: long ? Math.max(...this.#looks.map(({ heard }) => heard)) : undefined,
      agentSpeakingFor: agentSince === undefined || !last ? 0 : Math.max(0, last.now - agentSince),
    }
  }
}

/** Counters start anew with a new connection: then there is nothing to compare yet. */
function between(before: Flow | undefined, after: Flow | undefined): Facts['recently'] {
  if (!before || !after) return undefined
  const sent = after.packetsSent - before.packetsSent
  const received = after.packetsReceived - before.packetsReceived
  const lost = after.packetsLost - before.packetsLost
  return sent < 0 || received < 0 ? undefined : { sent, received, lost: Math.max(0, lost) }
}
