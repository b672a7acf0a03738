/** One peer connection: negotiated, listened to, and closed. Knows sockets and packets, nothing of calls. */
import type { RTCDataChannel, RTCPeerConnection, RTCRtpTransceiver, RtpPacket } from 'werift'
import { outgoing, type Dated } from '../../../protocols/rtp/outgoing.ts'
import { writeRtp } from '../../../protocols/rtp/packet.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { IceServer, MediaQuality, VideoFrame } from '../../../spec/listen.ts'
import { plainAnswer, withPublicAddress, type Offer } from './sdp.ts'
import type { Settings } from './settings.ts'
import { portsOf } from './ice.ts'
import type { Start } from './stream.ts'
import { readStats } from './stats.ts'
import { watchVideo } from './video.ts'

export interface PeerOptions {
  readonly config: Settings
  readonly iceServers: readonly IceServer[]
  /** The agent wants to see. */
  readonly looks: boolean
  /** ms, never backwards. */
  readonly now: () => number
  /** In [0, 1). */
  readonly fraction: () => number
  readonly on: PeerListener
}

export interface PeerListener {
  /** ICE and DTLS are through; again after they were lost. */
  up(): void
  /** Packets pass no more; it may come back. */
  down(why: string): void
  /** It will not come back: the caller closed it. */
  closed(): void
  /** An RTP packet of the caller's microphone. */
  sound(packet: Uint8Array): void
  picture(frame: VideoFrame): void
  channel(channel: RTCDataChannel): void
}

/** The format of our side of the wire. */
export function formatOf(offer: Offer, config: Settings): Start['format'] {
  return offer.codec === 'opus'
    ? { encoding: 'opus', rate: config.rate, frameMs: 20 }
    : { encoding: 'pcmu', rate: 8000, frameMs: 20 }
}

const clockRates = { opus: 48_000, pcmu: 8000 } as const

export class Peer {
  readonly #options: PeerOptions
  readonly #werift: Werift
  readonly #pc: RTCPeerConnection
  #audio: RTCRtpTransceiver | undefined
  #date: (at: number) => Dated
  #closed = false
  #up = false

  private constructor(werift: Werift, offer: Offer, options: PeerOptions) {
    this.#werift = werift
    this.#options = options
    this.#date = outgoing({ clockRate: clockRates[offer.codec], frameMs: 20, start: options.fraction() })
    this.#pc = new werift.RTCPeerConnection(configOf(werift, offer, options))
    this.#listen()
  }

  /** Resolves with the answer to give. Rejects with `request.invalid` when the offer cannot be answered; nothing stays open then. */
  static async open(offer: Offer, options: PeerOptions): Promise<{ readonly peer: Peer; readonly answer: string }> {
    const werift = await load()
    const peer = new Peer(werift, offer, options)
    try {
      return { peer, answer: await peer.negotiate(offer) }
    } catch (error) {
      await peer.close()
      throw error
    }
  }

  async negotiate(offer: Offer): Promise<string> {
    try {
      await this.#pc.setRemoteDescription({ type: 'offer', sdp: offer.sdp })
      this.#direct()
      await this.#pc.setLocalDescription(await this.#pc.createAnswer())
    } catch (error) {
      throw new OffhookError('request.invalid', `The offer cannot be answered: ${messageOf(error)}`, { cause: error })
    }
    const sdp = this.#pc.localDescription?.sdp ?? ''
    const { publicAddress, plainAnswer: plain, answerHost } = this.#options.config
    const named = publicAddress ? withPublicAddress(sdp, publicAddress) : sdp
    return plain ? plainAnswer(named, answerHost) : named
  }

  /** Payload type of sound, once negotiated. */
  get payloadType(): number {
    return this.#audio?.sender.codec?.payloadType ?? 0
  }

  get connected(): boolean {
    return this.#pc.connectionState === 'connected'
  }

