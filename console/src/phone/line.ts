/** The media half of a browser call: peer connection, data channel, keep-alive, and calling back when the network was lost. */
import type { Input } from './conversation.ts'
import { pingAt, readTold, trackStatus, writeSaying, type Saying, type Told } from './rtvi.ts'
import { OfferRefused, sendCandidates, sendOffer, type Signalling } from './signalling.ts'
import { flowOf, type Flow } from './stats.ts'

export interface LineOptions {
  readonly signalling: Signalling
  readonly iceServers: readonly RTCIceServer[]
  readonly track: MediaStreamTrack
  on(input: Input): void
  /** The agent's sound. Again after each reconnection. */
  onSound(sound: MediaStream): void
}

/** What a diagnosis asks of the line. */
export interface LineState {
  readonly ice: RTCIceConnectionState | undefined
  readonly channelOpen: boolean
  /** Kinds of our own addresses: host, srflx, relay. */
  readonly candidates: readonly string[]
  readonly answeredAt: number | undefined
}

const pingEvery = 1_000
const batchEvery = 200
/** A short loss mends itself; then we call back. */
const patience = 5_000
const retryAfter = 2_000
const attempts = 3

export class Line {
  readonly #options: LineOptions
  readonly #kinds = new Set<string>()
  #track: MediaStreamTrack
  #peer: RTCPeerConnection | undefined
  /** A lost connection, until another one has taken its place: closing it sooner would end the call. */
  #stale: RTCPeerConnection | undefined
  #channel: RTCDataChannel | undefined
  #pc: string | undefined
  #answeredAt: number | undefined
  #waiting: RTCIceCandidateInit[] = []
  #batch: ReturnType<typeof setTimeout> | undefined
  #ping: ReturnType<typeof setInterval> | undefined
  #patience: ReturnType<typeof setTimeout> | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #said = 0
  #closed = false

  constructor(options: LineOptions) {
    this.#options = options
    this.#track = options.track
  }

