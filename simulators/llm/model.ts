/** What all simulated models share: a script of answers, streamed piece by piece to whoever asks as the vendor wants it. */
import { jsonBody, same } from '../carrier/rest.ts'
import { serverSent, type VendorReply, type VendorRequest } from '../vendor/request.ts'
import { serveVendor, type VendorOptions, type VendorServer } from '../vendor/server.ts'

export interface ModelOptions extends VendorOptions {
  /** The one key that is good. */
  readonly key: string
}

export interface ScriptedCall {
  readonly name: string
  /** A text goes out as it is, broken or not. */
  readonly arguments: Readonly<Record<string, unknown>> | string
}

export interface ScriptedAnswer {
  readonly text?: string
  /** What it thinks before it speaks; not for chat completions. */
  readonly thoughts?: string
  readonly calls?: readonly ScriptedCall[]
  /** How it ends, if not well: at its limit, by the vendor's filter, or with an error in the middle. */
  readonly end?: 'limit' | 'filter' | 'error'
}

export interface ModelServer extends VendorServer {
  /** What it answers next, in this order; `I see.` when there is nothing left. */
  answers(...answers: readonly (string | ScriptedAnswer)[]): void
  /** Ms between two events of a stream; 0 switches that off. */
  slow(ms: number): void
  /** The requests that were taken. */
  readonly asked: readonly Asked[]
  /** Answers whose reader left before their end. */
  readonly dropped: number
}

export type Asked = Readonly<Record<string, unknown>>

export interface Dialect {
  /** Whether the vendor has such a path. */
  serves(request: VendorRequest): boolean
  /** The key as the request carries it. */
  key(request: VendorRequest): string
  /** A refusal in the vendor's words; `said`: instead of the usual ones. */
  refuse(status: number, said?: string): VendorReply
  /** A reply for a request that the vendor does not take. */
  fault(asked: Asked, request: VendorRequest): VendorReply | undefined
  /** The stream, event by event; texts are sent as they are. */
  events(answer: ScriptedAnswer, asked: Asked): Iterable<object | string>
  /** The name of an event, where the vendor names them. */
  readonly name?: (event: object) => string
}

export async function serveModel(dialect: Dialect, options: ModelOptions): Promise<ModelServer> {
  const { clock, scope, key } = options
  const script: ScriptedAnswer[] = []
  const asked: Asked[] = []
  let pause = 0
  let dropped = 0

  /** In the body of the reply: it is read only while somebody listens. */
  async function* paced(events: Iterable<object | string>, signal: AbortSignal): AsyncGenerator<object | string> {
    let through = false
    try {
      for (const event of events) {
        signal.throwIfAborted()
        yield event
        if (pause > 0) await clock.sleep(pause, AbortSignal.any([signal, scope.signal]))
      }
      through = !signal.aborted
    } finally {
      if (!through) dropped++
    }
  }

  const route = (request: VendorRequest): VendorReply => {
    if (!dialect.serves(request)) return dialect.refuse(404)
    if (!same(dialect.key(request), key)) return dialect.refuse(401)
    const body = jsonBody(Buffer.from(request.body).toString())
    if (!body) return dialect.refuse(400, 'the body is no JSON object')
    const fault = dialect.fault(body, request)
    if (fault) return fault
    asked.push(body)
    const events = dialect.events(script.shift() ?? { text: 'I see.' }, body)
    const headers = { 'content-type': 'text/event-stream; charset=utf-8' }
    return { status: 200, headers, body: serverSent(paced(events, request.signal), dialect.name) }
  }

  const server = await serveVendor(
    { route, refuse: (status) => dialect.refuse(status) },
    { ...options, secrets: [key] },
  )
  return {
    ...server,
    asked,
    answers: (...answers) => void script.push(...answers.map((one) => (typeof one === 'string' ? { text: one } : one))),
    slow: (ms) => void (pause = ms),
    get dropped() {
      return dropped
    },
  }
}

/** A text in the pieces in which models speak: a word with the space before it. */
export function deltas(text: string): readonly string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? []
}

/** JSON in pieces that cut anywhere. */
export function fragments(json: string): readonly string[] {
  return json.match(/[^]{1,5}/gu) ?? []
}

export function jsonOf({ arguments: given }: ScriptedCall): string {
  return typeof given === 'string' ? given : JSON.stringify(given)
}

/** Some four letters are a token. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4)
}

/** The first thing that a schema found wrong: where, and what. */
export function issueOf(error: {
  readonly issues: readonly {
    readonly path: readonly PropertyKey[]
    readonly message: string
    readonly code?: string | undefined
    readonly keys?: readonly string[]
  }[]
}): { readonly path: string; readonly message: string; readonly unknown: string | undefined } {
  const [issue] = error.issues
  const path = issue?.path.map((one) => (typeof one === 'number' ? `[${one}]` : `.${String(one)}`)).join('') ?? ''
  return { path: path.replace(/^\./, ''), message: issue?.message ?? '', unknown: issue?.keys?.[0] }
}
