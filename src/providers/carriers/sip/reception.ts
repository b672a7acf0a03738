/** Calls that come in: whose they are, whether there is room, what they say of themselves, and their answer. */
import { parseUri, type Uri } from '../../../protocols/sip/message/uri.ts'
import type { SipHeader } from '../../../protocols/sip/message/message.ts'
import type { IncomingSession, Session, SessionEnd } from '../../../protocols/sip/ua/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { LineCall, ListenHost } from '../../../spec/listen.ts'
import type { Caller } from './doorkeeper.ts'
import { factsOf } from './facts.ts'
import { untilAnswer } from './incoming.ts'
import type { Leg } from './leg.ts'
import type { Legs } from './legs.ts'
import type { Load } from './load.ts'
import { numberIn } from './numbers.ts'
import type { Cause, Refusals } from './refusals.ts'
import type { Settings } from './settings.ts'
import type { Sound } from './sound.ts'
import { likeliest, type Trunk } from './trunk.ts'

export interface ReceptionOptions {
  readonly host: ListenHost<Settings>
  readonly legs: Legs
  readonly load: Load
  readonly refusals: Refusals
  /** Sound for a call over this trunk, by way of this door. Rejects with `overloaded` when there are no ports. */
  readonly openSound: (trunk: Trunk, listener: string) => Promise<Sound>
}

/** A call that came in and is not answered yet. */
interface Ringing {
  readonly session: IncomingSession
  readonly trunk: Trunk
  readonly sound: Sound
  readonly room: Disposable
  readonly sdp: string
  /** Monotonic. */
  readonly since: number
  leg?: Leg
  /** It was over before its call was known. */
  end?: SessionEnd
}

/** Whoever is turned away for a while may try again after this, seconds. */
const comeBack = 10
/** Call-IDs remembered. */
const mostUsed = 50_000
/** Beside the ring time, until sound flows, s: an ACK may take half a minute. */
const margin = 40

export class Reception {
  readonly #options: ReceptionOptions
  /** By the ref that the engine knows the call by. */
  readonly #ringing = new Map<string, Ringing>()
  /** Call-IDs that were refs of late. */
  readonly #used = new Set<string>()

  constructor(options: ReceptionOptions) {
    this.#options = options
  }

