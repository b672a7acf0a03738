/** The sound of one simulated SIP leg: RTP out every 20 ms, RTP in as the person hears it, keys both ways. */
import type { Clock } from '../../src/lib/clock.ts'
import type { Ids } from '../../src/lib/ids.ts'
import { openUdp, type UdpEndpoint } from '../../src/lib/net/udp.ts'
import type { NetAddress } from '../../src/lib/net/address.ts'
import { readDigit, type Digits } from '../../src/protocols/rtp/digits.ts'
import { outgoing, type Dated } from '../../src/protocols/rtp/outgoing.ts'
import { readRtp, writeRtp, type RtpPacket } from '../../src/protocols/rtp/packet.ts'
import type { CodecName } from '../../src/protocols/sdp/codecs.ts'
import type { Negotiated } from '../../src/protocols/sdp/negotiated.ts'
import { SrtpReceiver, SrtpSender } from '../../src/protocols/srtp/context.ts'
import type { AudioPlayer } from '../carrier/audio.ts'
import type { Faults } from '../carrier/faults.ts'
import { LateQueue } from '../carrier/late.ts'
import { pcma, pcmu, type Codec } from '../sound/codec.ts'
import { frameBytes, type Frame } from '../sound/frames.ts'
import { frameMs } from '../ticker.ts'

/** What simulated telephones speak. */
export const spokenCodecs = ['pcmu', 'pcma'] as const satisfies readonly CodecName[]

const codecs: Partial<Record<CodecName, Codec>> = { pcmu, pcma }

export interface SoundParts {
  readonly clock: Clock
  readonly ids: Ids
  /** Those of the network that a trunk has: jitter, packets that come twice. */
  readonly faults: Faults
  readonly host: string
  /** A key that the other side sent as RTP. */
  readonly onDigit: (digit: string) => void
  /** The other side sent what was not agreed on: told once for each kind of it. */
  readonly onWrong: (why: string) => void
}

/** Frames that wait before the first is played: what the network's jitter may use up. */
const cushion = 2
/** Frames kept at most: a burst beyond it is dropped from its beginning. */
const mostWaiting = 50

export async function openSound(parts: SoundParts): Promise<RtpSound> {
  return new RtpSound(parts, await openEven(parts.host))
}

/** RTP wants an even port (RFC 3550 §11). */
async function openEven(host: string): Promise<UdpEndpoint> {
  for (;;) {
    const socket = await openUdp({ host, port: 0 })
    if (socket.local.port % 2 === 0) return socket
    await socket[Symbol.asyncDispose]()
  }
}

export class RtpSound implements AudioPlayer, AsyncDisposable {
  readonly #parts: SoundParts
  readonly #socket: UdpEndpoint
  readonly #late: LateQueue
  readonly #source: number
  readonly #date: (at: number) => Dated
  readonly #waiting: Uint8Array[] = []
  #agreed: Negotiated | undefined
  #secured: { readonly sends: SrtpSender; readonly hears: SrtpReceiver } | undefined
  #playing = false
  #digits: Digits = {}
  readonly #keys: Key[] = []
  readonly #complaints = new Set<string>()
  #received = 0
  #sent = 0

