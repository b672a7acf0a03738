/** RTP and RTCP of one call on its pair of ports: who is heard, with which keys, and what was measured of it. */
import type { Clock, Timer } from '../../../../lib/clock.ts'
import { isSame } from '../../../../protocols/sdp/candidate.ts'
import type { Captured } from '../../../../protocols/pcap/pcap.ts'
import { Latch, type Source } from '../../../../protocols/rtp/latch.ts'
import { readRtp } from '../../../../protocols/rtp/packet.ts'
import { isRtcp } from '../../../../protocols/rtp/rtcp.ts'
import type { Negotiated } from '../../../../protocols/sdp/negotiated.ts'
import { SrtpReceiver, SrtpSender } from '../../../../protocols/srtp/context.ts'
import type { MasterKey } from '../../../../protocols/srtp/suites.ts'
import { Control } from './control.ts'
import { Hearing, type HearingListener } from './hearing.ts'
import type { PortPair } from './ports.ts'
import { Sending } from './sending.ts'
import type { Datagrams } from './udp.ts'

export interface EndpointOptions {
  readonly clock: Clock
  readonly fraction: () => number
  readonly pair: PortPair
  /** Canonical name for RTCP. */
  readonly name: string
  /** May sound come from an address that the peer did not name? */
  readonly allows: (address: string) => boolean
  /** So long without a packet, and the call is dead, ms. */
  readonly timeout: number
  /** Copies of all packets, for captures. */
  readonly tap?: (packet: Captured) => void
  readonly on: EndpointListener
}

export interface EndpointListener extends HearingListener {
  /** Neither RTP nor RTCP came for so long, though the peer should be speaking. Told once. */
  timedOut(why: string): void
}

/** What came and was not heard, and why. */
export interface Dropped {
  /** No RTP, or a payload type that was not agreed on. */
  unknown: number
  /** Without the right key, or twice. */
  unauthentic: number
  /** From elsewhere. */
  strangers: number
}

/** Of all sound since the beginning, whatever codecs it came in. */
export interface Totals {
  received: number
  lost: number
  missing: number
  late: number
  repeated: number
  sent: number
}

const totalNames = ['received', 'lost', 'missing', 'late', 'repeated', 'sent'] as const

const lookEvery = 1000
/** A silent line keeps its way through a NAT open (RFC 6263 §4.1), ms. */
const keepAlive = 15_000
const nothing = new Uint8Array(0)

export class Endpoint {
  readonly dropped: Dropped = { unknown: 0, unauthentic: 0, strangers: 0 }
  readonly #options: EndpointOptions
  readonly #latch: Latch
  readonly #control: Control
  #agreed: Negotiated | undefined
  #sending: Sending | undefined
  #hearing: Hearing | undefined
  #seals: { readonly key: MasterKey; readonly context: SrtpSender } | undefined
  #opens: { readonly key: MasterKey; readonly context: SrtpReceiver } | undefined
  #timer: Timer | undefined
  #started = false
  #closed = false
  #timedOut = false
  #heardAt = 0
  #keptAt = -Infinity
  #rtcpFrom: Source | undefined
  /** Of codecs before this one. */
  #past: Totals = { received: 0, lost: 0, missing: 0, late: 0, repeated: 0, sent: 0 }

  constructor(options: EndpointOptions) {
    const { clock, fraction, name, pair } = options
    this.#options = options
    this.#latch = new Latch({ allows: options.allows })
    this.#control = new Control({ clock, fraction, name, send: (compound) => this.#sendControl(compound) })
    pair.rtp.listener = (bytes, from) => this.#receive(bytes, from)
    pair.rtcp.listener = (bytes, from) => this.#receiveControl(bytes, from, pair.rtcp)
  }

  get agreed(): Negotiated | undefined {
    return this.#agreed
  }

  get sending(): Sending | undefined {
    return this.#sending
  }

  get hearing(): Hearing | undefined {
    return this.#hearing
  }

  get control(): Control {
    return this.#control
  }

