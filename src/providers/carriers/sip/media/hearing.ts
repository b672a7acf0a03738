/** The caller's sound as it comes: in order, without gaps in time, keys apart from it. */
import type { Clock } from '../../../../lib/clock.ts'
import { pacerOf, type Pacer, type Sleeper } from '../../../../media/playout-pacer.ts'
import { readDigit, type Digits } from '../../../../protocols/rtp/digits.ts'
import { JitterBuffer } from '../../../../protocols/rtp/jitter.ts'
import { readNoise } from '../../../../protocols/rtp/noise.ts'
import type { RtpPacket } from '../../../../protocols/rtp/packet.ts'
import { Reception } from '../../../../protocols/rtp/reception.ts'
import { codecTable, type CodecName } from '../../../../protocols/sdp/codecs.ts'
import type { Negotiated } from '../../../../protocols/sdp/negotiated.ts'
import { noiseMaker, silenceOf } from './silence.ts'

export interface HearingListener {
  /** `number` rises by one with every frame, and by more where some were lost. */
  frame(payload: Uint8Array, number: number): void
  digit(digit: string): void
  /** The peer goes on in another codec that was agreed on: nothing is heard until `agreed` says so. */
  switched(codec: CodecName): void
}

export interface HearingOptions {
  readonly clock: Clock
  readonly fraction: () => number
  readonly agreed: Negotiated
  readonly on: HearingListener
}

/** A line so long without a packet is filled with silence, ms: whoever waits for the end of a sentence must hear it. */
const longestGap = 200
/** Packets of another codec that make a switch: one may be a stray. */
const enough = 3

export class Hearing implements Sleeper {
  readonly reception: Reception
  readonly #options: HearingOptions
  readonly #buffer: JitterBuffer
  readonly #pacer: Pacer
  readonly #silence: Uint8Array
  readonly #noise: (level: number) => Uint8Array
  #digits: Digits = {}
  #number = 0
  /** When the sound given on so far ends, at the earliest. */
  #until = 0
  #running = false
  #filling = false
  #level: number | undefined
  #others = 0

  constructor(options: HearingOptions) {
    const { clock, fraction, agreed } = options
    this.#options = options
    this.reception = new Reception(codecTable[agreed.codec].clockRate)
    this.#buffer = new JitterBuffer({ clock, next: (packet, missing) => this.#next(packet, missing) })
    this.#pacer = pacerOf(clock)
    this.#silence = silenceOf(agreed.codec, agreed.sends.frameMs)
    this.#noise = noiseMaker(agreed.codec, agreed.sends.frameMs, fraction)
  }

  get buffer(): { readonly wait: number; readonly late: number; readonly repeated: number; readonly missing: number } {
    return { wait: this.#buffer.wait, ...this.#buffer.counts }
  }

  /** Was this payload type agreed on? */
  knows(payloadType: number): boolean {
    const { hears, events, noise } = this.#options.agreed
    return hears.has(payloadType) || events.hears.includes(payloadType) || noise.hears.includes(payloadType)
  }

  /** Somebody listens from now on. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#until = this.#options.clock.monotonic()
    this.wake()
  }

  take(packet: RtpPacket, at: number): void {
    this.reception.take(packet, at)
    this.#buffer.take(packet, this.reception.jitter, at)
  }

  close(): void {
    this.#running = false
    this.#pacer.cancel(this)
    this.#buffer.close()
  }

  /** Called by the pacer: is it time for silence? */
  wake(): void {
    if (!this.#running) return
    const now = this.#options.clock.monotonic()
    if (now >= this.#fillAt) {
      const { frameMs } = this.#options.agreed.sends
      this.#until = this.#filling ? this.#until + frameMs : now + frameMs
      // After a stall of ours the schedule goes on from now: a burst of silence helps nobody.
      if (this.#until < now) this.#until = now
      this.#filling = true
      const level = this.#level
      this.#options.on.frame(level === undefined ? this.#silence : this.#noise(level), this.#number++)
    }
    this.#pacer.sleep(this, this.#fillAt)
  }

  get #fillAt(): number {
    return this.#until + (this.#filling || this.#level !== undefined ? 0 : longestGap)
  }

  #next(packet: RtpPacket, missing: number): void {
    const { agreed, on } = this.#options
    const { payloadType, payload } = packet
    if (agreed.events.hears.includes(payloadType)) {
      const { state, digit } = readDigit(this.#digits, payload, packet.timestamp)
      this.#digits = state
      if (digit !== undefined) on.digit(digit)
    } else if (agreed.noise.hears.includes(payloadType)) {
      this.#level = readNoise(payload)
      this.#pacer.sleep(this, this.#fillAt)
    } else this.#sound(payloadType, payload, missing)
  }

  #sound(payloadType: number, payload: Uint8Array, missing: number): void {
    const { agreed, clock, on } = this.#options
    const codec = agreed.hears.get(payloadType)
    if (codec !== agreed.codec) {
      if (codec !== undefined && ++this.#others === enough) on.switched(codec)
      return
    }
    this.#others = 0
    this.#filling = false
    this.#level = undefined
    this.#until = clock.monotonic() + agreed.sends.frameMs
    this.#number += missing
    on.frame(payload, this.#number++)
  }
}
