/** A registration that is kept (RFC 3261 §10.2, RFC 5626 §4): refreshed before it runs out, tried again with patience, taken back at the end. */
import type { Clock, Timer } from '../../../lib/clock.ts'
import { OffhookError } from '../../../spec/errors.ts'
import { header, headerValues } from '../message/headers.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { parseNameAddr } from '../message/name-addr.ts'
import { param } from '../message/params.ts'
import { cseqOf } from '../message/read.ts'
import { sameUri } from '../message/same.ts'
import { parseUri } from '../message/uri.ts'
import type { Flow } from '../transport/contract.ts'
import type { Credentials, UserAgent } from '../ua/contract.ts'

/** As people see it. Times are wall time, ms. */
export type RegistrationState =
  | { readonly type: 'registering' }
  | { readonly type: 'registered'; readonly until: number; readonly contact: string }
  /** `until`: the last success still holds so long. */
  | {
      readonly type: 'failed'
      readonly status?: number
      readonly why: string
      readonly next: number
      readonly until?: number
    }
  | { readonly type: 'unregistered' }

export interface RegistrationOptions {
  readonly agent: Pick<UserAgent, 'request' | 'keepAlive'>
  readonly clock: Clock
  /** In [0, 1). */
  readonly fraction: () => number
  /** Hexadecimal text of so many bytes: the Call-ID, the same for the whole registration. */
  readonly random: (bytes: number) => string
  /** `sip:domain`: the Request-URI. */
  readonly registrar: string
  /** The address-of-record: `sip:user@domain`. */
  readonly account: string
  readonly proxy?: string
  readonly credentials?: Credentials
  /** seconds. Default 3600. */
  readonly expires?: number
  readonly listener?: string
  /** ms between signs of life on the way we registered by. Default 25 000; 0: none. */
  readonly keepAlive?: number
  readonly onState: (state: RegistrationState) => void
}

export interface Registration {
  readonly state: RegistrationState
  /** Now, whatever was planned. */
  refresh(): void
  /** Takes it back (expires=0), once; resolves when that was answered, or given up. */
  stop(): Promise<void>
}

/** RFC 5626 §4.5, ms. Wrong passwords are tried rarely: they lock accounts. */
const pauses = { first: 30_000, longest: 1_800_000, refused: 300_000 } as const

export function keepRegistered(options: RegistrationOptions): Registration {
  return new Keeper(options)
}

class Keeper implements Registration {
  state: RegistrationState = { type: 'registering' }
  readonly #options: RegistrationOptions
  readonly #callId: string
  #cseq = 1
  #expires: number
  #failures = 0
  #round = 0
  #stopped: Promise<void> | undefined
  #timer: Timer | undefined
  #kept: { readonly flow: Flow; readonly alive: Disposable } | undefined
  #until: number | undefined

  constructor(options: RegistrationOptions) {
    this.#options = options
    this.#callId = options.random(16)
    this.#expires = options.expires ?? 3600
    this.refresh()
  }