  get totals(): Totals {
    const { received = 0, lost = 0 } = this.#hearing?.reception ?? {}
    const { missing = 0, late = 0, repeated = 0 } = this.#hearing?.buffer ?? {}
    const now: Totals = { received, lost, missing, late, repeated, sent: this.#sending?.counts.packets ?? 0 }
    for (const name of totalNames) now[name] += this.#past[name]
    return now
  }

  /** Where the caller's sound comes from and ours goes to. */
  get remote(): Source | undefined {
    return this.#latch.target
  }

  /** What was negotiated, the first time or anew. What stays the same goes on without a break. */
  agree(agreed: Negotiated): void {
    if (this.#closed) return
    const before = this.#agreed
    this.#agreed = agreed
    this.#heardAt = this.#options.clock.monotonic()
    this.#latch.name(agreed.remote?.rtp, this.#heardAt)
    if (!before || !sameSound(before, agreed)) this.#begin(agreed)
    this.#rekey(agreed.srtp)
    if (this.#started) this.#run()
  }

  /** From here on we are heard, and the caller is heard by us. */
  start(): void {
    if (this.#started || this.#closed) return
    this.#started = true
    this.#heardAt = this.#options.clock.monotonic()
    this.#run()
    this.#look()
  }

  /** One frame of the agent's. */
  play(frame: Uint8Array): void {
    this.#sending?.frame(frame)
  }

  /** Keys as RTP packets. False: that was not agreed on. */
  press(digits: string): boolean {
    return this.#sending?.press(digits) ?? false
  }

  close(): void {
    if (this.#closed) return
    if (this.#started && this.#sending && this.#hearing)
      this.#control.goodbye({ sending: this.#sending, reception: this.#hearing.reception })
    this.#closed = true
    this.#timer?.cancel()
    this.#sending?.stop()
    this.#hearing?.close()
    this.#options.pair.release()
  }

  #begin(agreed: Negotiated): void {
    const { clock, fraction, on } = this.#options
    this.#past = this.totals
    this.#sending?.stop()
    this.#hearing?.close()
    this.#sending = new Sending({ clock, fraction, agreed, send: (packet) => this.#send(packet) })
    this.#hearing = new Hearing({ clock, fraction, agreed, on })
  }

  /** A new key begins with new counts; the same key goes on with the old ones. */
  #rekey(keys: Negotiated['srtp']): void {
    if (!keys) {
      this.#seals = undefined
      this.#opens = undefined
      return
    }
    if (!this.#seals || !sameKey(this.#seals.key, keys.sends))
      this.#seals = { key: keys.sends, context: new SrtpSender(keys.sends) }
    if (!this.#opens || !sameKey(this.#opens.key, keys.hears))
      this.#opens = { key: keys.hears, context: new SrtpReceiver(keys.hears) }
  }

  #run(): void {
    const direction = this.#agreed?.direction
    if (direction === 'sendrecv' || direction === 'sendonly') this.#sending?.start()
    else this.#sending?.stop()
    this.#hearing?.start()
    this.#keepOpen()
  }

  #receive(bytes: Uint8Array, from: Source): void {
    const agreed = this.#agreed
    const hearing = this.#hearing
    if (!agreed || !hearing) return
    if (isRtcp(bytes)) return this.#receiveControl(bytes, from, this.#options.pair.rtp)
    this.#tap(bytes, from, this.#options.pair.rtp, 'in')
    // Empty datagrams keep a NAT open, as ours do.
    if (bytes.length === 0) return
    const clear = this.#opens ? this.#opens.context.openRtp(bytes) : bytes
    if (!clear) return void this.dropped.unauthentic++
    const packet = readRtp(clear)
    if (!packet || !hearing.knows(packet.payloadType)) return void this.dropped.unknown++
    const at = this.#options.clock.monotonic()
    if (!this.#latch.take(from, packet, at)) return void this.dropped.strangers++
    this.#heardAt = at
    if (agreed.direction === 'sendrecv' || agreed.direction === 'recvonly') hearing.take(packet, at)
  }

  #receiveControl(bytes: Uint8Array, from: Source, socket: Datagrams): void {
    const [sending, hearing] = [this.#sending, this.#hearing]
    if (!sending || !hearing || bytes.length === 0) return
    this.#tap(bytes, from, socket, 'in')
    // Only from where the sound comes from: a report is no proof of who sent it.
    if (!this.#isPeer(from.address)) return void this.dropped.strangers++
    const clear = this.#opens ? this.#opens.context.openRtcp(bytes) : bytes
    if (!clear) return void this.dropped.unauthentic++
    if (!this.#control.take(clear, { sending, reception: hearing.reception })) return void this.dropped.unknown++
    this.#rtcpFrom = { address: from.address, port: from.port }
    this.#heardAt = this.#options.clock.monotonic()
  }

  #isPeer(address: string): boolean {
    const [rtp, rtcp] = [this.#latch.target?.address, this.#agreed?.remote?.rtcp.address]
    return address === rtp || address === rtcp || (rtp !== undefined && isSame(address, rtp))
  }

  #send(packet: Uint8Array): void {
    const to = this.#latch.target
    if (!to || this.#closed) return
    const bytes = this.#seals ? this.#seals.context.sealRtp(packet) : packet
    const { rtp } = this.#options.pair
    rtp.send(bytes, to)
    this.#tap(bytes, to, rtp, 'out')
  }

  #sendControl(compound: Uint8Array): void {
    const to = this.#controlTarget
    const { rtp, rtcp } = this.#options.pair
    if (!to || this.#closed) return
    const socket = this.#agreed?.remote?.mux ? rtp : rtcp
    const bytes = this.#seals ? this.#seals.context.sealRtcp(compound) : compound
    socket.send(bytes, to)
    this.#tap(bytes, to, socket, 'out')
  }

  /** Back to where its reports come from; before the first, to where it said, seen through the NAT that its sound shows. */
  get #controlTarget(): Source | undefined {
    const named = this.#agreed?.remote
    const target = this.#latch.target
    if (named?.mux) return target
    if (this.#rtcpFrom && this.#isPeer(this.#rtcpFrom.address)) return this.#rtcpFrom
    if (!named || !target || target.address === named.rtp.address) return named?.rtcp
    return { address: target.address, port: named.rtcp.port }
  }

  #look(): void {
    this.#timer = this.#options.clock.timer(lookEvery, () => {
      const [sending, hearing] = [this.#sending, this.#hearing]
      if (sending && hearing) this.#control.tick({ sending, reception: hearing.reception })
      this.#keepOpen()
      this.#listenForLife()
      if (!this.#closed) this.#look()
    })
  }

  #keepOpen(): void {
    const { clock, pair } = this.#options
    const direction = this.#agreed?.direction
    const to = this.#latch.target
    const quiet = direction === 'recvonly' || direction === 'inactive'
    if (!quiet || !to || clock.monotonic() - this.#keptAt < keepAlive) return
    this.#keptAt = clock.monotonic()
    pair.rtp.send(nothing, to)
  }

  /** On hold nobody needs to speak. */
  #listenForLife(): void {
    const { clock, timeout, on } = this.#options
    const agreed = this.#agreed
    if (!agreed || agreed.held || this.#timedOut) return
    if (agreed.direction === 'sendonly' || agreed.direction === 'inactive') return
    if (clock.monotonic() - this.#heardAt < timeout) return
    this.#timedOut = true
    const to = this.#latch.target
    const where = to ? `${to.address}:${to.port}` : 'the peer'
    on.timedOut(`No RTP and no RTCP from ${where} for ${Math.round(timeout / 1000)} s`)
  }

  #tap(bytes: Uint8Array, peer: Source, socket: Datagrams, direction: 'in' | 'out'): void {
    const { tap, clock } = this.#options
    if (!tap) return
    const [from, to] = direction === 'in' ? [peer, socket.local] : [socket.local, peer]
    tap({ at: clock.now(), from, to, transport: 'udp', bytes })
  }
}

/** Would the same packets mean the same? */
function sameSound(one: Negotiated, other: Negotiated): boolean {
  return soundOf(one) === soundOf(other)
}

function soundOf({ codec, sends, hears, events, noise }: Negotiated): string {
  return JSON.stringify([codec, sends.payloadType, sends.frameMs, [...hears], events.sends, events.hears, noise.hears])
}

function sameKey(one: MasterKey, other: MasterKey): boolean {
  return one.suite === other.suite && Buffer.compare(one.secret, other.secret) === 0
}