  get state(): LineState {
    return {
      ice: this.#peer?.iceConnectionState,
      channelOpen: this.#channel?.readyState === 'open',
      candidates: [...this.#kinds],
      answeredAt: this.#answeredAt,
    }
  }

  /** Resolves when the offer was answered, or the line has given up and said so. */
  async open(): Promise<void> {
    await this.#call(false)
  }

  /** False when the line is not open: the words were not sent. */
  say(saying: Saying): boolean {
    return this.#send(writeSaying(saying, `m${++this.#said}`))
  }

  mute(muted: boolean): void {
    this.#track.enabled = !muted
    this.#send(trackStatus(!muted))
    this.#options.on({ type: 'muted', muted })
  }

  /** Another microphone, without a new call. */
  async use(track: MediaStreamTrack): Promise<void> {
    track.enabled = this.#track.enabled
    this.#track = track
    await this.#sender()?.replaceTrack(track)
  }

  async flow(): Promise<Flow | undefined> {
    const report = await this.#peer?.getStats()
    return report && flowOf(report.values())
  }

  hangUp(): void {
    if (this.#closed) return
    this.say({ type: 'disconnect-bot' })
    this.close()
    this.#options.on({ type: 'hung-up' })
  }

  close(): void {
    this.#closed = true
    this.#letGo()
    this.#stale?.close()
    this.#stale = undefined
  }

  async #call(restart: boolean): Promise<void> {
    const peer = this.#dial()
    try {
      await peer.setLocalDescription()
      const sdp = peer.localDescription?.sdp ?? ''
      const answer = await sendOffer(this.#options.signalling, { sdp, pc: this.#pc, restart })
      if (this.#closed || this.#peer !== peer) return
      this.#pc = answer.pc
      this.#answeredAt = Date.now()
      this.#options.on({ type: 'answered', call: answer.call })
      this.#stale?.close()
      this.#stale = undefined
      await peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp })
      this.#flushCandidates()
    } catch (error) {
      if (!this.#closed && this.#peer === peer) this.#again(error)
    }
  }

  #dial(): RTCPeerConnection {
    const peer = new RTCPeerConnection({ iceServers: [...this.#options.iceServers], bundlePolicy: 'max-bundle' })
    this.#peer = peer
    peer.addTransceiver(this.#track, { direction: 'sendrecv' })
    peer.addEventListener('icecandidate', ({ candidate }) => this.#found(candidate))
    peer.addEventListener('iceconnectionstatechange', () => this.#changed(peer))
    peer.addEventListener('track', ({ track, streams }) => {
      this.#options.onSound(streams[0] ?? new MediaStream([track]))
    })
    const channel = peer.createDataChannel('chat', { ordered: true })
    this.#channel = channel
    channel.addEventListener('open', () => this.#opened())
    channel.addEventListener(
      'message',
      ({ data }: MessageEvent<unknown>) => channel === this.#channel && this.#heard(data),
    )
    channel.addEventListener('close', () => this.#lost(peer))
    return peer
  }

  #opened(): void {
    this.#attempt = 0
    this.#options.on({ type: 'channel-open' })
    clearInterval(this.#ping)
    this.#ping = setInterval(() => this.#send(pingAt(Date.now())), pingEvery)
    this.say({ type: 'client-ready' })
  }

  #heard(data: unknown): void {
    const told = typeof data === 'string' ? readTold(data) : undefined
    if (!told) return
    this.#options.on({ type: 'told', told })
    if (told.type === 'renegotiate') void this.#renew()
    if (isEnd(told)) this.close()
  }

  /** A new offer on the same connection. */
  async #renew(): Promise<void> {
    const peer = this.#peer
    if (!peer) return
    await peer.setLocalDescription()
    const answer = await sendOffer(this.#options.signalling, { sdp: peer.localDescription?.sdp ?? '', pc: this.#pc })
    if (!this.#closed && this.#peer === peer) await peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp })
  }

  #found(candidate: RTCIceCandidate | null): void {
    if (candidate?.type) this.#kinds.add(candidate.type)
    this.#waiting.push(candidate?.toJSON() ?? { candidate: '', sdpMid: '0', sdpMLineIndex: 0 })
    this.#batch ??= setTimeout(() => this.#flushCandidates(), batchEvery)
  }

  /** Before the answer nobody could tell whose they are: they wait. */
  #flushCandidates(): void {
    this.#batch = undefined
    if (this.#pc === undefined || this.#answeredAt === undefined || this.#waiting.length === 0) return
    const candidates = this.#waiting
    this.#waiting = []
    // The connection itself shows whether they arrived.
    sendCandidates(this.#options.signalling, this.#pc, candidates).catch(() => undefined)
  }

  #changed(peer: RTCPeerConnection): void {
    if (this.#peer !== peer || this.#closed) return
    const { iceConnectionState: ice } = peer
    if (ice === 'connected' || ice === 'completed') {
      clearTimeout(this.#patience)
      this.#patience = undefined
      return
    }
    if (ice === 'disconnected') this.#patience ??= setTimeout(() => this.#lost(peer), patience)
    if (ice === 'failed') this.#lost(peer)
  }

  #lost(peer: RTCPeerConnection): void {
    if (this.#peer !== peer || this.#closed) return
    this.#again(new Error('The connection was lost and could not be restored.'))
  }

  #again(error: unknown): void {
    const refused = error instanceof OfferRefused && error.status < 500
    if (refused || ++this.#attempt > attempts) {
      this.close()
      const words = error instanceof Error ? error.message : 'The call could not be connected.'
      this.#options.on({ type: 'failed', words })
      return
    }
    this.#options.on({ type: 'lost' })
    this.#letGo()
    const wait = this.#attempt === 1 ? 0 : retryAfter
    this.#retry = setTimeout(() => void this.#call(this.#pc !== undefined), wait)
  }

  #send(text: string): boolean {
    if (this.#channel?.readyState !== 'open') return false
    this.#channel.send(text)
    return true
  }

  #sender(): RTCRtpSender | undefined {
    return this.#peer?.getSenders().find(({ track }) => track?.kind === 'audio')
  }

  /** Lets the connection go: nothing of it counts any more. */
  #letGo(): void {
    for (const timer of [this.#batch, this.#patience, this.#retry]) clearTimeout(timer)
    clearInterval(this.#ping)
    this.#batch = this.#patience = this.#retry = undefined
    this.#waiting = []
    // A try that was never answered is nobody's connection.
    if (this.#answeredAt === undefined) this.#peer?.close()
    else this.#stale = this.#peer
    this.#peer = undefined
    this.#channel = undefined
    this.#answeredAt = undefined
  }
}

function isEnd(told: Told): boolean {
  return told.type === 'left' || (told.type === 'trouble' && told.fatal)
}