  refresh(): void {
    if (this.#stopped) return
    this.#timer?.cancel()
    if (this.state.type !== 'registered') this.#tell({ type: 'registering' })
    void this.#attempt(++this.#round, 0)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#unregister()
    return this.#stopped
  }

  /** Answers of an older round are not listened to. */
  async #attempt(round: number, raised: number): Promise<void> {
    try {
      const { response, sent, flow } = await this.#send(this.#expires)
      if (round !== this.#round || this.#stopped) return
      const shortest = Number(/^\s*(\d{1,9})\s*$/.exec(header(response, 'min-expires') ?? '')?.[1] ?? 0)
      if (response.status === 423 && shortest > this.#expires && raised < 3) {
        this.#expires = shortest
        return await this.#attempt(round, raised + 1)
      }
      if (response.status < 300) this.#succeeded(response, sent, flow)
      else this.#refused(response)
    } catch (error) {
      if (round === this.#round && !this.#stopped) this.#failed(sentence(error), undefined, undefined)
    }
  }

  async #send(expires: number): Promise<{ response: SipResponse; sent: SipRequest; flow: Flow }> {
    const { agent, registrar, account, proxy, credentials, listener } = this.#options
    const user = parseUri(account)
    let over: { sent: SipRequest; flow: Flow } | undefined
    const response = await agent.request({
      method: 'REGISTER',
      uri: registrar,
      from: account,
      to: account,
      callId: this.#callId,
      cseq: this.#cseq,
      contact: {
        ...(user && 'user' in user && user.user !== undefined && { user: user.user }),
        params: `;expires=${expires}`,
      },
      ...(proxy !== undefined && { proxy }),
      ...(credentials && { credentials }),
      ...(listener !== undefined && { listener }),
      ...(this.#kept && { flow: this.#kept.flow }),
      onFlow: (flow, sent) => (over = { flow, sent }),
    })
    if (!over) throw new OffhookError('internal', 'The registrar answered over no flow')
    this.#cseq = cseqOf(response).number + 1
    return { response, ...over }
  }

  #succeeded(response: SipResponse, sent: SipRequest, flow: Flow): void {
    this.#failures = 0
    const contact = parseNameAddr(header(sent, 'contact') ?? '')?.uri ?? ''
    const seconds = granted(response, contact) ?? this.#expires
    this.#until = this.#options.clock.now() + seconds * 1000
    this.#tell({ type: 'registered', until: this.#until, contact })
    // Between 85 and 90 %: many registrations must not return together.
    this.#plan(seconds * 1000 * (0.85 + this.#options.fraction() * 0.05))
    this.#keep(flow)
  }

  #refused(response: SipResponse): void {
    const { status, reason } = response
    const later = Number(/^\s*(\d{1,6})/.exec(header(response, 'retry-after') ?? '')?.[1] ?? 0) * 1000
    const wait = [401, 403, 404, 407].includes(status) ? pauses.refused : later
    this.#failed(`The registrar answered ${status} ${reason}`.trim(), status, wait)
  }

  #failed(why: string, status: number | undefined, atLeast: number | undefined): void {
    const { clock, fraction } = this.#options
    const longest = Math.min(pauses.longest, pauses.first * 2 ** this.#failures++)
    const wait = Math.max(longest * (0.5 + fraction() * 0.5), atLeast ?? 0)
    const until = this.#until !== undefined && this.#until > clock.now() ? { until: this.#until } : {}
    this.#drop()
    this.#tell({ type: 'failed', why, next: clock.now() + wait, ...(status !== undefined && { status }), ...until })
    this.#plan(wait)
  }

  #plan(wait: number): void {
    this.#timer?.cancel()
    this.#timer = this.#options.clock.timer(wait, () => this.refresh())
  }

  /** Calls come back the way we registered by; when that is dead, another one is needed at once. */
  #keep(flow: Flow): void {
    const { agent, keepAlive = 25_000 } = this.#options
    if (keepAlive === 0 || this.#kept?.flow.id === flow.id) return
    this.#drop()
    const onDead = () => {
      if (this.#kept?.flow.id !== flow.id) return
      this.#drop()
      this.refresh()
    }
    this.#kept = { flow, alive: agent.keepAlive(flow, { every: keepAlive, onDead }) }
  }

  #drop(): void {
    this.#kept?.alive[Symbol.dispose]()
    this.#kept = undefined
  }

  async #unregister(): Promise<void> {
    this.#round++
    this.#timer?.cancel()
    const known = this.#until !== undefined && this.#until > this.#options.clock.now()
    try {
      if (known) await this.#send(0)
    } catch {
      // It runs out by itself then; nobody waits for it any more.
    } finally {
      this.#drop()
      this.#tell({ type: 'unregistered' })
    }
  }

  #tell(state: RegistrationState): void {
    this.state = state
    this.#options.onState(state)
  }
}

/** seconds: of our own contact among those that are bound; a registrar that rewrote it says it for the whole message. */
function granted(response: SipResponse, contact: string): number | undefined {
  const bound = headerValues(response, 'contact').flatMap((value) => parseNameAddr(value) ?? [])
  const ours = bound.find(({ uri }) => sameUri(uri, contact)) ?? (bound.length === 1 ? bound[0] : undefined)
  const said = (ours && param(ours.params, 'expires')) || header(response, 'expires')
  const seconds = Number(/^\s*(\d{1,9})\s*$/.exec(said ?? '')?.[1] ?? Number.NaN)
  return seconds > 0 ? seconds : undefined
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error))
