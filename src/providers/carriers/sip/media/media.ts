/** The sound of one call, from the first description to the last packet: SDP in and out, ports, RTP, and the link to the engine. */
import type { Socket } from '../../../../lib/socket/socket.ts'
import type { Captured } from '../../../../protocols/pcap/pcap.ts'
import { opinionScore } from '../../../../protocols/rtp/quality.ts'
import { answer } from '../../../../protocols/sdp/answer.ts'
import { codecTable, type CodecName } from '../../../../protocols/sdp/codecs.ts'
import type { Agreement, Local, Negotiated, Ours } from '../../../../protocols/sdp/negotiated.ts'
import { readAnswer, writeOffer } from '../../../../protocols/sdp/offer.ts'
import { parseSession, type Direction } from '../../../../protocols/sdp/session.ts'
import type { SuiteName } from '../../../../protocols/srtp/suites.ts'
import type { LineCall, MediaQuality } from '../../../../spec/listen.ts'
import { frame, readWanted, text } from '../stream.ts'
import { Endpoint } from './endpoint.ts'
import { formatOf } from './format.ts'
import type { MediaOptions, MediaStatistics, Outcome } from './options.ts'
import type { PortPair } from './ports.ts'
import { toneEars } from './tones.ts'

/** The best first: the strongest that costs little. */
const usualSuites: readonly SuiteName[] = [
  'AEAD_AES_256_GCM',
  'AEAD_AES_128_GCM',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
]
const usualTimeout = 30_000
/** Half a minute of both directions. */
const mostCaptured = 3000

/** Takes a pair of ports. Rejects with `media.unavailable` when there is none. */
export async function openMedia(options: MediaOptions): Promise<Media> {
  return new Media(options, await options.ports.take(options.bind))
}

export class Media {
  readonly #options: MediaOptions
  readonly #ours: Ours
  readonly #pair: PortPair
  readonly #endpoint: Endpoint
  readonly #captured: Captured[] = []
  #local: Local | undefined
  #direction: Direction = 'sendrecv'
  #call: { readonly call: LineCall; readonly ref: string } | undefined
  #link: Socket | undefined
  /** The format that the engine's end was opened with. */
  #linked: string | undefined
  #closed = false
  #tones: boolean
  #ears: ((payload: Uint8Array) => void) | undefined

  constructor(options: MediaOptions, pair: PortPair) {
    const { ids, clock, capture, allows, timeout, on } = options
    this.#options = options
    this.#pair = pair
    this.#tones = options.tones ?? false
    this.#ours = oursOf(options, pair)
    this.#endpoint = new Endpoint({
      ...{ clock, fraction: () => ids.fraction(), pair, name: ids.token(9) },
      allows: allows ?? (() => false),
      timeout: timeout ?? usualTimeout,
      ...(capture ? { tap: (packet: Captured) => this.#capture(packet) } : {}),
      on: {
        frame: (payload, number) => this.#hear(payload, number),
        digit: (digit) => this.#tell(digit),
        switched: (codec) => this.#follow(codec),
        timedOut: (why) => on.timedOut(why),
      },
    })
  }

  /** An offer of ours: the first, or anew for hold (`sendonly`) and its end (`sendrecv`). Its answer goes to `answered`. */
  offer(direction: Direction = this.#direction): string {
    this.#direction = direction
    this.#local = writeOffer({ ...this.#ours, direction }, this.#local)
    return this.#local.sdp
  }

  /** The answer to an offer of the peer's, first or again. A refusal changes nothing. */
  answer(offer: string, direction: Direction = this.#direction): Outcome {
    this.#direction = direction
    return this.#agree(offer, (session) => answer(session, { ...this.#ours, direction }, this.#local))
  }

  /** The peer's answer to our last offer. A refusal changes nothing. */
  answered(sdp: string): Outcome {
    const local = this.#local
    if (!local) return { ok: false, status: 488, why: 'An answer came, and nothing was offered' }
    return this.#agree(sdp, (session) => readAnswer(local, { ...this.#ours, direction: this.#direction }, session))
  }

  /** The peer has put us on hold. */
  get held(): boolean {
    return this.#endpoint.agreed?.held ?? false
  }

  /** Sound begins, both ways. `ref`: the line's own id of the call. Rejects when the call is over, or nothing was agreed on. */
  async connect(call: LineCall, ref: string = call.id): Promise<void> {
    this.#call = { call, ref }
    await this.#attach()
  }

  /** Keys to the peer as RTP packets. False: that was not agreed on, or nothing is connected. */
  press(digits: string): boolean {
    return this.#endpoint.press(digits)
  }

  /** A key that came another way (INFO): for the engine. Who presses so is not listened to for tones, which may come as well. */
  digit(digit: string): void {
    this.#tones = false
    this.#ears = undefined
    this.#tell(digit)
  }

  /** For the journal; undefined where nothing was to be heard. */
  quality(): MediaQuality | undefined {
    const { received, lost } = this.#endpoint.totals
    const { reception } = this.#endpoint.hearing ?? {}
    if (!reception || received + lost === 0) return undefined
    const { roundTrip, there } = this.#endpoint.control
    return {
      ...{ received, lost, jitter: reception.jitter },
      ...(roundTrip === undefined ? {} : { roundTrip }),
      ...(there ? { lostThere: Math.max(0, there.lost) } : {}),
    }
  }