  /** Never rejects. */
  async receive(session: IncomingSession, caller: Caller): Promise<void> {
    const { load, legs, host } = this.#options
    const trunk = await this.#trunkFor(caller, parseUri(session.request.uri), session.flow.remote.port)
    const { callsIn } = trunk.settings
    if (session.replaces) return this.#takeOver(session, session.replaces, trunk)
    const full = load.full
    if (full !== undefined) return this.#refuse(session, trunk, 503, 'overload', full)
    if (legs.on(trunk) >= callsIn)
      return this.#refuse(
        session,
        trunk,
        503,
        'busy-trunk',
        `${callsIn} calls are open on trunk ${trunk.id}: no more are allowed`,
      )
    const room = legs.enter(trunk)
    try {
      await this.#ring(session, trunk, caller, room)
    } catch (error) {
      room[Symbol.dispose]()
      host.logger.warn('a SIP call could not be taken', { connection: trunk.id, error })
      const known = error instanceof OffhookError ? error : undefined
      const says = known?.message ?? 'the call could not be taken: see the log'
      this.#refuse(session, trunk, known?.retry ? 503 : known?.status === 404 ? 404 : 500, 'call-failed', says)
    }
  }

  /** Resolves when the call is answered, or never will be. */
  async answer(ref: string, line: LineCall): Promise<void> {
    const ringing = this.#ringing.get(ref)
    if (!ringing) return
    const leg = this.#adopt(ringing, line)
    const { session, since, trunk, sdp } = ringing
    const { clock } = this.#options.host
    const time = await untilAnswer({ clock, session, line, settings: trunk.settings, since })
    if (!time || !this.#ringing.delete(ref) || leg.over) return
    session.accept(sdp)
    await leg.connect()
  }

  /** A number that nobody answers does not exist. */
  reject(ref: string, line: LineCall, reason: 'busy' | 'rejected', nobody: boolean): boolean {
    const ringing = this.#ringing.get(ref)
    if (!ringing) return false
    const { session, trunk } = ringing
    const leg = this.#adopt(ringing, line)
    const number = numberIn(parseUri(session.request.uri), trunk.settings)
    const says = nobody
      ? `no agent answers ${number} on trunk ${trunk.id}: add the number, or choose an agent for the trunk`
      : 'turned away'
    if (nobody)
      this.#options.refusals.add({ cause: 'no-agent', says, from: session.flow.remote.address, trunk: trunk.id })
    leg.hangUp(says, nobody ? 404 : reason === 'busy' ? 486 : 603)
    return true
  }

  async #ring(session: IncomingSession, trunk: Trunk, caller: Caller, room: Disposable): Promise<void> {
    const { host, openSound } = this.#options
    const { settings } = trunk
    const sound = await openSound(trunk, session.flow.listener)
    const { media } = sound
    const ours = session.offer === undefined ? ({ ok: true, sdp: media.offer() } as const) : media.answer(session.offer)
    if (!ours.ok) {
      media.close()
      room[Symbol.dispose]()
      return this.#refuse(session, trunk, ours.status, 'codecs', ours.why)
    }
    if (settings.earlyMedia && session.offer !== undefined) session.progress(183, ours.sdp)
    else session.progress(180)
    const ref = this.#refOf(session)
    const ringing: Ringing = { session, trunk, sound, room, sdp: ours.sdp, since: host.clock.monotonic() }
    this.#ringing.set(ref, ringing)
    session.onEvent((event) => {
      if (event.type !== 'ended') return
      ringing.end = event.end
      this.#ringing.delete(ref)
    })
    try {
      this.#adopt(ringing, await host.offer(this.#offerOf(ref, session, trunk, caller)))
    } catch (error) {
      this.#ringing.delete(ref)
      media.close()
      throw error
    }
  }

  /** Another telephone of the same peer takes a call over (RFC 3891). */
  #takeOver(session: IncomingSession, replaced: Session, trunk: Trunk): void {
    const leg = this.#options.legs.having(replaced)
    if (leg?.trunk.id !== trunk.id) return session.refuse(481)
    if (!leg.replace(session)) session.refuse(488)
  }

  /**
   * The Call-ID, by which both sides find a call. Where another call of ours has or had it (it went out and came back, or was
   * refused and is tried again) with more behind it: two calls must never be taken for one.
   */
  #refOf({ callId }: IncomingSession): string {
    const { legs, host } = this.#options
    if (this.#used.has(callId) || legs.hasCallId(callId)) return `${callId};${host.ids.id('again')}`
    if (this.#used.size >= mostUsed) this.#used.clear()
    this.#used.add(callId)
    return callId
  }

  #offerOf(ref: string, { request, flow }: IncomingSession, { id, settings }: Trunk, caller: Caller) {
    const facts = factsOf(request, flow, settings, caller.trusted)
    const agent = agentIn(parseUri(request.uri))
    return {
      ...{ connection: id, ref, ...facts },
      ...(caller.extension === undefined ? {} : { from: caller.extension }),
      ...(agent === undefined ? {} : { agent }),
      ...(settings.agent === undefined ? {} : { otherwise: settings.agent }),
      mediaTimeout: (Math.max(settings.answerBy, settings.ringFor) + margin) * 1000,
    }
  }

  /** The engine may want it answered before it has told us which call it is. */
  #adopt(ringing: Ringing, line: LineCall): Leg {
    const { session, trunk, sound, room } = ringing
    const lateOffer = session.offer === undefined
    ringing.leg ??= this.#options.legs.open({ session, trunk, sound, lateOffer, outgoing: false }, line, room)
    if (ringing.end) ringing.leg.end(ringing.end)
    return ringing.leg
  }

  #refuse(session: IncomingSession, { id }: Trunk, status: number, cause: Cause, says: string): void {
    this.#options.refusals.add({ cause, says, from: session.flow.remote.address, trunk: id })
    session.refuse(status, { headers: reasonsFor(status, says) })
  }

  /** Of several trunks of one peer, the one that has the called number; else the one that names its very port. */
  async #trunkFor({ trunks: [first, ...others] }: Caller, uri: Uri | undefined, port: number): Promise<Trunk> {
    if (!first) throw new OffhookError('internal', 'A call without a trunk was let in')
    if (others.length === 0) return first
    const { host } = this.#options
    const every = [first, ...others]
    const served = await Promise.all(every.map((trunk) => host.serves(trunk.id, numberIn(uri, trunk.settings))))
    const likely = served.includes(true) ? every.filter((_, index) => served[index]) : every
    return likeliest(likely, port) ?? first
  }
}

/** `sip:agt_receptionist@…` names who is to answer. */
function agentIn(uri: Uri | undefined): string | undefined {
  const user = uri?.scheme === 'sip' || uri?.scheme === 'sips' ? uri.user : undefined
  return user?.startsWith('agt_') ? user : undefined
}

function reasonsFor(status: number, says: string): readonly SipHeader[] {
  // What a quoted text of a header may hold.
  const text = says
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .replaceAll(/["\\]/g, "'")
    .slice(0, 200)
  return [
    ...(status === 503 ? [{ name: 'Retry-After', value: String(comeBack) }] : []),
    ...(status === 488 ? [{ name: 'Warning', value: `399 offhook "${text}"` }] : []),
  ]
}
