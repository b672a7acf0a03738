/** Pictures of a camera or a screen, put together from packets; still encoded. */
import type { MediaStreamTrack, RTCRtpTransceiver, RtpPacket } from 'werift'
import type { VideoFrame } from '../../../spec/listen.ts'
import type { Werift } from './peer.ts'

/** Packets of one picture: more is no picture. */
const mostPackets = 2000
/** A new key picture is asked for at most this often, ticks of 90 kHz. */
const askEvery = 90_000

const depacketizers = { vp8: 'VP8', h264: 'MPEG4/ISO/AVC' } as const

export function watchVideo(
  werift: Werift,
  { receiver }: RTCRtpTransceiver,
  track: MediaStreamTrack,
  source: VideoFrame['source'],
  show: (frame: VideoFrame) => void,
): void {
  const codec = track.codec?.mimeType.toLowerCase().replace('video/', '') ?? ''
  if (codec !== 'vp8' && codec !== 'h264') return
  const pictures = new Pictures((packets) => werift.dePacketizeRtpPackets(depacketizers[codec], packets))
  track.onReceiveRtp.subscribe((packet) => {
    const { frame, ask } = pictures.take(packet)
    // Without a key picture nothing after it can be read: on joining, and after a loss.
    if (ask) receiver.sendRtcpPLI(packet.header.ssrc).catch(() => undefined)
    if (frame) show({ source, codec, ...frame })
  })
}

interface Picture {
  readonly key: boolean
  readonly timestampMs: number
  readonly data: Uint8Array
}

type Assemble = (packets: RtpPacket[]) => { readonly isKeyframe: boolean; readonly data: Buffer }

/** Packets of one timestamp up to the marker are a picture, if none is missing. */
class Pictures {
  readonly #assemble: Assemble
  #packets: RtpPacket[] = []
  #next: number | undefined
  #whole = true
  /** Nothing is shown before the first key picture, nor after a loss until the next. */
  #readable = false
  #asked = -Infinity

  constructor(assemble: Assemble) {
    this.#assemble = assemble
  }

  take(packet: RtpPacket): { readonly frame?: Picture; readonly ask: boolean } {
    const { sequenceNumber, timestamp, marker } = packet.header
    if (this.#next !== undefined && sequenceNumber !== this.#next) this.#lose()
    this.#next = (sequenceNumber + 1) & 0xffff
    if (this.#packets[0] && this.#packets[0].header.timestamp !== timestamp) this.#packets = []
    if (this.#packets.length < mostPackets) this.#packets.push(packet)
    const frame = marker ? this.#picture() : undefined
    return { ...(frame ? { frame } : {}), ask: this.#wants(timestamp) }
  }

  #lose(): void {
    this.#whole = false
    this.#readable = false
  }

  #picture(): Picture | undefined {
    const packets = this.#packets
    const whole = this.#whole
    this.#packets = []
    this.#whole = true
    if (!whole || packets.length === 0) return undefined
    const { isKeyframe, data } = this.#assemble(packets)
    this.#readable ||= isKeyframe
    if (!this.#readable || data.length === 0) return undefined
    return { key: isKeyframe, timestampMs: packets[0]!.header.timestamp / 90, data }
  }

  #wants(timestamp: number): boolean {
    if (this.#readable || Math.abs(timestamp - this.#asked) < askEvery) return false
    this.#asked = timestamp
    return true
  }
}
