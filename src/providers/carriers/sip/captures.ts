/** What passed on the wire of each call, for whoever wants to open it in Wireshark: kept in memory, bounded, and not for long. */
import type { Clock } from '../../../lib/clock.ts'
import { writePcap, type Captured } from '../../../protocols/pcap/pcap.ts'
import type { Seen } from '../../../protocols/sip/transport/contract.ts'
import { withoutCredentials } from './ladder.ts'

/** Messages of one call. */
const mostMessages = 200
/** Calls that are over are kept so long, ms, and so many of them. */
const lingers = 600_000
const mostOver = 50

interface Kept {
  readonly messages: Captured[]
  /** The newest packets of sound; empty where the trunk does not keep them. */
  packets: () => readonly Captured[]
  over: number | undefined
}

export class Captures {
  readonly #clock: Clock
  readonly #calls = new Map<string, Kept>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(call: string, packets: () => readonly Captured[]): void {
    this.#calls.set(call, { messages: [], packets, over: undefined })
  }

  seen(call: string, { direction, at, flow, bytes }: Seen): void {
    const kept = this.#calls.get(call)
    if (!kept || kept.messages.length >= mostMessages) return
    const [from, to] = direction === 'in' ? [flow.remote, flow.local] : [flow.local, flow.remote]
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    const transport = flow.protocol === 'udp' ? 'udp' : 'tcp'
    kept.messages.push({ at, from, to, transport, bytes: Buffer.from(withoutCredentials(text)) })
  }

  /** The call is over: what it has by now is all, and leaves after a while. */
  end(call: string): void {
    const kept = this.#calls.get(call)
    if (!kept) return
    const packets = kept.packets()
    kept.packets = () => packets
    kept.over = this.#clock.monotonic()
    // In the order of their end.
    this.#calls.delete(call)
    this.#calls.set(call, kept)
    const over = [...this.#calls].filter(([, one]) => one.over !== undefined)
    for (const [index, [id, { over: since = 0 }]] of over.entries())
      if (index < over.length - mostOver || this.#clock.monotonic() - since > lingers) this.#calls.delete(id)
  }

  /** A pcap file; undefined where nothing is kept any more. */
  of(call: string): Uint8Array | undefined {
    const kept = this.#calls.get(call)
    if (!kept || (kept.over !== undefined && this.#clock.monotonic() - kept.over > lingers)) return undefined
    return writePcap([...kept.messages, ...kept.packets()])
  }
}
