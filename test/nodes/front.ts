/** One address before several gateways, as a load balancer: a test decides who gets what. */
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Scope } from '../../src/lib/scope.ts'

export interface Front {
  readonly url: string
  /** Which gateway gets a request: its base address, by the request's path. Requests wait for it. */
  route: (path: string) => string | Promise<string>
  /** Where each request went: `POST /carriers/… → http://…`. */
  readonly log: readonly string[]
}

export async function openFront(scope: Scope): Promise<Front> {
  const log: string[] = []
  const server = createServer((request, response) => {
    targetOf(request).then(
      (target) => pass(request, response, target),
      () => response.destroy(),
    )
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    targetOf(request).then(
      (target) => tunnel(request, socket, head, target),
      () => socket.destroy(),
    )
  })
  const targetOf = async (request: IncomingMessage): Promise<URL> => {
    const target = await front.route(request.url ?? '/')
    log.push(`${request.method} ${request.url} → ${target}`)
    return new URL(target)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.defer(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the front has no port')
  const front: Front = {
    url: `http://127.0.0.1:${address.port}`,
    route: () => {
      throw new Error('the test has not said yet who gets requests')
    },
    log,
  }
  return front
}

function pass(request: IncomingMessage, response: ServerResponse, target: URL): void {
  const { method, url: path, headers } = request
  const onward = ask({ host: target.hostname, port: target.port, method, path, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  // A gateway that is not there: as a load balancer says it.
  onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
  request.pipe(onward)
}

function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, target: URL): void {
  const onward = connect(Number(target.port), target.hostname, () => {
    const headers = request.rawHeaders.flatMap((text, index) => (index % 2 === 0 ? [`${text}: `] : [`${text}\r\n`]))
    onward.write(`GET ${request.url} HTTP/1.1\r\n${headers.join('')}\r\n`)
    onward.write(head)
    onward.pipe(socket).pipe(onward)
  })
  onward.on('error', () => socket.destroy())
  onward.on('close', () => socket.destroy())
  socket.on('error', () => onward.destroy())
  socket.on('close', () => onward.destroy())
}
