/** Runs the tools an agent asks for: whatever happens, the agent gets exactly one answer for each call. */
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import type { AgentOrder } from '../spec/agent.ts'
import type { Tool, ToolCall } from '../spec/speech.ts'
import type { ConversationEvent } from './contract.ts'
import { lastTools } from './tools.ts'

export interface ToolOutcome {
  readonly ok: boolean
  readonly result: unknown
}

export interface ToolboxOptions {
  readonly tools: readonly Tool[]
  readonly perform: (call: ToolCall) => Promise<ToolOutcome>
  /** Settles when the agent's last words were heard, or were cut off by the caller. */
  readonly lastWords: () => Promise<'heard' | 'interrupted'>
  readonly answer: (order: AgentOrder) => void
  readonly emit: (event: ConversationEvent) => void
  readonly called: () => void
  /** `last`: the agent is not expected to say anything to this answer. */
  readonly returned: (last: boolean) => void
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly logger: Logger
}

/** Longest a tool may take, ms: a caller waits in silence meanwhile. */
const patience = 30_000

export class Toolbox {
  readonly #options: ToolboxOptions
  readonly #seen = new Set<string>()

  constructor(options: ToolboxOptions) {
    this.#options = options
  }

  /** Returns at once. A call of an id that was taken before means nothing. */
  take(call: ToolCall): void {
    if (this.#seen.has(call.id)) return
    this.#seen.add(call.id)
    this.#options.called()
    this.#options.emit({ type: 'tool.called', id: call.id, name: call.name, arguments: call.arguments })
    void this.#run(call)
  }

  async #run(call: ToolCall): Promise<void> {
    const { emit, answer, returned, signal } = this.#options
    const { ok, result } = await this.#outcome(call)
    // The agent is gone, and the talk with it: there is nobody left to tell.
    if (signal.aborted) return
    emit({ type: 'tool.returned', id: call.id, name: call.name, ok, result })
    const last = ok && lastTools.has(call.name)
    returned(last)
    answer({ type: 'tool-result', id: call.id, ok, result, ...(last && { last }) })
  }

  async #outcome(call: ToolCall): Promise<ToolOutcome> {
    const { tools, lastWords, perform, logger } = this.#options
    if (!tools.some((tool) => tool.name === call.name)) {
      const known = tools.map((tool) => tool.name).join(', ')
      return refused(`there is no tool '${call.name}'; there are: ${known || 'none'}`)
    }
    if (lastTools.has(call.name) && (await lastWords()) === 'interrupted') {
      return refused('cancelled: the caller spoke before the last words were heard')
    }
    try {
      return await this.#limited(() => perform(call))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      logger.warn(`tool ${call.name} failed: ${message}`, { tool: call.id })
      return refused(message)
    }
  }

  async #limited(task: () => Promise<ToolOutcome>): Promise<ToolOutcome> {
    const { clock, signal } = this.#options
    const over = new AbortController()
    const late = clock
      .sleep(patience, AbortSignal.any([signal, over.signal]))
      .then(() => refused(`no result within ${patience / 1000} s`))
    // The sleep ends with an abort once the tool has returned.
    late.catch(() => undefined)
    try {
      return await Promise.race([task(), late])
    } finally {
      over.abort()
    }
  }
}

function refused(error: string): ToolOutcome {
  return { ok: false, result: { error } }
}
