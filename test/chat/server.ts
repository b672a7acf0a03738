/** An OpenAI-compatible chat server on loopback: it answers as it is told to, in the order told, and keeps what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { realClock } from '../../src/lib/clock.ts'
import type { Scope } from '../../src/lib/scope.ts'

export interface ChatMessage {
  readonly role: string
  readonly content: string | null
  readonly tool_calls?: readonly object[]
}

export interface ChatRequest {
  readonly path: string
  readonly authorization: string | undefined
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly tools: readonly string[]
}

export type ChatAnswer =
  | {
      readonly type: 'stream'
      /** Text deltas, or whole chunks. */
      readonly parts: readonly (string | object)[]
      /** Before the first part, ms. */
      readonly firstAfter?: number
      /** `done`: as it should be. `error`: the server says that it broke. `cut`: the connection goes. Default `done`. */
      readonly ending?: 'done' | 'error' | 'cut'
    }
  | { readonly type: 'refusal'; readonly status: number; readonly message: string; readonly retryAfter?: number }
  /** The connection goes before a byte was answered. */
  | { readonly type: 'cut' }

export interface ChatServer {
  /** The base address, as users enter it. */
  readonly url: string
  readonly requests: readonly ChatRequest[]
  /** What the next requests get. Unanswered ones get "Hm.". */
  next(...answers: readonly ChatAnswer[]): void
}

export function says(...parts: readonly (string | object)[]): ChatAnswer {
  return { type: 'stream', parts }
}

/** Fragments of a tool call as servers stream them: the name first, the arguments in pieces. */
export function callsTool(id: string, name: string, pieces: readonly string[]): readonly object[] {
  const fragment = (part: object) => ({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...part }] } }] })
  return [
    fragment({ id, type: 'function', function: { name, arguments: '' } }),
    ...pieces.map((piece) => fragment({ function: { arguments: piece } })),
  ]
}

export async function startChat(scope: Scope): Promise<ChatServer> {
  const requests: ChatRequest[] = []
  const answers: ChatAnswer[] = []
  const server = createServer((request, response) => {
    void read(request).then((asked) => {
      requests.push(asked)
      return write(response, answers.shift() ?? says('Hm.'))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.defer(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the chat server has no port')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    next: (...more) => void answers.push(...more),
  }
}

async function read(request: IncomingMessage): Promise<ChatRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = JSON.parse(Buffer.concat(chunks).toString()) as {
    readonly model: string
    readonly messages: readonly ChatMessage[]
    readonly tools?: readonly { readonly function: { readonly name: string } }[]
  } // what our own client sent; a test that expects otherwise fails
  return {
    path: `${request.method} ${request.url}`,
    authorization: request.headers.authorization,
    model: body.model,
    messages: body.messages,
    tools: body.tools?.map((tool) => tool.function.name) ?? [],
  }
}

async function write(response: ServerResponse, answer: ChatAnswer): Promise<void> {
  if (answer.type === 'cut') return void response.socket?.destroy()
  if (answer.type === 'refusal') {
    const headers = answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...headers })
    return void response.end(JSON.stringify({ error: { message: answer.message } }))
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  if (answer.firstAfter !== undefined) await realClock.sleep(answer.firstAfter)
  for (const part of answer.parts) {
    // Each in a packet of its own, as a model that thinks writes them.
    await realClock.sleep(5)
    send(response, typeof part === 'string' ? { choices: [{ index: 0, delta: { content: part } }] } : part)
  }
  switch (answer.ending ?? 'done') {
    case 'cut':
      // What was written must leave first: destroying a socket drops it.
      await realClock.sleep(50)
      return void response.socket?.destroy()
    case 'error':
      send(response, { error: { message: 'the model ran out of memory' } })
      return void response.end()
    default:
      send(response, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
      send(response, { choices: [], usage: { prompt_tokens: 21, completion_tokens: 7 } })
      return void response.end('data: [DONE]\n\n')
  }
}

function send(response: ServerResponse, chunk: object): void {
  response.write(`data: ${JSON.stringify(chunk)}\n\n`)
}
