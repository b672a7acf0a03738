/** Whose packets are heard (RFC 4961, RFC 7362): the first good source is kept; others are strangers until the call is negotiated anew. */
import type { RtpPacket } from './packet.ts'

export interface Source {
  readonly address: string
  readonly port: number
}

export interface LatchOptions {
  /** May sound come from this address? Asked for sources that the peer did not name itself. */
  readonly allows: (address: string) => boolean
  /** While the named address may still take the place of the first source, ms. */
  readonly window?: number
  /** So long must the source be silent before another may follow it, ms, */
  readonly silence?: number
  /** and so many packets in a row must the other send. */
  readonly packets?: number
}

const defaults = { window: 2000, silence: 3000, packets: 10 } as const

export class Latch {
  readonly #options: Required<LatchOptions>
  #named: Source | undefined
  #current: Source | undefined
  #openUntil = -Infinity
  #heardAt = -Infinity
  #candidate: { readonly from: Source; readonly source: number; sequence: number; count: number } | undefined

  constructor(options: LatchOptions) {
    this.#options = { ...defaults, ...options }
  }

  /** Where to send: back to whoever is heard, before that to where the peer said. */
  get target(): Source | undefined {
    return this.#current ?? this.#named
  }

  /** Somebody was heard. */
  get latched(): boolean {
    return this.#current !== undefined
  }

  /** The peer's description says where it is. One that names another place opens the window anew; a mere refresh does not. */
  name(source: Source | undefined, at: number): void {
    if (!source || (this.#named && same(source, this.#named))) return
    const moved = this.#named !== undefined
    this.#named = source
    if (!moved) return
    this.#openUntil = at + this.#options.window
    this.#current = undefined
    this.#candidate = undefined
  }

  /** Is this packet (valid, and authentic where there are keys) to be heard? */
  take(from: Source, packet: Pick<RtpPacket, 'sequence' | 'source'>, at: number): boolean {
    const current = this.#current
    if (current && same(from, current)) {
      this.#heardAt = at
      this.#candidate = undefined
      return true
    }
    const named = this.#named !== undefined && same(from, this.#named)
    if (!named && from.address !== this.#named?.address && !this.#options.allows(from.address)) return false
    if (!current) return this.#follow(from, at, at + this.#options.window)
    // The address that the peer named itself beats one that was merely first.
    if (named && at < this.#openUntil) return this.#follow(from, at, this.#openUntil)
    return this.#prove(from, packet, at)
  }

  #follow(from: Source, at: number, openUntil: number): true {
    this.#current = { address: from.address, port: from.port }
    this.#openUntil = openUntil
    this.#heardAt = at
    this.#candidate = undefined
    return true
  }

  /** The source fell silent, and another goes on in good order: a peer that restarted, or a NAT that gave another port. */
  #prove(from: Source, { sequence, source }: Pick<RtpPacket, 'sequence' | 'source'>, at: number): boolean {
    const known = this.#candidate
    const next =
      known && same(from, known.from) && source === known.source && sequence === ((known.sequence + 1) & 0xffff)
    if (!known || !next) {
      this.#candidate = { from: { address: from.address, port: from.port }, source, sequence, count: 1 }
      return false
    }
    known.sequence = sequence
    known.count++
    if (known.count < this.#options.packets || at - this.#heardAt < this.#options.silence) return false
    return this.#follow(from, at, at)
  }
}

function same(one: Source, other: Source): boolean {
  return one.port === other.port && one.address === other.address
}
