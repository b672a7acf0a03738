/** Tools of a user's MCP server, over streamable HTTP: a session per call, so that no call sees another's. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { ToolCall, PartHost } from '../../spec/speech.ts'
import { secretHider } from '../../lib/redact.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { ToolOutcome } from '../toolbox.ts'
import { guardedFetch } from './fetch.ts'
import { authorized } from './oauth.ts'
import type { JsonSchema } from './schema.ts'
import type { McpServer } from './settings.ts'

export interface McpTool {
  /** As the server calls it. */
  readonly name: string
  readonly description: string
  readonly parameters: JsonSchema
}

export interface McpSession extends AsyncDisposable {
  readonly tools: readonly McpTool[]
  /** Never rejects. `tool`: as the server calls it. */
  perform(tool: string, call: ToolCall): Promise<ToolOutcome>
}

/** Longest wait for a server before its tools are left out: the agent is not opened meanwhile, ms. */
const patience = 4_000
/** Models choose badly among more, and read each of them for every answer. */
const most = 64
const largest = 64 * 1024

export interface McpNeeds {
  readonly stream: PartHost['stream']
  readonly signal: AbortSignal
  /** Wall time, ms. */
  readonly now: () => number
}

/** Rejects with `tool.failed` when the server cannot be reached or does not say which tools it has. */
export async function openMcp(server: McpServer, { stream, signal, now }: McpNeeds): Promise<McpSession> {
  const keys = Object.values(server.headers).flatMap((value) => [value, value.split(' ').at(-1) ?? ''])
  const hide = secretHider([...keys, server.clientSecret])
  const wordsOf = (error: unknown) => hide(error instanceof Error ? error.message : String(error))
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  const plain = guardedFetch(stream, either)
  const fetch = server.tokenUrl === '' ? plain : authorized(plain, server, now)
  const { client, leave } = await connect(server, fetch).catch((error: unknown) => {
    over.abort()
    throw failed(server, wordsOf(error), error)
  })
  const close = async () => {
    // A server that does not let go is left behind.
    await leave().catch(() => undefined)
    await client.close().catch(() => undefined)
    over.abort()
  }
  try {
    const tools = await listed(client, server)
    return {
      tools,
      perform: (tool, call) => perform(client, { server, tool, call, signal: either, wordsOf }),
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw failed(server, wordsOf(error), error)
  }
}

function failed({ url }: McpServer, why: string, cause: unknown): OffhookError {
  const { origin } = new URL(url)
  return new OffhookError('tool.failed', `the tools of the MCP server at ${origin} are left out: ${why}`, { cause })
}

interface Connected {
  readonly client: Client
  /** Ends the session at the server. */
  readonly leave: () => Promise<void>
}

/** The library is loaded by the first call that has such a server. */
async function connect({ url, headers }: McpServer, fetch: typeof globalThis.fetch): Promise<Connected> {
  const [{ Client: McpClient }, { StreamableHTTPClientTransport }] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
  ])
  const client = new McpClient({ name: 'offhook', version: '1' }, { capabilities: {} })
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { ...headers } }, fetch })
  await client.connect(transport, { timeout: patience })
  return { client, leave: () => transport.terminateSession() }
}

async function listed(client: Client, { allow }: McpServer): Promise<readonly McpTool[]> {
  const tools: McpTool[] = []
  let cursor: string | undefined
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: patience })
    for (const { name, description = '', inputSchema } of page.tools)
      if (allow.length === 0 || allow.includes(name)) tools.push({ name, description, parameters: inputSchema })
    cursor = page.nextCursor
  } while (cursor !== undefined && tools.length < most)
  return tools.slice(0, most)
}

interface Performed {
  readonly server: McpServer
  readonly tool: string
  readonly call: ToolCall
  readonly signal: AbortSignal
  readonly wordsOf: (error: unknown) => string
}

async function perform(client: Client, { server, tool, call, signal, wordsOf }: Performed): Promise<ToolOutcome> {
  const { timeout } = server
  try {
    const asked = { name: tool, arguments: { ...call.arguments } }
    const answer = await client.callTool(asked, undefined, { timeout, maxTotalTimeout: timeout, signal })
    const result = resultOf(answer)
    return answer.isError === true ? { ok: false, result: { error: result } } : { ok: true, result }
  } catch (error) {
    return { ok: false, result: { error: `${call.name} failed: ${wordsOf(error)}` } }
  }
}

/** What a model on the telephone can use: structure where there is one, else the texts. */
function resultOf(answer: Awaited<ReturnType<Client['callTool']>>): unknown {
  const parts = Array.isArray(answer.content) ? (answer.content as readonly { type?: string; text?: unknown }[]) : [] // checked by the library
  const texts = parts.map(({ type, text }) =>
    type === 'text' ? String(text) : `[${type}: cannot be told by telephone]`,
  )
  const result = answer.structuredContent ?? (texts.join('\n') || 'done')
  const { length } = JSON.stringify(result) ?? ''
  return length <= largest ? result : `the answer of ${length} letters is too long`
}
