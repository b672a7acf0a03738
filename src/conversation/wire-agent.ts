/** Runs a vendor's agent over its socket: the translator is pure, this is its hands and ears. */
import type { Logger } from '../lib/log.ts'
import type { Socket, SocketClose, SocketMessage } from '../lib/socket/socket.ts'
import { createSource, type Emitter } from '../media/port.ts'
import type { AgentBody, AgentEmit, AgentInput, AgentOrder, AgentSession, Brief } from '../spec/agent.ts'
import type { AudioSink } from '../spec/audio.ts'
import { OffhookError } from '../spec/errors.ts'
import type { HttpRequest, HttpResponse, Operation } from '../spec/http.ts'
import type { PartHost } from '../spec/speech.ts'

interface ConnectTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
  readonly signal: AbortSignal
}

/** Opens a guarded WebSocket. */
export type Connect = (target: ConnectTarget) => Promise<Socket>

export type WireBody = Extract<AgentBody<Readonly<Record<string, unknown>>>, { by: 'wire' }>

export interface WireAgentOptions {
  /** For people: named in failures. */
  readonly name: string
  readonly body: WireBody
  readonly config: Readonly<Record<string, unknown>>
  readonly brief: Brief
  readonly host: PartHost
  readonly connect: Connect
  readonly logger: Logger
  readonly emit: AgentEmit
}

/** Longest wait for everything before the socket is open, ms. */
const openTimeout = 15_000

/** Rejects when the vendor cannot be reached or refuses. */
export async function openWireAgent(options: WireAgentOptions): Promise<AgentSession> {
  const { body, config, brief, host, connect, name } = options
  const giveUp = new AbortController()
  const timer = host.clock.timer(openTimeout, () =>
    giveUp.abort(new OffhookError('vendor.timeout', `${name} did not open within ${openTimeout / 1000} s`)),
  )
  try {
    const now = { time: host.clock.now(), id: (prefix: string) => host.ids.id(prefix) }
    const target = await perform(body.open(config, brief, now), host, giveUp.signal)
    const socket = await connect({ ...target, signal: giveUp.signal })
    return new WireAgent(socket, options)
  } finally {
    timer.cancel()
  }
}

class WireAgent implements AgentSession {
  readonly turns
  readonly greets
  readonly port
  readonly #socket: Socket
  readonly #options: WireAgentOptions
  readonly #voice: Emitter
  #state: unknown
  #listening = false
  #closed = false

  constructor(socket: Socket, options: WireAgentOptions) {
    const { body, config, brief } = options
    this.#socket = socket
    this.#options = options
    this.turns = body.turns
    this.greets = body.greets ?? false
    this.#voice = createSource(body.rates.speaks)
    const write = (pcm: Int16Array) => this.#step({ type: 'audio', pcm })
    const toString = () => `${options.name} ${body.rates.hears} Hz`
    const pipe = (sink: AudioSink) => this.#listen(sink)
    this.port = {
      microphone: { rate: body.rates.speaks, pipe },
      speaker: { rate: body.rates.hears, write, toString },
    }
    this.#state = body.begin(config, brief)
    this.#step({ type: 'opened' })
  }

  /** Nothing is read before somebody listens: an agent may speak with its very first message. */
  #listen(sink: AudioSink): Disposable {
    const pipe = this.#voice.pipe(sink)
    if (!this.#listening) {
      this.#listening = true
      this.#socket.onClose((close) => this.#ended(close))
      this.#socket.onMessage((message) => this.#step({ type: 'message', message: wireMessage(message) }))
    }
    return pipe
  }

  order(order: AgentOrder): void {
    this.#step({ type: 'order', order })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#socket[Symbol.asyncDispose]()
  }

  /** Messages go before events are told: what an event brings about comes behind them. */
  #step(input: AgentInput): void {
    if (this.#closed) return
    const { body, emit } = this.#options
    try {
      const { state, events, messages } = body.step(this.#state, input)
      this.#state = state
      for (const message of messages) this.#socket.send('text' in message ? message.text : message.binary)
      for (const event of events) {
        if (event.type === 'audio') this.#voice.emit(event.pcm)
        else emit(event)
      }
    } catch (error) {
      this.#fail(
        'internal',
        `${input.type} broke the translator: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }

  #ended({ code, reason, by }: SocketClose): void {
    if (this.#closed) return
    const proper = by === 'peer' && (code === 1000 || code === 1005)
    if (!proper) this.#fail('vendor.failed', `the socket closed with ${code}${reason ? ` (${reason})` : ''}`)
    else this.#leave()
  }

  #fail(code: 'internal' | 'vendor.failed', what: string): void {
    const { emit, logger, name } = this.#options
    logger.warn(`${name}: ${what}`, { code })
    emit({ type: 'failed', code, message: `${name}: ${what}`, fatal: true })
    this.#leave()
  }

  #leave(): void {
    this.#closed = true
    this.#socket.close()
    this.#options.emit({ type: 'closed' })
  }
}

function wireMessage({ data, binary }: SocketMessage) {
  return binary ? { binary: data } : { text: data.toString() }
}

/** Requests the vendor wants before its socket, e.g. for a signed address. */
async function perform<T>(operation: Operation<T>, host: PartHost, signal: AbortSignal): Promise<T> {
  let step = operation.next(undefined as never) // the first `next` of a generator takes no value
  while (!step.done) {
    const asked = await request(step.value, host, signal).then(
      (response) => ({ response }),
      (error: unknown) => ({ error }),
    )
    step = 'response' in asked ? operation.next(asked.response) : operation.throw(asked.error)
  }
  return step.value
}

const largest = 1 << 20

async function request(request: HttpRequest, host: PartHost, signal: AbortSignal): Promise<HttpResponse> {
  const { method, url, headers, body, timeout = 10_000 } = request
  if (method !== 'GET' && method !== 'POST') {
    throw new OffhookError('internal', `an agent may GET and POST before its socket opens, not ${method}`)
  }
  const response = await host.stream({ method, url, headers, timeout, signal, ...(body !== undefined && { body }) })
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.length
    if (size > largest) throw new OffhookError('vendor.failed', `an answer of more than ${largest} bytes was refused`)
    chunks.push(chunk)
  }
  return { status: response.status, headers: response.headers, body: Buffer.concat(chunks) }
}
