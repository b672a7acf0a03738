/** One browser's call: its peer connection, its data channel and the link to the engine, from the offer to the end. */
import type { RTCDataChannel } from 'werift'
import type { Timer } from '../../../lib/clock.ts'
import type { Socket } from '../../../lib/socket/socket.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { LineCall, ListenHost } from '../../../spec/listen.ts'
import { Channel } from './channel.ts'
import { formatOf, Peer, type PeerListener } from './peer.ts'
import type { Offer } from './sdp.ts'
import type { Settings } from './settings.ts'
import { text, type Said } from './stream.ts'

export interface LineOptions {
  readonly host: ListenHost<Settings>
  readonly config: Settings
  readonly call: LineCall
  /** Opens a peer for this call. */
  readonly open: (offer: Offer, on: PeerListener) => Promise<{ readonly peer: Peer; readonly answer: string }>
  /** The line is gone: forget it. */
  readonly gone: () => void
}

/** The client pings every second; it is gone when neither a ping nor sound came for so long, ms. */
const patience = 3_000
const lookEvery = 1_000

export class Line {
  readonly #options: LineOptions
  readonly #channel: Channel
  readonly #watch: Disposable
  /** What the client knows its connection by; another one after a restart. */
  id: string
  #peer: Peer | undefined
  #offer: Offer | undefined
  #link: Socket | undefined
  #connecting: Timer | undefined
  #looking: Timer | undefined
  #alive = 0
  #up = false
  #over = false
  #closing: Promise<void> | undefined
  /** Negotiations go one after another: two offers at once are a client in a hurry. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(id: string, options: LineOptions) {
    const { call, host, config } = options
    this.id = id
    this.#options = options
    this.#channel = new Channel({
      ...{ call, clock: host.clock, ids: host.ids, count: (name, why) => host.count(name, { carrier: 'webrtc', why }) },
      digit: (digit) => this.#say({ type: 'digit', digit }),
      alive: () => (this.#alive = host.clock.monotonic()),
      leave: (why) => this.leave(why),
      misbehaved: (why) => this.fail('misbehaved', why),
    })
    this.#watch = call.watch((seen) => {
      this.#channel.seen(seen)
      if (seen.type === 'call.ended') void this.close('the call is over')
    })
    this.#connecting = host.clock.timer(config.connectTimeout * 1000, () =>
      this.fail(
        'connect-timeout',
        `no media connection within ${config.connectTimeout} s: ICE or DTLS did not get through`,
      ),
    )
    this.#look()
  }

  /** Our id of the call. */
  get call(): string {
    return this.#options.call.id
  }

  get over(): boolean {
    return this.#over
  }

