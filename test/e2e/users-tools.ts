/** A user's own servers, on loopback: one for HTTP tools, one that speaks MCP by the official SDK. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { z } from 'zod'
import { randomIds } from '../../src/lib/ids.ts'
import type { Scope } from '../../src/lib/scope.ts'

export interface Asked {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Said {
  readonly status?: number
  readonly text: string
}

/** Answers every request with what `answer` says; JSON. */
export async function toolServer(scope: Scope, answer: (asked: Asked) => Said | Promise<Said>): Promise<string> {
  return listen(scope, async (request, response) => {
    const { status = 200, text } = await answer({ headers: request.headers, body: await bodyOf(request) })
    response.writeHead(status, { 'content-type': 'application/json' }).end(text)
  })
}

export interface McpSimulated {
  readonly url: string
  /** Bearer tokens of the sessions that were opened, in order. */
  readonly sessions: string[]
  /** Sessions that were ended by their client, or whose stream was. */
  ended: number
}

/** `add` adds within a session of its own: each session has its own sum. `fail` fails, `hidden` is for nobody. */
export async function mcpServer(scope: Scope): Promise<McpSimulated> {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const simulated: McpSimulated = { url: '', sessions: [], ended: 0 }
  const open = async (request: IncomingMessage) => {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomIds.id('mcp'),
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: () => void simulated.ended++,
    })
    simulated.sessions.push(String(request.headers.authorization))
    await adding().connect(transport)
    return transport
  }
  const url = await listen(scope, async (request, response) => {
    const known = transports.get(String(request.headers['mcp-session-id']))
    const body = request.method === 'POST' ? (JSON.parse(await bodyOf(request)) as unknown) : undefined
    await (known ?? (await open(request))).handleRequest(request, response, body)
  })
  return Object.assign(simulated, { url: `${url}/mcp` })
}

function adding(): McpServer {
  const server = new McpServer({ name: 'sums', version: '1' })
  let sum = 0
  server.registerTool('sum.add', { description: 'Adds.', inputSchema: { by: z.number() } }, ({ by }) => ({
    content: [{ type: 'text', text: `the sum is ${(sum += by)}` }],
  }))
  server.registerTool('fail', { description: 'Fails.' }, () => {
    throw new Error('out of numbers')
  })
  server.registerTool('hidden', { description: 'For nobody.' }, () => ({ content: [] }))
  return server
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function listen(scope: Scope, handle: (...of: Parameters<RequestListener>) => Promise<void>): Promise<string> {
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // TCP
}
