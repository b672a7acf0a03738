/** What every part of one user agent shares: its clock, its transactions, its dialogs, its own names. */
import type { Clock, Timer } from '../../../lib/clock.ts'
import { keyOf, type DialogId } from '../dialog/dialog.ts'
import { withHeader } from '../message/headers.ts'
import type { SipHeader, SipRequest, SipResponse } from '../message/message.ts'
import { formatHost } from '../message/host.ts'
import { parseUri } from '../message/uri.ts'
import type {
  ClientTransaction,
  ClientUser,
  RequestOptions,
  ServerTransaction,
  Transactions,
} from '../transaction/contract.ts'
import { defaultTimes, type Times } from '../transaction/times.ts'
import type { Flow, ListenerAddress, Target } from '../transport/contract.ts'
import type { Session, UserAgentOptions } from './contract.ts'

/** Who has a dialog hears what comes for it. */
export interface Receiver {
  onRequest(server: ServerTransaction): void
  onAck(ack: SipRequest, flow: Flow): void
  /** A 2xx to an INVITE whose transaction is over. */
  onStray?(response: SipResponse, flow: Flow): void
  /** The user agent closes: nothing can be said any more. */
  onClosed(): void
  /** For Replaces. */
  readonly session: Session
}

/** `next`: the URI whose host is asked where it leads. */
export interface Sending extends Omit<RequestOptions, 'targets'> {
  readonly next: string
}

export interface Handle {
  /** False: nothing was sent yet, and nothing will come. */
  cancel(headers?: readonly SipHeader[]): boolean
  stop(): void
}

export class Stack {
  readonly options: UserAgentOptions
  readonly times: Times
  readonly #dialogs = new Map<string, Receiver>()
  readonly #timers = new Set<Timer>()
  readonly #closing = new AbortController()
  /** Requests that wait for their final response. */
  readonly #waiting = new Set<ClientUser>()
  #layer: Transactions | undefined

  constructor(options: UserAgentOptions) {
    this.options = options
    this.times = { ...defaultTimes, ...options.times }
  }

  /** The layer needs its listeners first, and they the stack. */
  join(layer: Transactions): void {
    this.#layer = layer
  }

  get closed(): boolean {
    return this.#closing.signal.aborted
  }

  get alive(): { readonly dialogs: number; readonly timers: number } {
    return { dialogs: this.#dialogs.size, timers: this.#timers.size }
  }

  random = (bytes: number): string => this.options.random(bytes)

  /** A clock whose timers are counted, and end with the stack. */
  readonly clock: Pick<Clock, 'timer'> = {
    timer: (delay, run) => {
      const timer = this.options.clock.timer(delay, () => {
        this.#timers.delete(counted)
        run()
      })
      const cancel = () => {
        timer.cancel()
        this.#timers.delete(counted)
      }
      const counted = { cancel, [Symbol.dispose]: cancel }
      this.#timers.add(counted)
      return counted
    },
  }

  enter(id: DialogId, receiver: Receiver): void {
    this.#dialogs.set(keyOf(id), receiver)
  }

  leave(id: DialogId, receiver: Receiver): void {
    if (this.#dialogs.get(keyOf(id)) === receiver) this.#dialogs.delete(keyOf(id))
  }

  find(id: DialogId): Receiver | undefined {
    return this.#dialogs.get(keyOf(id))
  }

  listener(flow: Flow): ListenerAddress | undefined {
    const { listeners } = this.options.wire
    return listeners.find(({ name }) => name === flow.listener) ?? listeners[0]
  }

  /** Our Contact, as the peer of this flow reaches us. */
  contact(flow: Flow, user: string | undefined): string {
    const listener = this.listener(flow)
    const { host, port } = listener?.advertised ?? { host: flow.local.address, port: flow.local.port }
    const protocol = listener?.protocol ?? flow.protocol
    const transport = protocol === 'udp' ? '' : `;transport=${protocol === 'wss' ? 'ws' : protocol}`
    const name = user && /^[\w.!~*'()&=+$,;?/%-]{1,64}$/.test(user) ? `${user}@` : ''
    return `<sip:${name}${formatHost(host)}:${port}${transport}>`
  }

  /** Looks up where it leads, then hands it to the transactions. */
  request(sending: Sending, user: ClientUser): Handle {
    const watched = this.#watched(sending.next, user)
    let inner: ClientTransaction | undefined
    let stopped = false
    const start = async (): Promise<void> => {
      const targets = await this.#targets(sending.next)
      if (stopped || this.closed) return
      if (typeof targets !== 'string' || sending.flow) inner = this.#start(sending, targets, watched)
      else watched.onFailed('transport', targets)
    }
    void start()
    return {
      cancel: (headers) => {
        inner?.cancel(headers)
        return inner !== undefined
      },
      stop: () => {
        stopped = true
        this.#waiting.delete(watched)
        inner?.stop()
      },
    }
  }

  #start(sending: Sending, found: readonly Target[] | string, user: ClientUser): ClientTransaction | undefined {
    const build = (flow: Flow) => withHeader(sending.build(flow), 'User-Agent', this.options.product)
    const targets = typeof found === 'string' ? [] : found
    return this.#layer?.request({ ...sending, build, targets }, user)
  }

  /** Whoever waits when the agent closes is told so. */
  #watched(next: string, user: ClientUser): ClientUser {
    const watched: ClientUser = {
      onResponse: (response, flow, sent) => {
        if (response.status >= 200) this.#waiting.delete(watched)
        user.onResponse(response, flow, sent)
      },
      onFailed: (kind, why) => {
        if (this.#waiting.delete(watched))
          user.onFailed(kind, `${placeOf(next)} ${why.startsWith('leads') ? why : `gave no answer: ${why}`}`)
      },
    }
    this.#waiting.add(watched)
    return watched
  }

  /** For ACKs: without a transaction. */
  send({ next, ...sending }: Sending): void {
    void this.#targets(next).then((targets) => {
      if (this.closed) return
      const known = typeof targets === 'string' ? [] : targets
      if (known.length > 0 || sending.flow) void this.#layer?.send({ ...sending, targets: known })
    })
  }

  /** One sentence where it leads nowhere. */
  async #targets(uri: string): Promise<readonly Target[] | string> {
    try {
      const targets = await this.options.resolve(uri, this.#closing.signal)
      return targets.length > 0 ? targets : 'leads nowhere: no address is known for it'
    } catch (error) {
      return `leads nowhere: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  close(): void {
    this.#closing.abort()
    for (const receiver of this.#dialogs.values()) receiver.onClosed()
    for (const { onFailed } of this.#waiting) onFailed('transport', 'the user agent closed')
    for (const timer of this.#timers) timer.cancel()
    this.#dialogs.clear()
  }
}

/** Who is asked, for sentences: a URI may hold more than everybody should read. */
function placeOf(text: string): string {
  const uri = parseUri(text)
  if (!uri || !('host' in uri)) return uri?.scheme === 'tel' ? text : 'the address'
  return uri.port === undefined ? uri.host : `${formatHost(uri.host)}:${uri.port}`
}
