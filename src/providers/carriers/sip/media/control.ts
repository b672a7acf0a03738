/** RTCP of one call: what we tell of what we hear, and what the peer tells of what it hears (RFC 3550 §6). */
import type { Clock } from '../../../../lib/clock.ts'
import { reportInterval, roundTripOf, type Reception } from '../../../../protocols/rtp/reception.ts'
import {
  middleOf,
  ntpOf,
  readRtcp,
  writeRtcp,
  type ReportBlock,
  type RtcpPacket,
} from '../../../../protocols/rtp/rtcp.ts'
import type { Sending } from './sending.ts'

export interface ControlOptions {
  readonly clock: Clock
  readonly fraction: () => number
  /** Canonical name: the same for all of a call, and says nothing of us. */
  readonly name: string
  readonly send: (compound: Uint8Array) => void
}

export interface Sides {
  readonly sending: Sending
  readonly reception: Reception
}

export class Control {
  readonly #options: ControlOptions
  #due: number
  #sent = 0
  /** The peer's last sender report. */
  #last: { readonly report: number; readonly at: number } | undefined
  #roundTrip: number | undefined
  #there: ReportBlock | undefined

  constructor(options: ControlOptions) {
    this.#options = options
    this.#due = options.clock.monotonic() + reportInterval(options.fraction(), true)
  }

  /** ms; undefined until the peer has answered a report of ours. */
  get roundTrip(): number | undefined {
    return this.#roundTrip
  }

  /** What the peer said last of our sound. */
  get there(): ReportBlock | undefined {
    return this.#there
  }

  /** Sends a report when it is time for one. */
  tick(sides: Sides): void {
    const { clock, fraction } = this.#options
    const now = clock.monotonic()
    if (now < this.#due) return
    this.#due = now + reportInterval(fraction(), false)
    this.#options.send(writeRtcp(this.#report(sides)))
  }

  goodbye(sides: Sides): void {
    this.#options.send(writeRtcp([...this.#report(sides), { type: 'goodbye', sources: [sides.sending.source] }]))
  }

  /** False: it was no RTCP. */
  take(bytes: Uint8Array, { sending }: Sides): boolean {
    const packets = readRtcp(bytes)
    if (!packets) return false
    const now = middleOf(ntpOf(this.#options.clock.now()))
    for (const packet of packets) {
      if (packet.type === 'sender-report')
        this.#last = { report: middleOf(packet.sent), at: this.#options.clock.monotonic() }
      if (packet.type !== 'sender-report' && packet.type !== 'receiver-report') continue
      const own = packet.blocks.find(({ source }) => source === sending.source)
      if (!own) continue
      this.#there = own
      this.#roundTrip = roundTripOf(now, own) ?? this.#roundTrip
    }
    return true
  }

  /** A sender report where we sent since the last one; our name in every compound (§6.1). */
  #report({ sending, reception }: Sides): readonly RtcpPacket[] {
    const { clock, name } = this.#options
    const at = clock.monotonic()
    const { source } = sending
    const last = this.#last
    const heard = last && { report: last.report, delayMs: at - last.at }
    const blocks = reception.received > 0 ? [reception.block(heard)] : []
    const { packets, bytes } = sending.counts
    const described: RtcpPacket = { type: 'description', source, name }
    if (packets === this.#sent) return [{ type: 'receiver-report', source, blocks }, described]
    this.#sent = packets
    const sent = { ...ntpOf(clock.now()), timestamp: sending.timestampAt(at), packets, bytes }
    return [{ type: 'sender-report', source, sent, blocks }, described]
  }
}
