/** A vendor that answers as a test says, for tests of providers that ask over HTTP. */
import { VirtualClock } from '../../lib/clock.ts'
import { seededIds } from '../../lib/ids.ts'
import { Scope } from '../../lib/scope.ts'
import type { Model, ModelEvent, PartHost, Tool, ToolCall, Turn } from '../../spec/speech.ts'

export type Sent = Parameters<PartHost['stream']>[0]

export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** Bytes per chunk. */
  readonly size?: number
  /** Thrown after the last chunk. */
  readonly error?: Error
}

export interface FakeHost {
  readonly clock: VirtualClock
  readonly sent: Sent[]
  readonly part: PartHost
  /** Bodies that were read to their end or given back. */
  readonly closed: number
}

/** An error instead of an answer rejects. After the last answer: HTTP 500. */
export function fakeHost(answers: readonly (FakeAnswer | Error)[]): FakeHost {
  const clock = new VirtualClock()
  const sent: Sent[] = []
  let closed = 0
  const part: PartHost = {
    scope: new Scope('vendor'),
    clock,
    ids: seededIds('vendor'),
    stream(request) {
      sent.push(request)
      const answer = answers[sent.length - 1] ?? { status: 500, body: '' }
      if (answer instanceof Error) return Promise.reject(answer)
      const { status = 200, headers = {} } = answer
      return Promise.resolve({ status, headers, body: chunked(answer, () => closed++) })
    },
  }
  return {
    clock,
    sent,
    part,
    get closed() {
      return closed
    },
  }
}

async function* chunked({ body, size = 1e6, error }: FakeAnswer, done: () => void): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(body)
  try {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    if (error) throw error
  } finally {
    done()
  }
}

export interface Heard {
  readonly text: string
  readonly calls: readonly ToolCall[]
  readonly usage: Readonly<Record<string, number>> | undefined
  readonly error: unknown
}

const caller: readonly Turn[] = [{ role: 'caller', text: 'Hello' }]

/** One reply of a model, with whatever it waits for. */
export async function hear(
  model: Model,
  { clock }: FakeHost,
  { history = caller, tools = [] }: { history?: readonly Turn[]; tools?: readonly Tool[] } = {},
): Promise<Heard> {
  const events: ModelEvent[] = []
  const reading = (async () => {
    for await (const event of model.reply(history, tools, new AbortController().signal)) events.push(event)
  })()
  const ended = reading.then(
    () => undefined,
    (error: unknown) => error,
  )
  await clock.advanceAsync(60_000)
  return {
    text: events.map((event) => (event.type === 'text' ? event.delta : '')).join(''),
    calls: events.flatMap((event) => (event.type === 'tool' ? [event.call] : [])),
    usage: events.find((event) => event.type === 'usage')?.usage,
    error: await ended,
  }
}

/** Server-sent events as a vendor writes them: named after their `type` where they have one. */
export function eventStream(...events: readonly object[]): string {
  return events
    .map((event) => ('type' in event ? `event: ${String(event.type)}\n` : '') + `data: ${JSON.stringify(event)}\n\n`)
    .join('')
}
