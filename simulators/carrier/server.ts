/** Serves a simulated carrier's REST API: on a port of its own, or as a function under somebody else's path. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Scope } from '../../src/lib/scope.ts'
import type { RestReply } from './rest.ts'
import type { CarrierSimulator } from './simulator.ts'

export interface ServeOptions {
  readonly scope: Scope
  /** Default: any free one. */
  readonly port?: number
  readonly host?: string
}

/** Gives the simulator a REST server of its own; closes with the scope. */
export async function serveCarrier<S extends CarrierSimulator>(simulator: S, options: ServeOptions): Promise<S> {
  const { port = 0, host = '127.0.0.1', scope } = options
  const answer = requestHandler(simulator)
  const server = createServer((request, response) => void serve(request, response, answer))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  scope.defer(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  const actual = typeof address === 'object' && address ? address.port : port
  simulator.listeningAt(`http://${host.includes(':') ? `[${host}]` : host}:${actual}`)
  return simulator
}

export type RequestHandler = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: string,
) => Promise<RestReply | undefined>

/** For a server that gives the simulator a place under `prefix`, e.g. `/simulators/twilio`. */
export function requestHandler(simulator: Pick<CarrierSimulator, 'handle'>, prefix = ''): RequestHandler {
  return (method, path, headers, body) =>
    simulator.handle({ method, path: path.startsWith(prefix) ? path.slice(prefix.length) : path, headers, body })
}

const bodyLimit = 1 << 20

async function serve(request: IncomingMessage, response: ServerResponse, answer: RequestHandler): Promise<void> {
  try {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]),
    )
    const reply = await answer(request.method ?? 'GET', request.url ?? '/', headers, await textOf(request))
    if (!reply) return void response.destroy()
    response.writeHead(reply.status, reply.headers).end(reply.body)
  } catch {
    response.destroy() // closed meanwhile, or a body nobody reads to its end
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    chunks.push(chunk)
    size += chunk.length
    if (size > bodyLimit) throw new Error('body too large')
  }
  return Buffer.concat(chunks).toString()
}
