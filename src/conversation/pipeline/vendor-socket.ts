/** Drives the socket of a recogniser's or speaker's vendor: the translator is pure, this is its hands and its clock. */
import type { Timer } from '../../lib/clock.ts'
import { secretHider } from '../../lib/redact.ts'
import type { Logger } from '../../lib/log.ts'
import type { Socket, SocketClose, SocketMessage } from '../../lib/socket/socket.ts'
import type { WireMessage } from '../../spec/carrier.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Operation } from '../../spec/http.ts'
import type { PartFailed, PartHost, SocketTarget } from '../../spec/speech.ts'
import { closedError, nowOf, reachVendor, type Connect } from '../vendor.ts'

/** Inputs that every translator knows, and what passes through it besides. */
type Common =
  | { readonly type: 'opened' }
  | { readonly type: 'message'; readonly message: WireMessage }
  | { readonly type: 'idle' }
  | { readonly type: 'finish' }

/** A vendor's socket with its settings already in it. */
export interface Translator<I, E> {
  /** For people: named in failures. */
  readonly name: string
  readonly idleAfter: number | undefined
  connect(now: ReturnType<typeof nowOf>): Operation<SocketTarget>
  begin(): unknown
  step(
    state: unknown,
    input: I | Common,
  ): { readonly state: unknown; readonly events: readonly E[]; readonly messages: readonly WireMessage[] }
  explainClose(code: number, reason: string): Pick<PartFailed, 'code' | 'message'> | undefined
}

export interface VendorNeeds {
  readonly host: PartHost
  readonly connect: Connect
  readonly logger: Logger
  /** Of the settings: vendors repeat keys in their messages. */
  readonly secrets: readonly string[]
}

export interface VendorSocketOptions<I, E> extends VendorNeeds {
  readonly translator: Translator<I, E>
  readonly hear: (event: E) => void
  /** The session is over, though nobody closed it. Called once; nothing is heard after it. */
  readonly lost: (error: OffhookError) => void
}

/** Connected, and silent until `start`. Rejects with an OffhookError when the vendor cannot be reached or refuses. */
export async function openVendorSocket<I, E>(
  options: VendorSocketOptions<I, E>,
  signal?: AbortSignal,
): Promise<VendorSocket<I, E>> {
  const { translator, host } = options
  const door = { ...options, name: translator.name, ...(signal && { signal }) }
  return new VendorSocket(await reachVendor(translator.connect(nowOf(host)), door), options)
}

export class VendorSocket<I, E> implements AsyncDisposable {
  readonly #socket: Socket
  readonly #options: VendorSocketOptions<I, E>
  #state: unknown
  #over = false
  #idle: Timer | undefined
  #sentAt = 0

  constructor(socket: Socket, options: VendorSocketOptions<I, E>) {
    this.#socket = socket
    this.#options = options
    this.#state = options.translator.begin()
  }

  start(): void {
    const { translator, host } = this.#options
    this.#sentAt = host.clock.monotonic()
    if (translator.idleAfter !== undefined) this.#watch(translator.idleAfter, translator.idleAfter)
    this.#step({ type: 'opened' })
    this.#socket.onClose((close) => this.#closed(close))
    this.#socket.onMessage((message) => this.#step({ type: 'message', message: wireMessage(message) }))
  }

  /** Lost without a word once the session is over. */
  give(input: I): void {
    this.#step(input)
  }

  /** The session came to nothing for a reason of its own. */
  fail(error: OffhookError): void {
    if (this.#over) return
    this.#leave()
    this.#options.lost(error)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.#step({ type: 'finish' })
    this.#leave()
    await this.#socket[Symbol.asyncDispose]()
  }

  /** Messages go before events are told: what an event brings about comes behind them. */
  #step(input: I | Common): void {
    if (this.#over) return
    const { translator, hear, host } = this.#options
    try {
      const { state, events, messages } = translator.step(this.#state, input)
      this.#state = state
      if (messages.length > 0) this.#sentAt = host.clock.monotonic()
      for (const message of messages) this.#socket.send('text' in message ? message.text : message.binary)
      for (const event of events) if (!this.#over) hear(event)
    } catch (error) {
      // A mistake of ours, or of the vendor's that we did not think of: another session would go the same way.
      const why = error instanceof Error ? error.message : String(error)
      this.fail(
        new OffhookError('internal', this.#hide(`${translator.name}: a message was not understood: ${why}`), {
          cause: error,
        }),
      )
    }
  }

  #closed(close: SocketClose): void {
    const { translator, secrets } = this.#options
    const known = translator.explainClose(close.code, close.reason)
    const error = known && new OffhookError(known.code, this.#hide(known.message), { details: { close: close.code } })
    this.fail(error ?? closedError(translator.name, close, secrets))
  }

  /** One timer however much is sent. */
  #watch(after: number, delay: number): void {
    const { clock } = this.#options.host
    this.#idle = clock.timer(delay, () => {
      const quiet = clock.monotonic() - this.#sentAt
      if (quiet >= after) this.#step({ type: 'idle' })
      if (!this.#over) this.#watch(after, quiet >= after ? after : after - quiet)
    })
  }

  #leave(): void {
    this.#over = true
    this.#idle?.cancel()
    this.#socket.close()
  }

  #hide(text: string): string {
    return secretHider(this.#options.secrets)(text)
  }
}

/** A failure that the translator told, as an error. */
export function partError({ code, message }: PartFailed, name: string, secrets: readonly string[]): OffhookError {
  return new OffhookError(code, `${name}: ${secretHider(secrets)(message)}`)
}

function wireMessage({ data, binary }: SocketMessage): WireMessage {
  return binary ? { binary: data } : { text: data.toString() }
}