  constructor(parts: SoundParts, socket: UdpEndpoint) {
    this.#parts = parts
    this.#socket = socket
    this.#late = new LateQueue(parts)
    this.#source = Math.floor(parts.ids.fraction() * 2 ** 32)
    this.#date = outgoing({ clockRate: 8000, frameMs, start: parts.ids.fraction() })
    socket.onMessage((bytes, from) => this.#hear(bytes, from))
  }

  get local(): NetAddress {
    return this.#socket.local
  }

  /** Where its packets go. */
  get target(): NetAddress | undefined {
    return this.#agreed?.remote?.rtp
  }

  /** Packets that were heard of what was agreed on, from whom it was agreed. */
  get received(): number {
    return this.#received
  }

  /** From here on this is spoken; a later agreement takes its place. */
  agree(agreed: Negotiated): void {
    // Another description with the same keys goes on where the packets are (RFC 4568 §7.1.4).
    if (!sameKeys(this.#agreed?.srtp, agreed.srtp))
      this.#secured = agreed.srtp && {
        sends: new SrtpSender(agreed.srtp.sends),
        hears: new SrtpReceiver(agreed.srtp.hears),
      }
    this.#agreed = agreed
  }

  /** 20 ms of the person. While a key is sent it takes the sound's place. */
  say(frame: Frame): void {
    const agreed = this.#agreed
    if (!agreed?.remote || agreed.direction === 'recvonly' || agreed.direction === 'inactive') return
    const dated = this.#date(this.#parts.clock.monotonic())
    const key = this.#keys[0]
    const type = agreed.events.sends
    if (key && type !== undefined) return this.#sendKey(key, type, dated)
    const payload = (codecs[agreed.codec] ?? pcmu).encode(frame.bytes)
    this.#send(agreed.sends.payloadType, payload, dated)
  }

  /** RFC 4733 where it was agreed on. False: it was not. */
  press(digit: string): boolean {
    if (this.#agreed?.events.sends === undefined) return false
    this.#keys.push({ event: events.indexOf(digit), packets: 0, timestamp: 0 })
    return true
  }

  next(): Uint8Array | undefined {
    this.#playing ||= this.#waiting.length >= cushion
    const frame = this.#playing ? this.#waiting.shift() : undefined
    this.#playing &&= frame !== undefined
    return frame
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket[Symbol.asyncDispose]()
  }

  /**
   * RFC 4733 §2.3: every packet has the time of the key's beginning, and the last, which says so, comes three times.
   * |     event     |E|R| volume    |          duration             |
   */
  #sendKey(key: Key, payloadType: number, dated: Dated): void {
    const first = key.packets === 0
    if (first) key.timestamp = dated.timestamp
    const pressed = Math.min(++key.packets, keyPackets)
    const ended = key.packets > keyPackets
    const payload = Uint8Array.of(key.event, (ended ? 0x80 : 0) | keyVolume, 0, 0)
    new DataView(payload.buffer).setUint16(2, pressed * samplesPerPacket)
    this.#send(payloadType, payload, { ...dated, marker: first, timestamp: key.timestamp })
    if (key.packets === keyPackets + 3) this.#keys.shift()
  }

  #send(payloadType: number, payload: Uint8Array, dated: Dated): void {
    const to = this.#agreed?.remote?.rtp
    if (!to) return
    const packet = writeRtp({ payloadType, source: this.#source, payload, ...dated })
    const sealed = this.#secured ? this.#secured.sends.sealRtp(packet) : packet
    const { duplicateMediaEvery: every } = this.#parts.faults
    const times = every && ++this.#sent % every === 0 ? 2 : 1
    for (let left = times; left > 0; left--) this.#late.send(true, () => this.#socket.send(sealed, to))
  }

  #hear(bytes: Uint8Array, from: NetAddress): void {
    const clear = this.#secured ? this.#secured.hears.openRtp(bytes) : bytes
    const packet = clear && readRtp(clear)
    const agreed = this.#agreed
    const expected = agreed?.remote?.rtp
    if (!agreed || !expected || from.port !== expected.port) return
    if (!packet)
      return this.#complain(this.#secured ? 'a packet that is not sealed as agreed' : 'a packet that is no RTP')
    if (agreed.events.hears.includes(packet.payloadType)) return this.#hearKey(packet)
    const name = agreed.hears.get(packet.payloadType)
    const codec = name && codecs[name]
    if (!codec) return this.#complain(`payload type ${packet.payloadType}, which was not agreed on`)
    this.#received++
    const mulaw = codec.decode(packet.payload)
    for (let at = 0; at + frameBytes <= mulaw.length; at += frameBytes)
      this.#waiting.push(mulaw.slice(at, at + frameBytes))
    while (this.#waiting.length > mostWaiting) this.#waiting.shift()
  }

  #complain(why: string): void {
    if (this.#complaints.has(why)) return
    this.#complaints.add(why)
    this.#parts.onWrong(why)
  }

  #hearKey(packet: RtpPacket): void {
    const { state, digit } = readDigit(this.#digits, packet.payload, packet.timestamp)
    this.#digits = state
    if (digit !== undefined) this.#parts.onDigit(digit)
  }
}

function sameKeys(before: Negotiated['srtp'], after: Negotiated['srtp']): boolean {
  const text = (keys: Negotiated['srtp']) =>
    keys && [keys.sends, keys.hears].map(({ secret }) => secret.join()).join(';')
  return text(before) === text(after)
}

interface Key {
  readonly event: number
  packets: number
  timestamp: number
}

const events = '0123456789*#ABCD'
/** A key is held for so many packets. */
const keyPackets = 5
const samplesPerPacket = 160
/** −10 dBm0 */
const keyVolume = 10