  async addCandidate(candidate: { candidate: string; sdpMid?: string; sdpMLineIndex?: number }): Promise<void> {
    if (this.#closed) return
    try {
      await this.#pc.addIceCandidate(candidate)
    } catch (error) {
      throw new OffhookError('request.invalid', `The candidate cannot be used: ${messageOf(error)}`, { cause: error })
    }
  }

  /** One frame of our sound: numbered, dated and sent. */
  play(frame: Uint8Array): void {
    const sender = this.#audio?.sender
    if (this.#closed || !sender?.codec) return
    const { RtpPacket, RtpHeader } = this.#werift
    const { marker, sequence, timestamp } = this.#date(this.#options.now())
    const header = new RtpHeader({ payloadType: sender.codec.payloadType, marker, sequenceNumber: sequence, timestamp })
    // Rejects when the connection is on its way down: `down` tells.
    sender
      .sendRtp(new RtpPacket(header, Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)))
      .catch(() => undefined)
  }

  async stats(): Promise<MediaQuality> {
    return readStats(await this.#pc.getStats())
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#pc.close()
  }

  /** The first audio line carries the call; pictures are taken only for an agent that looks; the rest is declined in place. */
  #direct(): void {
    const audio = this.#pc.getTransceivers().find(({ kind }) => kind === 'audio')
    for (const transceiver of this.#pc.getTransceivers()) {
      if (transceiver === audio) transceiver.setDirection('sendrecv')
      else transceiver.setDirection(transceiver.kind === 'video' && this.#options.looks ? 'recvonly' : 'inactive')
    }
    this.#audio = audio
  }

  #listen(): void {
    const { on } = this.#options
    this.#pc.connectionStateChange.subscribe((state) => {
      if (this.#closed) return
      if (state === 'connected') this.#rise()
      if (state === 'disconnected' || state === 'failed') this.#fall(`the connection is ${state}`)
      if (state === 'closed') on.closed()
    })
    this.#pc.onDataChannel.subscribe((channel) => {
      if (!this.#closed) on.channel(channel)
    })
    this.#pc.onRemoteTransceiverAdded.subscribe((transceiver) => {
      const audio = transceiver.kind === 'audio'
      transceiver.onTrack.subscribe((track) => {
        if (audio) track.onReceiveRtp.subscribe((packet) => this.#hear(transceiver, packet))
        else if (this.#options.looks)
          watchVideo(this.#werift, transceiver, track, this.#sourceOf(transceiver), (frame) => on.picture(frame))
      })
    })
  }

  #rise(): void {
    if (this.#up) return
    // A caller who closes says so by DTLS; the connection's own state does not tell.
    for (const transport of this.#pc.dtlsTransports)
      transport.onStateChange.subscribe((state) => {
        if (state === 'closed' && !this.#closed) this.#options.on.closed()
      })
    this.#up = true
    this.#options.on.up()
  }

  #fall(why: string): void {
    if (!this.#up && why.endsWith('disconnected')) return
    this.#up = false
    this.#options.on.down(why)
  }

  #hear(transceiver: RTCRtpTransceiver, { header, payload }: RtpPacket): void {
    if (this.#closed || transceiver !== this.#audio) return
    const { payloadType, marker, sequenceNumber, timestamp, ssrc } = header
    this.#options.on.sound(
      writeRtp({ payloadType, marker, sequence: sequenceNumber, timestamp, source: ssrc, payload }),
    )
  }

  /** The order is the client's: camera first, then the screen. */
  #sourceOf(transceiver: RTCRtpTransceiver): VideoFrame['source'] {
    const videos = this.#pc.getTransceivers().filter(({ kind }) => kind === 'video')
    return videos.indexOf(transceiver) > 0 ? 'screen' : 'camera'
  }
}

/** 8 MB of code that a gateway without browser calls never needs: loaded when the first one is near. */
export function load(): Promise<Werift> {
  return import('werift')
}

export type Werift = typeof import('werift')

function configOf(werift: Werift, offer: Offer, { config, iceServers }: PeerOptions) {
  const { useOPUS, usePCMU, useVP8, useH264, RTCRtpCodecParameters } = werift
  const sound = offer.codec === 'opus' ? useOPUS({ parameters: 'minptime=10;useinbandfec=1' }) : usePCMU()
  const keys = new RTCRtpCodecParameters({
    mimeType: 'audio/telephone-event',
    clockRate: clockRates[offer.codec],
    channels: 1,
    parameters: '0-15',
  })
  const ports = portsOf(config)
  return {
    codecs: { audio: [sound, keys], video: [useVP8(), useH264()] },
    iceServers: iceServers.map(({ urls, ...rest }) => ({ ...rest, urls: [...urls] })),
    iceTransportPolicy: config.relayOnly ? ('relay' as const) : ('all' as const),
    iceAdditionalHostAddresses: ['127.0.0.1'],
    iceUseIpv6: true,
    iceUseTcp: false,
    iceStunGatherTimeout: 2,
    bundlePolicy: 'max-bundle' as const,
    ...(ports ? { icePortRange: ports } : {}),
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200)
}
