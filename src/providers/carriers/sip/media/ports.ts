/** Pairs of UDP ports for sound: an even one for RTP, the next for RTCP. Nobody counts: who binds a port has it, in whatever process. */
import type { Clock, Timer } from '../../../../lib/clock.ts'
import { OffhookError } from '../../../../spec/errors.ts'
import { openDatagrams, type Datagrams } from './udp.ts'

export interface PortsOptions {
  readonly clock: Clock
  /** In [0, 1): where a search begins. */
  readonly fraction: () => number
  /** First and last port that may be used. `first` 0: any that the system gives. */
  readonly range: { readonly first: number; readonly last: number }
  /** A pair rests so long after its call, ms. Default 10 s. */
  readonly quarantine?: number
  /** Opens one port of an address; sockets of the system by default. */
  readonly open?: (address: string, port: number) => Promise<Datagrams>
}

export interface PortPair {
  readonly rtp: Datagrams
  readonly rtcp: Datagrams
  /** Gives it back: it stays bound, and deaf, until nothing of the call before can reach the next one. */
  release(): void
}

/** Where the system chooses, the next port may be somebody's. */
const mostTries = 50

export class Ports {
  readonly #options: PortsOptions
  readonly #open: NonNullable<PortsOptions['open']>
  /** Pairs that rest, with the timers of their end. */
  readonly #resting = new Map<PortPair, Timer>()
  readonly #used = new Set<PortPair>()
  /** Even ports of ours, per address: not tried again while they are bound. */
  readonly #bound = new Set<string>()
  #closed = false

  constructor(options: PortsOptions) {
    this.#options = options
    this.#open = options.open ?? openDatagrams
  }

  get counts(): { readonly used: number; readonly resting: number } {
    return { used: this.#used.size, resting: this.#resting.size }
  }

  /** Rejects with `media.unavailable` when no pair is free. */
  async take(address: string): Promise<PortPair> {
    const { first, last } = this.#options.range
    for (const port of first === 0 ? anyPorts() : this.#search()) {
      const pair = await this.#bind(address, port)
      if (!pair) continue
      if (!this.#closed) return pair
      await Promise.all([pair.rtp.close(), pair.rtcp.close()])
      break
    }
    throw new OffhookError(
      'media.unavailable',
      `No pair of UDP ports from ${first} to ${last} is free on ${address}: ${this.#used.size} calls have one, ` +
        `${this.#resting.size} pairs rest after their call. Give more ports (OFFHOOK_RTP_PORTS)`,
    )
  }

  /** Everything at once, also what rests. */
  async close(): Promise<void> {
    this.#closed = true
    const pairs = [...this.#used, ...this.#resting.keys()]
    for (const timer of this.#resting.values()) timer.cancel()
    this.#used.clear()
    this.#resting.clear()
    await Promise.all(pairs.flatMap(({ rtp, rtcp }) => [rtp.close(), rtcp.close()]))
  }

  /** Every even port of the range once, from a random one on: two processes, or two calls, rarely try the same. */
  *#search(): Generator<number> {
    const first = this.#options.range.first + (this.#options.range.first & 1)
    const pairs = Math.floor((this.#options.range.last - first + 1) / 2)
    const start = Math.floor(this.#options.fraction() * pairs)
    for (let step = 0; step < pairs; step++) yield first + ((start + step) % pairs) * 2
  }

  async #bind(address: string, port: number): Promise<PortPair | undefined> {
    const key = `${address} ${port}`
    if (port !== 0 && this.#bound.has(key)) return undefined
    this.#bound.add(key)
    const rtp = await this.#tryOpen(address, port)
    const even = rtp !== undefined && rtp.local.port % 2 === 0
    const rtcp = even ? await this.#tryOpen(address, rtp.local.port + 1) : undefined
    if (rtp && rtcp) return this.#pair(rtp, rtcp, key)
    this.#bound.delete(key)
    await rtp?.close()
    return undefined
  }

  async #tryOpen(address: string, port: number): Promise<Datagrams | undefined> {
    try {
      return await this.#open(address, port)
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 'EADDRINUSE') return undefined // system errors carry a code
      throw new OffhookError('media.unavailable', `No UDP port can be opened on ${address}`, { cause: error })
    }
  }

  #pair(rtp: Datagrams, rtcp: Datagrams, key: string): PortPair {
    const pair = { rtp, rtcp, release: () => this.#release(pair, key) }
    this.#used.add(pair)
    return pair
  }

  #release(pair: PortPair, key: string): void {
    if (!this.#used.delete(pair)) return
    pair.rtp.listener = undefined
    pair.rtcp.listener = undefined
    const rested = (): void => {
      this.#resting.delete(pair)
      this.#bound.delete(key)
      void Promise.all([pair.rtp.close(), pair.rtcp.close()])
    }
    this.#resting.set(pair, this.#options.clock.timer(this.#options.quarantine ?? 10_000, rested))
  }
}

function* anyPorts(): Generator<number> {
  for (let tries = 0; tries < mostTries; tries++) yield 0
}
