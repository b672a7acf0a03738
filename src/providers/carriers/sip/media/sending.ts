/** Our sound on its way: one packet every frame, whether the agent speaks, presses keys, or is quiet. */
import type { Clock } from '../../../../lib/clock.ts'
import { pacerOf, type Pacer, type Sleeper } from '../../../../media/playout-pacer.ts'
import { keyPackets, type KeyPacket } from '../../../../protocols/rtp/digits.ts'
import { outgoing, type Dated } from '../../../../protocols/rtp/outgoing.ts'
import { writeRtp } from '../../../../protocols/rtp/packet.ts'
import { codecTable } from '../../../../protocols/sdp/codecs.ts'
import type { Negotiated } from '../../../../protocols/sdp/negotiated.ts'
import { silenceOf } from './silence.ts'

export interface SendingOptions {
  readonly clock: Clock
  /** In [0, 1): where numbers begin, and who we are (RFC 3550 §5.1). */
  readonly fraction: () => number
  readonly agreed: Negotiated
  readonly send: (packet: Uint8Array) => void
}

/** So late may a frame of the agent's be before silence is sent in its place, ms. */
const patience = 30
/** A key is pressed and let go so long at least, ms. */
const pressedMs = 120
const pauseMs = 60
/** Keys that may wait. */
const mostKeys = 100

export class Sending implements Sleeper {
  /** SSRC */
  readonly source: number
  readonly #options: SendingOptions
  readonly #pacer: Pacer
  readonly #date: (at: number) => Dated
  readonly #silence: Uint8Array
  #keys: (KeyPacket | undefined)[] = []
  #running = false
  #end = -Infinity
  #packets = 0
  #bytes = 0
  #last = { timestamp: 0, at: 0 }

  constructor(options: SendingOptions) {
    const { clock, fraction, agreed } = options
    this.#options = options
    this.#pacer = pacerOf(clock)
    this.source = Math.floor(fraction() * 0x1_0000_0000)
    const { clockRate } = codecTable[agreed.codec]
    this.#date = outgoing({ clockRate, frameMs: agreed.sends.frameMs, start: fraction() })
    this.#silence = silenceOf(agreed.codec, agreed.sends.frameMs)
  }

  get counts(): { readonly packets: number; readonly bytes: number } {
    return { packets: this.#packets, bytes: this.#bytes }
  }

  /** The RTP timestamp of an instant, for sender reports (RFC 3550 §6.4.1). */
  timestampAt(at: number): number {
    const { clockRate } = codecTable[this.#options.agreed.codec]
    return (this.#last.timestamp + Math.round(((at - this.#last.at) * clockRate) / 1000)) >>> 0
  }

  /** From here on there is always sound on the line: it opens the way back through a NAT, and nobody takes us for dead. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.wake()
  }

  stop(): void {
    this.#running = false
    this.#keys = []
    this.#pacer.cancel(this)
  }

  /** One frame of the agent's. */
  frame(payload: Uint8Array): void {
    if (this.#running && this.#keys.length === 0) this.#sound(payload, this.#options.clock.monotonic())
  }

  /** Keys as packets, in the place of sound. False: none were agreed on, or they are none. */
  press(digits: string): boolean {
    const { agreed } = this.#options
    if (agreed.events.sends === undefined || !this.#running || digits.length > mostKeys) return false
    const { frameMs } = agreed.sends
    const options = {
      ticks: (frameMs * codecTable[agreed.codec].clockRate) / 1000,
      ...{ pressed: Math.ceil(pressedMs / frameMs), pause: Math.ceil(pauseMs / frameMs) },
    }
    const packets = [...digits].map((digit) => keyPackets(digit, options))
    if (packets.includes(undefined)) return false
    this.#keys.push(...packets.flatMap((some) => some ?? []))
    this.wake()
    return true
  }

  /** Called by the pacer. */
  wake(): void {
    if (!this.#running) return
    const now = this.#options.clock.monotonic()
    if (now >= this.#due) {
      if (this.#keys.length > 0) this.#key(now)
      else this.#sound(this.#silence, now)
    }
    this.#pacer.sleep(this, this.#due)
  }

  get #due(): number {
    return this.#keys.length > 0 ? this.#end : this.#end + patience
  }

  /** A slot of the keys': a packet of one, or a pause, which is silence like any other. */
  #key(now: number): void {
    const packet = this.#keys.shift()
    const type = this.#options.agreed.events.sends
    if (!packet || type === undefined) return this.#sound(this.#silence, now)
    const dated = this.#date(now)
    const { clockRate } = codecTable[this.#options.agreed.codec]
    const back = (packet.after * this.#options.agreed.sends.frameMs * clockRate) / 1000
    const { payload, marker } = packet
    this.#send({ ...dated, marker, timestamp: (dated.timestamp - back) >>> 0 }, type, payload)
    this.#sent(dated, now)
  }

  #sound(payload: Uint8Array, now: number): void {
    const dated = this.#date(now)
    this.#send(dated, this.#options.agreed.sends.payloadType, payload)
    this.#sent(dated, now)
  }

  #send({ marker, sequence, timestamp }: Dated, payloadType: number, payload: Uint8Array): void {
    this.#options.send(writeRtp({ payloadType, marker, sequence, timestamp, source: this.source, payload }))
    this.#packets++
    this.#bytes += payload.length
  }

  #sent({ end, timestamp }: Dated, at: number): void {
    this.#end = end
    this.#last = { timestamp, at }
  }
}