  /** The first connection of the call, or one that takes the place of the former: the call goes on. Resolves with the answer. */
  connect(id: string, offer: Offer): Promise<string> {
    return this.#next(async () => {
      const before = this.#peer
      let own: Peer | undefined
      const { peer, answer } = await this.#options.open(
        offer,
        this.#listener(() => own !== undefined && own === this.#peer),
      )
      own = peer
      if (this.#over) {
        await peer.close()
        throw over()
      }
      this.#fell('the caller begins a new connection')
      this.id = id
      this.#peer = peer
      this.#offer = offer
      await this.#leave(before)
      return answer
    })
  }

  /** The same connection, negotiated anew. Resolves with the answer. */
  renegotiate(offer: Offer): Promise<string> {
    return this.#next(async () => {
      if (!this.#peer || this.#over) throw over()
      return this.#peer.negotiate(offer)
    })
  }

  async addCandidate(candidate: { candidate: string; sdpMid?: string; sdpMLineIndex?: number }): Promise<void> {
    await this.#peer?.addCandidate(candidate)
  }

  /** The caller left, by word or by closing the page. */
  leave(why: string): void {
    if (this.#over) return
    this.#options.call.report('completed', 'left', why)
    void this.close(why)
  }

  /** Our side is done with it: the client is told, everything is closed. Resolves when it is. */
  close(why: string): Promise<void> {
    this.#closing ??= this.#close(why).catch((error: unknown) => {
      this.#options.host.logger.warn('a browser connection did not close in order', { call: this.call, error })
      this.#options.gone()
    })
    return this.#closing
  }

  async #close(why: string): Promise<void> {
    this.#over = true
    this.#watch[Symbol.dispose]()
    this.#connecting?.cancel()
    this.#looking?.cancel()
    this.#link?.close(1000, why)
    await this.#channel.close()
    await this.#leave(this.#peer)
    this.#options.gone()
  }

  /** What the connection measured is the call's; then it goes. */
  async #leave(peer: Peer | undefined): Promise<void> {
    const quality = await peer?.stats().catch(() => undefined) // a connection that never was has measured nothing
    if (quality && quality.received + quality.lost > 0) this.#options.call.measured(quality)
    await peer?.close()
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** What a peer of this line tells; one that was replaced tells nobody. */
  #listener(mine: () => boolean): PeerListener {
    return {
      up: () => void (mine() && this.#rose()),
      down: (why) => void (mine() && this.#fell(why)),
      closed: () => void (mine() && this.leave('the caller closed the connection')),
      sound: (packet) => {
        if (!mine()) return
        this.#alive = this.#options.host.clock.monotonic()
        this.#link?.send(packet)
      },
      picture: (frame) => void (mine() && this.#options.call.see(frame)),
      channel: (channel: RTCDataChannel) => void (mine() && this.#channel.open(channel)),
    }
  }

  /** Packets pass: the engine gets its end of the link, and the channel must open soon. */
  #rose(): void {
    if (this.#over || this.#up) return
    this.#up = true
    this.#alive = this.#options.host.clock.monotonic()
    this.#connecting?.cancel()
    const { call, config, host } = this.#options
    if (this.#offer?.channel && !this.#channel.isOpen)
      this.#connecting = host.clock.timer(config.channelTimeout * 1000, () => {
        if (!this.#channel.isOpen)
          this.fail(
            'channel-timeout',
            `the data channel that was offered did not open within ${config.channelTimeout} s`,
          )
      })
    this.#attach().catch((error: unknown) => {
      if (this.#over || call.over) return
      host.logger.warn('a media link could not be opened', { call: call.id, error })
      this.fail('link', error instanceof OffhookError ? error.message : 'the media link could not be opened')
    })
  }

  async #attach(): Promise<void> {
    const { call, config, host } = this.#options
    const [peer, offer] = [this.#peer, this.#offer]
    if (!peer || !offer) return
    const start = { ref: call.id, streamRef: host.ids.id('rtc'), format: formatOf(offer, config) }
    const link = await call.connect(text({ type: 'start', ...start, sound: peer.payloadType, keys: offer.keys }))
    if (this.#over || peer !== this.#peer || !this.#up) return link.close(1000, 'the connection is gone already')
    this.#link = link
    link.onMessage(({ data, binary }) => {
      if (binary) this.#play(data)
    })
  }

  #play(frame: Uint8Array): void {
    this.#peer?.play(frame)
    this.#channel.sounded()
  }

  /** The engine waits a while for the line to come back; ICE may heal, or the client begins anew. */
  #fell(why: string): void {
    if (!this.#up || this.#over) return
    this.#up = false
    this.#link?.close(4000, why)
    this.#link = undefined
  }

  /** A word over the link; false when there is none. */
  #say(word: Said): boolean {
    if (!this.#link) return false
    this.#link.send(JSON.stringify(word))
    return true
  }

  /** Would we hear of it by pings or sound? A client without a channel may be silent for long: ICE's consent tells of its end. */
  get #missed(): boolean {
    return this.#channel.pinged || this.#channel.isOpen
  }

  #look(): void {
    const { clock } = this.#options.host
    this.#looking = clock.timer(lookEvery, () => {
      if (this.#over) return
      const silent = clock.monotonic() - this.#alive > patience
      if (this.#up && this.#missed && silent) this.#fell('neither a ping nor sound for 3 s')
      // It lives again without ICE having noticed anything.
      else if (!this.#up && this.#missed && !silent && this.#peer?.connected) this.#rose()
      this.#look()
    })
  }

  fail(raw: string, cause: string): void {
    if (this.#over) return
    this.#options.call.report('failed', raw, cause)
    void this.close(cause)
  }
}

function over(): OffhookError {
  return new OffhookError('call.ended', 'This call is over: offer without pc_id for a new one')
}