  /** For people. */
  statistics(): MediaStatistics {
    const { agreed, totals, dropped, remote, hearing } = this.#endpoint
    const { missing, late, repeated, sent } = totals
    const quality = this.quality() ?? { received: 0, lost: 0, jitter: 0 }
    const wait = hearing?.buffer.wait ?? 0
    return {
      ...quality,
      ...{ missing, late, repeated, sent, wait, ...dropped },
      ...{ codec: agreed?.codec, encrypted: agreed?.srtp?.sends.suite, direction: agreed?.direction, held: this.held },
      local: `${this.#options.advertised}:${this.#pair.rtp.local.port}`,
      remote: remote ? `${remote.address}:${remote.port}` : undefined,
      score: agreed && quality.received > 0 ? this.#score(agreed, quality, missing + late, wait) : undefined,
    }
  }

  /** The newest packets, where `capture` was asked for. */
  captured(): readonly Captured[] {
    return [...this.#captured]
  }

  close(why = 'the call is over'): void {
    if (this.#closed) return
    this.#closed = true
    this.#endpoint.close()
    this.#link?.close(1000, why)
  }

  #agree(
    sdp: string,
    negotiate: (session: (ReturnType<typeof parseSession> & { ok: true })['session']) => Agreement,
  ): Outcome {
    const parsed = parseSession(sdp)
    if (!parsed.ok) return { ok: false, status: 488, why: parsed.why }
    const agreement = negotiate(parsed.session)
    if (!agreement.ok) return agreement
    this.#local = agreement.local
    this.#take(agreement.agreed)
    return { ok: true, sdp: agreement.local.sdp }
  }

  #hear(payload: Uint8Array, number: number): void {
    this.#ears?.(payload)
    this.#link?.send(frame(number, payload))
  }

  #tell(digit: string): void {
    if (/^[0-9*#A-D]$/.test(digit)) this.#link?.send(text({ type: 'digit', digit }).text)
  }

  #take(agreed: Negotiated): void {
    this.#endpoint.agree(agreed)
    this.#ears = this.#tones ? toneEars(agreed, (digit) => this.#tell(digit)) : undefined
    // The engine hears in one format: another one needs another link.
    if (this.#linked === undefined || this.#linked === formatText(agreed)) return
    this.#attach().catch((error: unknown) => this.#options.on.failed?.(error))
  }

  /** The peer took up another codec of those agreed on: we follow it both ways. */
  #follow(codec: CodecName): void {
    const agreed = this.#endpoint.agreed
    const payloadType = agreed?.types.get(codec)
    if (!agreed || payloadType === undefined) return
    const { frames } = codecTable[codec]
    const frameMs = frames.findLast((length) => length <= agreed.sends.frameMs) ?? frames[0]!
    this.#take({ ...agreed, codec, sends: { payloadType, frameMs } })
  }

  async #attach(): Promise<void> {
    const agreed = this.#endpoint.agreed
    const { call, ref } = this.#call ?? {}
    if (!call || !agreed || this.#closed || ref === undefined)
      throw new Error('Nothing was agreed on that could be heard')
    const format = formatText(agreed)
    this.#linked = format
    this.#link = undefined
    const streamRef = this.#options.ids.id('rtp')
    const start = { type: 'start', ref, streamRef, format: formatOf(agreed.codec, agreed.sends.frameMs) }
    const link = await call.connect({ text: JSON.stringify(start) })
    if (this.#closed || this.#linked !== format) return link.close(1000, 'replaced while it was opened')
    this.#link = link
    link.onMessage(({ data, binary }) => {
      if (binary) this.#endpoint.play(data)
      else this.#hearWord(data.toString('utf8'))
    })
    this.#endpoint.start()
  }

  #hearWord(json: string): void {
    const word = readWanted(json)
    if (word && !this.press(word.digits)) this.#options.on.digits?.(word.digits)
  }

  #score({ codec, sends }: Negotiated, quality: MediaQuality, lost: number, wait: number): number {
    const delay = (quality.roundTrip ?? 0) / 2 + sends.frameMs + wait
    return opinionScore({ codec, loss: lost / (quality.received + lost), delay })
  }

  #capture(packet: Captured): void {
    this.#captured.push(packet)
    if (this.#captured.length > mostCaptured * 1.1) this.#captured.splice(0, this.#captured.length - mostCaptured)
  }
}

function oursOf(options: MediaOptions, pair: PortPair): Ours {
  const { ids, advertised, codecs, frameMs, srtp, suites, events } = options
  return {
    id: String(Math.floor(ids.fraction() * 2 ** 32)),
    ...{ address: advertised, port: pair.rtp.local.port, rtcpPort: pair.rtcp.local.port },
    ...{ codecs, srtp: srtp ?? 'off', suites: suites ?? usualSuites, comfortNoise: true, events: events ?? true },
    ...(frameMs === undefined ? {} : { frameMs }),
    random: (bytes) => Uint8Array.from(Buffer.from(ids.token(bytes), 'base64url')),
  }
}

function formatText({ codec, sends }: Negotiated): string {
  return JSON.stringify(formatOf(codec, sends.frameMs))
}
