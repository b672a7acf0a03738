/** The tools of the user's own in one call: which there are, and what becomes of a call of one. */
import type { Logger } from '../../lib/log.ts'
import type { Filler } from '../../spec/agent.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { PartHost, Tool, ToolCall } from '../../spec/speech.ts'
import type { ToolOutcome } from '../toolbox.ts'
import { takenNames } from '../tools.ts'
import { callHttpTool, type About } from './http-tool.ts'
import { openMcp, type McpSession } from './mcp.ts'
import { openScreen, type Screen } from './screen.ts'
import { fitting, type Fits, type JsonSchema } from './schema.ts'
import type { KitSettings, McpServer } from './settings.ts'
import type { UsersServer } from './users-server.ts'

export interface Kit extends AsyncDisposable {
  readonly tools: readonly Tool[]
  /** By the tool's name: what is said while it works. */
  readonly fillers: Readonly<Record<string, Filler>>
  /** What the agent must not say. */
  readonly screen?: Screen
  /** Never rejects. */
  perform(call: ToolCall): Promise<ToolOutcome>
}

export interface KitParts {
  readonly request: UsersServer['request']
  readonly stream: PartHost['stream']
  readonly now: () => number
  /** Of the call. */
  readonly signal: AbortSignal
  /** Outlives the call for as long as it takes to leave. */
  readonly engine: AbortSignal
  readonly logger: Logger
  /** A server whose tools are left out. */
  readonly failed: (error: OffhookError) => void
}

interface Offered {
  readonly tool: Tool
  readonly filler?: Filler
  /** Absent: the server checks its arguments itself. */
  readonly fits?: Fits
  readonly run: (call: ToolCall) => Promise<ToolOutcome>
}

/** Never rejects: what is not there is not offered. */
export async function openKit(settings: KitSettings, about: About, parts: KitParts): Promise<Kit> {
  const { now, request, signal } = parts
  const server: UsersServer = { now, request, signal, secret: settings.toolSecret }
  const offered = new Map(settings.tools.map((tool) => [tool.name, ownTool(tool, about, server)]))
  const sessions: McpSession[] = []
  // In their order, whoever answers first.
  const opened = await Promise.allSettled(
    settings.mcp.map((one) => openMcp(one, { stream: parts.stream, signal: parts.engine, now })),
  )
  for (const [index, result] of opened.entries()) {
    if (result.status === 'fulfilled') {
      sessions.push(result.value)
      offerAll(offered, settings.mcp[index]!, result.value, parts)
    } else parts.failed(result.reason instanceof OffhookError ? result.reason : leftOut(result.reason))
  }
  const screen = openScreen(settings.guardrails, about, server)
  return {
    ...(screen && { screen }),
    tools: [...offered.values()].map(({ tool }) => tool),
    fillers: Object.fromEntries(
      [...offered].flatMap(([name, { filler }]) => (filler === undefined ? [] : [[name, filler]])),
    ),
    perform: (call) => perform(offered.get(call.name), call),
    async [Symbol.asyncDispose]() {
      await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()))
    },
  }
}

function leftOut(error: unknown): OffhookError {
  return new OffhookError('internal', `an MCP server is left out: ${String(error)}`, { cause: error })
}

async function perform(offered: Offered | undefined, call: ToolCall): Promise<ToolOutcome> {
  if (!offered) return { ok: false, result: { error: `there is no tool '${call.name}'` } }
  const fault = offered.fits?.(call.arguments)
  if (fault === undefined) return offered.run(call)
  return { ok: false, result: { error: `the arguments do not fit the parameters: ${fault}; nothing was sent` } }
}

function ownTool(tool: KitSettings['tools'][number], about: About, server: UsersServer): Offered {
  const { name, description, parameters } = tool
  return {
    tool: { name, description, parameters },
    ...fillerOf(tool),
    fits: fitting(parameters),
    run: (call) => callHttpTool(tool, call, about, server),
  }
}

/** A name that is taken, by the engine or by an earlier server, stays with whom it belongs to. */
function offerAll(offered: Map<string, Offered>, server: McpServer, session: McpSession, { logger }: KitParts): void {
  for (const { name: theirs, description, parameters } of session.tools) {
    const name = nameFor(theirs)
    if (offered.has(name) || takenNames.has(name)) {
      logger.warn(`the tool "${theirs}" of an MCP server is left out: there is another of this name`)
      continue
    }
    offered.set(name, {
      tool: { name, description, parameters },
      ...fillerOf(server),
      ...fitsOf(parameters),
      run: (call) => session.perform(theirs, call),
    })
  }
}

/** What models accept as a tool's name. */
function nameFor(name: string): string {
  return name.replace(/[^\w-]/g, '_').slice(0, 64)
}

function fillerOf({ filler, fillerAfter }: Pick<McpServer, 'filler' | 'fillerAfter'>): { readonly filler?: Filler } {
  return filler === '' ? {} : { filler: { text: filler, after: fillerAfter } }
}

function fitsOf(parameters: JsonSchema): { readonly fits?: Fits } {
  try {
    return { fits: fitting(parameters) }
  } catch {
    // A schema that we cannot read is for its server to hold arguments against.
    return {}
  }
}
